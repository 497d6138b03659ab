"""`mosseval k8s render`: the Job of a run, as YAML or JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from mosseval import benchmarks
from mosseval.commands.output import kept_quiet
from mosseval.errors import MissingExtra, UsageError
from mosseval.k8s.job import Document, render
from mosseval.k8s.order import MOUNTS, JobOrder

FORMATS = ("yaml", "json")


def print_job(order: JobOrder, *, format: str) -> None:
    """Prints the Job. Raises UsageError for what no cluster would run, MissingExtra where YAML cannot be written."""
    if format not in FORMATS:
        raise UsageError(f"there is no format {format!r}", hint=", ".join(FORMATS))
    job = job_of(order)
    with kept_quiet():
        sys.stdout.write(_yaml(job) if format == "yaml" else json.dumps(job, indent=2, ensure_ascii=False) + "\n")


def job_of(order: JobOrder) -> Document:
    """The Job of an order, with the data that its benchmark needs. Raises UsageError."""
    return render(replace(order, fetch=_to_fetch(order)))


def _to_fetch(order: JobOrder) -> bool:
    """Whether each pod fetches the benchmark. Raises UsageError where its data would be nowhere."""
    benchmark = benchmarks.get(order.benchmark)
    local = benchmarks.is_own(order.benchmark) and not order.benchmark.startswith("hf:")
    if local and not order.benchmark.startswith(f"{MOUNTS['data']}/"):
        raise UsageError(
            f"--benchmark {order.benchmark}: pods have no such file",
            hint=f"--data-claim NAME mounts a volume at {MOUNTS['data']}; name it there",
        )
    if order.data_claim is not None:
        return False
    if local or "--data" in order.arguments or (benchmark.needs_data and benchmark.hub is None):
        raise UsageError(
            f"pods have no data of {order.benchmark}", hint=f"--data-claim NAME mounts a volume at {MOUNTS['data']}"
        )
    return benchmark.needs_data


def _yaml(document: Document) -> str:
    try:
        import yaml
    except ImportError as error:
        raise MissingExtra("k8s", "printing YAML (--format json needs nothing)") from error
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return text
