"""`mosseval export --format hf`: a folder that the `datasets` library loads, with a card that keeps to the licence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets  # type: ignore[import-untyped]
import pytest
import yaml
from made_runs import Made, make, make_repeated
from mosseval_process import InProcess
from small_benchmark import row, write

from mosseval.answer_rows import COLUMNS


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No progress bars."""
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def loaded(folder: Path, name: str, cache: Path) -> Any:
    """A configuration of the folder, as somebody who was sent it loads it."""
    return datasets.load_dataset(str(folder), name, cache_dir=str(cache))["train"]


def test_the_library_loads_the_answers(here: InProcess, tmp_path: Path) -> None:
    samples = [[Made("comply"), Made("refuse")], [Made("empty"), Made("input/safety")], [Made("pending")] * 2]
    run = make_repeated(tmp_path / "run", samples, benchmark="mossbench").path
    result = here("export", run, "--format", "hf", "--out", "hf")
    assert (result.code, "next: read hf/README.md" in result.err) == (0, True), result.err
    table = loaded(tmp_path / "hf", "answers", tmp_path / "cache")
    assert table.column_names == list(COLUMNS)
    assert table["status"][:] == ["answered", "answered", "empty", "blocked", "pending", "pending"]
    assert table["refused"][:] == [False, True, None, None, None, None]
    assert json.loads(table[0]["tags"])["stimulus"] == "exaggerated_risk"


def test_the_pictures_come_from_the_data_folder_alone(here: InProcess, tmp_path: Path) -> None:
    data = write(tmp_path / "data", rows=[row(n) for n in range(3)])
    (data / "data" / "images" / "2.png").unlink()
    run = make(tmp_path / "run", [Made("comply")] * 3, shards=1).path
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    document["config"]["benchmark"], document["data"]["roots"] = "mossbench", ["/"]
    (run / "run.json").write_text(json.dumps(document), encoding="utf-8")
    result = here("export", run, "--format", "hf", "--out", "hf", "--images", "--data", data)
    assert result.code == 0, result.err
    assert "pictures that are not in the data folder: 1" in result.err
    table = loaded(tmp_path / "hf", "pictures", tmp_path / "cache")
    assert table["sample_id"][:] == ["0", "1"]
    assert table[0]["image"].size == (2, 2)
    card = (tmp_path / "hf" / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "cc-by-sa-4.0"
    assert "forbid training on it" in card


@pytest.mark.parametrize("benchmark", ["mmsafeaware", "mine"])
def test_what_may_not_be_passed_on_stays_out(here: InProcess, tmp_path: Path, benchmark: str) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    document["config"]["benchmark"] = benchmark
    (run / "run.json").write_text(json.dumps(document), encoding="utf-8")
    (run / "samples.jsonl").write_text(
        '{"sample_id":"0","question":"secret","tags":{"description":"secret"},"image":{"path":"secret"}}\n',
        encoding="utf-8",
    )
    result = here("export", run, "--format", "hf", "--out", "hf")
    assert (result.code, "rows without the question" in result.err) == (0, True), result.err
    files = [each.read_bytes() for each in (tmp_path / "hf").rglob("*") if each.is_file()]
    assert [b"secret" in each for each in files] == [False, False]
    refused = here("export", run, "--format", "hf", "--out", "hf2", "--images")
    assert (refused.code, "does not let its pictures be passed on" in refused.err) == (2, True)
    assert not (tmp_path / "hf2").exists()


def test_a_folder_that_is_there_is_left_alone_unless_asked(here: InProcess, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "mine.txt").write_text("mine", encoding="utf-8")
    refused = here("export", run, "--format", "hf", "--out", "hf")
    assert (refused.code, "is not empty" in refused.err) == (2, True)
    assert here("export", run, "--format", "hf", "--out", "hf", "--force").code == 0
    assert sorted(each.name for each in (tmp_path / "hf").iterdir()) == ["README.md", "data", "mine.txt"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hf", "run"]
