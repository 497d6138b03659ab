"""Under which licence a benchmark's data may be passed on, if at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mosseval import benchmarks


@dataclass(frozen=True, slots=True)
class Licence:
    """What may be done with a benchmark's data. `identifier` is the hub's; None where it knows none."""

    name: str
    identifier: str | None
    passed_on: bool
    note: str = ""


KNOWN: Mapping[str, Licence] = MappingProxyType(
    {
        "CC BY-SA 4.0": Licence(
            "CC BY-SA 4.0",
            "cc-by-sa-4.0",
            True,
            "The questions, tags and pictures are those of MOSSBench (Li et al. 2024, arXiv 2406.17806), shared under "
            "the same licence, as a test set: its authors forbid training on it.",
        ),
        "Apache-2.0": Licence(
            "Apache-2.0", "apache-2.0", True, "The questions and pictures are mosseval's own demo set."
        ),
    }
)
"""The licences under which data may be passed on, by what `benchmarks` call them."""


def licence_of(benchmark: str) -> Licence:
    """The licence of a benchmark's data; of one that the tool does not know, nothing is passed on."""
    found = benchmarks.BENCHMARKS.get(benchmark)
    name = found.licence if found else "not known to mosseval"
    note = "Its licence does not say that its questions and pictures may be passed on: they are not in here."
    return KNOWN.get(name, Licence(name, None, False, note))
