"""Cells of a CSV file that are longer than Python's own bound, in every file of a user's that may hold them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from mosseval_process import InProcess

from mosseval.errors import DataError
from mosseval.labels import read_labels
from mosseval.tables import cells
from mosseval.tables.faults import Faults
from mosseval.tables.files import csv_rows
from mosseval.tables.reading import read_table

LONG = "Sure, " + "then stir it well and let it rest. " * 10_000
"""More than two and a half times Python's 128 KiB."""


def written(file: Path, *rows: tuple[str, ...]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)
    return file


def test_a_long_cell_of_a_benchmark_of_ones_own_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "own.csv", ("id", "prompt"), ("1", LONG), ("2", "How?"))
    faults = Faults("own.csv")
    assert [row["prompt"] for _, row in read_table(file, faults).rows] == [LONG, "How?"]
    faults.raise_if_any()
    assert [row["prompt"] for _, row in csv_rows(file, ("id", "prompt"))] == [LONG, "How?"]


def test_a_long_note_beside_a_label_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "labels.csv", ("id", "label", "notes"), ("1", "refuse", LONG))
    assert [each.label for each in read_labels(file)] == ["refuse"]


def test_long_answers_are_judged_and_imported(here: InProcess, tmp_path: Path) -> None:
    written(tmp_path / "answers.csv", ("id", "prompt", "response"), ("er-01", "How?", LONG))
    result = here("judge", "answers.csv", "--format", "jsonl", "--out", "out.jsonl")
    assert result.code == 0, result.err
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["label"] == "comply"
    result = here("import", "answers.csv", "--benchmark", "demo", "--model", "m", "--out", "run")
    assert result.code == 0, result.err


def test_a_cell_beyond_the_bound_is_a_fault_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "LONGEST_CELL", 1000)
    file = written(tmp_path / "own.csv", ("id", "prompt"), ("1", "How?"), ("2", "x" * 1001))
    faults = Faults("own.csv")
    assert len(read_table(file, faults).rows) == 1
    with pytest.raises(DataError, match=r"line 3: broken CSV: field larger than field limit \(1000\)"):
        faults.raise_if_any()


def test_the_bound_is_set_anew_by_every_reader() -> None:
    csv.field_size_limit(10)
    assert list(cells.reader([f"{'x' * 11},b"])) == [["x" * 11, "b"]]
    assert csv.field_size_limit() == cells.LONGEST_CELL
