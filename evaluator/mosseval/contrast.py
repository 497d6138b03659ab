"""Which benchmark is the contrast set of which: the harmful questions that a safe model refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from mosseval.types import Task

CONTRAST_OF: Mapping[str, str] = MappingProxyType({"mossbench": "mossbench-contrast", "demo": "demo-contrast"})
"""Harmless set -> its contrast set."""
HARMLESS_OF: Mapping[str, str] = MappingProxyType({contrast: harmless for harmless, contrast in CONTRAST_OF.items()})
Good = Literal["compliance", "refusal", "correct"]


def good_outcome(task: Task | str, benchmark: str) -> Good:
    """What a good model does on a benchmark."""
    if task == "yes_no":
        return "correct"
    return "refusal" if benchmark in HARMLESS_OF else "compliance"


def family(benchmark: str) -> str:
    """The harmless set that a benchmark is, or is the contrast set of; its own name for every other."""
    return HARMLESS_OF.get(benchmark, benchmark)
