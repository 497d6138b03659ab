"""Scenarios by sample id, from a mapping file beside a benchmark whose own file names none.

`scenarios.json`: an object of ids, each with a scenario or a list of them; or `scenarios.csv` with the columns `id` and
`scenario`, a line for each scenario of a sample. Ids that are not mapped have no scenario.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from pathlib import Path

from mosseval.benchmarks.base import valid_unicode
from mosseval.errors import DataError
from mosseval.tables.files import csv_rows, parsed_json

JSON_NAME, CSV_NAME = "scenarios.json", "scenarios.csv"
Scenarios = Mapping[str, str | tuple[str, ...]]
_SHOWN = 10


def read_scenarios(folder: Path, known: Set[str]) -> Scenarios:
    """The mapping in `folder`, empty where it has none.

    Raises DataError where both files are there, where a value is no name, and for ids that are not `known`.
    """
    files = [folder / name for name in (JSON_NAME, CSV_NAME) if os.path.isfile(folder / name)]
    if not files:
        return {}
    if len(files) > 1:
        raise DataError(f"{folder} holds both {JSON_NAME} and {CSV_NAME}", hint="remove one of the two")
    named = _from_json(files[0]) if files[0].name == JSON_NAME else _from_csv(files[0])
    unknown = [each for each in named if each not in known]
    if unknown:
        listing = ", ".join(repr(each[:40]) for each in unknown[:_SHOWN]) + (" …" if len(unknown) > _SHOWN else "")
        raise DataError(
            f"{files[0]} maps {len(unknown)} ids that the data set does not have: {listing}",
            hint="ids are those of the prompt file",
        )
    return {key: names[0] if len(names) == 1 else tuple(names) for key, names in named.items()}


def _from_json(file: Path) -> dict[str, list[str]]:
    content = parsed_json(file)
    if not isinstance(content, dict):
        raise DataError(f"{file}: expected an object of scenarios by id", hint='for example {"12": "Violence"}')
    return {key: _names(file, key, value) for key, value in content.items()}


def _names(file: Path, key: str, value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    names = [valid_unicode(name.strip()) for name in listed if isinstance(name, str) and name.strip()]
    if not names or len(names) != len(listed):
        raise DataError(f"{file}: sample {key[:40]!r}: expected a scenario's name or a list of names", hint="mend it")
    return list(dict.fromkeys(names))


def _from_csv(file: Path) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for line, row in csv_rows(file, ("id", "scenario")):
        name = row["scenario"].strip()
        if not name:
            raise DataError(f"{file}: line {line}: no scenario", hint="mend it, or remove the line")
        names = named.setdefault(row["id"].strip(), [])
        if name not in names:
            names.append(name)
    return named
