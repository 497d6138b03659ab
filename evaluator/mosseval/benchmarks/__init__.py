"""The benchmarks, by name.

A new one is one file: a module of this package with `PROVIDED`, a tuple of what it provides (see `base.Benchmark`).
"""

from __future__ import annotations

import difflib
import hashlib
import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from mosseval.benchmarks.base import Benchmark, Dataset, HubSource, questions_sha256
from mosseval.benchmarks.own import OwnBenchmark, Reading, is_own, parse_reading
from mosseval.errors import UsageError
from mosseval.images import ImageInfo

__all__ = [
    "BENCHMARKS",
    "Benchmark",
    "Dataset",
    "HubSource",
    "Reading",
    "get",
    "images_sha256",
    "is_own",
    "parse_reading",
    "questions_sha256",
]

Found = ImageInfo | Sequence[ImageInfo | None] | None
"""What was found of a sample's pictures: of the one that it has, or of each."""


def provided() -> dict[str, Benchmark]:
    """What the modules of this package provide, by name; ValueError where two share a name."""
    found: dict[str, Benchmark] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        benchmarks: tuple[Benchmark, ...] = getattr(import_module(f"{__name__}.{module}"), "PROVIDED", ())
        for benchmark in benchmarks:
            if found.setdefault(benchmark.name, benchmark) is not benchmark:
                raise ValueError(f"two benchmarks are called {benchmark.name!r}")
    return found


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(provided())


def get(name: str, reading: Reading | None = None) -> Benchmark:
    """The benchmark called `name`, or the one in the file that it names; UsageError with the nearest names where
    there is none. `reading` says how a file is read."""
    if is_own(name):
        return OwnBenchmark(name, reading or Reading(), frozenset(BENCHMARKS))
    found = BENCHMARKS.get(name)
    if found is None:
        near = difflib.get_close_matches(name.lower(), BENCHMARKS, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(BENCHMARKS)}, or a file"
        raise UsageError(f"no benchmark is called {name!r}", hint=hint)
    return found


def images_sha256(dataset: Dataset, digests: Mapping[str, Found]) -> str:
    """SHA-256 over the pairs (sample id, SHA-256 of its picture file) of `dataset`, whatever its layout and
    order.

    `digests` holds by sample id what `images.inspect` found; None or no entry: the picture is missing or
    unusable, which counts as such. Of a sample with several pictures it holds a sequence of these.
    """
    lines = []
    for sample in sorted(dataset.samples, key=lambda sample: sample.id):
        found = digests.get(sample.id)
        infos = found if isinstance(found, Sequence) else (found,)
        lines.append(f"{sample.id}\t{','.join(info.sha256 if info else '-' for info in infos) or '-'}\n")
    return hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest()
