"""Which column of a data file means what: found by its name, or said with `--columns`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mosseval.errors import UsageError

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "pid", "sampleid", "promptid", "questionid", "uid"),
        "prompt": ("prompt", "question", "query", "instruction"),
        "image": ("image", "images", "imagepath", "imagefile", "imageurl", "filename", "img", "picture", "pictures"),
        "expected": ("expected", "expectedanswer"),
        "tags": ("tags", "type", "category", "subset", "topic", "stimulus", "scenario", "harm", "language"),
    }
)
"""Names by which a column is known, without case, spaces, dashes and underscores."""
EXAMPLE = "for example --columns prompt=question,image=file,tags=type+topic; image= for none"
_MANY = frozenset({"tags", "image"})
"""Roles that several columns may have."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of each role; `id`, `expected`: None where there is none (samples are numbered then)."""

    prompt: str
    id: str | None = None
    image: tuple[str, ...] = ()
    expected: str | None = None
    tags: tuple[str, ...] = ()


def parse_columns(text: str | None) -> dict[str, tuple[str, ...]]:
    """`ROLE=COLUMN,…` as columns by role; `+` joins several, nothing after `=` means none."""
    wanted: dict[str, tuple[str, ...]] = {}
    for part in (text or "").split(","):
        if text is None:
            break
        role, equals, value = (each.strip() for each in part.partition("="))
        names = tuple(name.strip() for name in value.split("+") if name.strip())
        if not equals or role not in NAMES or role in wanted:
            problem = "occurs twice" if role in wanted else f"is none of ROLE=COLUMN with {', '.join(NAMES)}"
            raise UsageError(f"--columns: {part.strip()!r} {problem}", hint=EXAMPLE)
        if (len(names) > 1 and role not in _MANY) or (not names and role == "prompt"):
            raise UsageError(f"--columns: {role} is one column", hint=EXAMPLE)
        wanted[role] = names
    return wanted


def find_columns(present: Sequence[str], wanted: Mapping[str, tuple[str, ...]], source: str) -> Columns:
    """The columns of a table: those that are `wanted`, and for every other role those that are known by name.

    Raises UsageError where a wanted column is absent, where there is no prompt, or where two could be meant.
    """
    absent = [name for names in wanted.values() for name in names if name not in present]
    if absent:
        raise UsageError(
            f"{source} has no column {', '.join(map(repr, absent))}", hint=f"it has: {', '.join(map(repr, present))}"
        )
    taken = {name for names in wanted.values() for name in names}
    free = [name for name in present if name not in taken]
    found = {role: wanted.get(role, _known(role, free, source)) for role in NAMES}
    if not found["prompt"]:
        raise UsageError(
            f"{source}: no column is known as the prompt among {', '.join(map(repr, present))}", hint=EXAMPLE
        )
    return Columns(
        prompt=found["prompt"][0],
        id=next(iter(found["id"]), None),
        image=found["image"],
        expected=next(iter(found["expected"]), None),
        tags=found["tags"],
    )


def _known(role: str, free: Sequence[str], source: str) -> tuple[str, ...]:
    names = tuple(name for name in free if re.sub(r"[\s_-]", "", name.lower()) in NAMES[role])
    if len(names) > 1 and role != "tags":
        raise UsageError(
            f"{source}: {' and '.join(map(repr, names))} could each be the {role}",
            hint=f"say which: --columns {role}={names[0]}",
        )
    return names
