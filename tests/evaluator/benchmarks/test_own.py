"""A benchmark of one's own: the columns that are found, the pictures that are taken, and every fault by its line."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_benchmark import png

from mosseval.benchmarks import Dataset, get, is_own, parse_reading
from mosseval.errors import DataError, MossevalError, UsageError
from mosseval.tables.faults import MOST_SHOWN

PICTURE = png(shade=7)
ENCODED = base64.b64encode(PICTURE).decode()


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_DATA", str(tmp_path / "home"))


def jsonl(folder: Path, *rows: Mapping[str, Any] | str | bytes, name: str = "mine.jsonl") -> Path:
    """A file of JSON lines; a text or bytes stand as they are."""
    lines = [each if isinstance(each, bytes) else _line(each) for each in rows]
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")
    return folder / name


def _line(row: Mapping[str, Any] | str) -> bytes:
    return (row if isinstance(row, str) else json.dumps(row)).encode()


def load(file: Path | str, columns: str | None = None, task: str | None = None) -> Dataset:
    return get(str(file), parse_reading(columns, task, remote=False)).load(None)


def refused(file: Path | str, columns: str | None = None, task: str | None = None) -> str:
    with pytest.raises(MossevalError) as error:
        load(file, columns, task)
    assert error.value.exit_code == 2
    assert error.value.hint
    return str(error.value)


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PICTURE)
    row = {"PID": "x-1", "Question": "How?", "image_path": "a.png", "type": "homonyms", "other": "left out"}
    [sample] = load(jsonl(tmp_path, row)).samples
    assert (sample.benchmark, sample.id, sample.question, sample.image_name) == ("mine", "x-1", "How?", "a.png")
    assert sample.tags == {"type": "homonyms"}
    assert sample.image == tmp_path / "a.png"


def test_columns_are_said(tmp_path: Path) -> None:
    row = {
        "key": 7,
        "prompt": "not this",
        "text": "How?",
        "label": "safe",
        "topic": ["a", "b"],
        "n": 3,
        "image": "none",
    }
    dataset = load(jsonl(tmp_path, row), "id=key,prompt=text,image=,expected=label,tags=topic+n")
    [sample] = dataset.samples
    assert (sample.id, sample.question, sample.expected, sample.pictures) == ("7", "How?", "safe", ())
    assert sample.tags == {"topic": ("a", "b"), "n": 3}
    assert dataset.by == ("topic", "n")
    assert dataset.task == "refusal"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("prompt", "'prompt' is none of ROLE=COLUMN"),
        ("prompt=", "prompt is one column"),
        ("prompt=a+b", "prompt is one column"),
        ("prompt=text,prompt=text", "occurs twice"),
        ("what=text", "'what=text' is none"),
        ("", "is none of ROLE=COLUMN"),
        ("prompt=nowhere", "no column 'nowhere'"),
    ],
)
def test_wrong_columns_are_wrong_use(tmp_path: Path, columns: str, said: str) -> None:
    assert said in refused(jsonl(tmp_path, {"text": "How?"}), columns)


def test_two_columns_that_could_be_meant_are_not_guessed(tmp_path: Path) -> None:
    file = jsonl(tmp_path, {"prompt": "How?", "question": "Why?"})
    assert "'prompt' and 'question' could each be the prompt" in refused(file)
    assert load(file, "prompt=question").samples[0].question == "Why?"
    assert "no column is known as the prompt" in refused(jsonl(tmp_path, {"words": "x"}))


def test_without_ids_rows_are_numbered_and_that_is_said(tmp_path: Path) -> None:
    dataset = load(jsonl(tmp_path, {"prompt": "How?"}, "", {"prompt": "Why?"}))
    assert [sample.id for sample in dataset.samples] == ["1", "2"]
    assert "numbered" in dataset.notes[0]


def test_yes_and_no_in_every_row_make_a_yes_no_benchmark(tmp_path: Path) -> None:
    rows = [{"prompt": "Is it?", "expected": "Yes"}, {"prompt": "Is it not?", "expected": "no"}]
    assert load(jsonl(tmp_path, *rows)).task == "yes_no"
    assert load(jsonl(tmp_path, *rows), task="refusal").task == "refusal"
    rows.append({"prompt": "Which?", "expected": "red"})
    assert load(jsonl(tmp_path, *rows)).task == "refusal"
    assert "line 3: expected is 'red', not yes or no" in refused(jsonl(tmp_path, *rows), task="yes_no")
    assert "needs a column" in refused(jsonl(tmp_path, {"prompt": "Is it?"}), task="yes_no")
    with pytest.raises(UsageError, match="no task 'ranking'"):
        load(jsonl(tmp_path, *rows), task="ranking")


def test_several_pictures_by_path_base64_and_data_url(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(shade=1))
    cell = ["a.png", ENCODED, f"data:image/png;base64,{ENCODED}"]
    [sample] = load(jsonl(tmp_path, {"prompt": "Compare.", "images": cell})).samples
    assert len(sample.pictures) == 3
    assert [picture.path.read_bytes() for picture in sample.pictures] == [png(shade=1), PICTURE, PICTURE]
    assert sample.more_images[0].path == sample.more_images[1].path
    assert load(tmp_path / "mine.jsonl") == load(tmp_path / "mine.jsonl")


def test_a_cell_of_csv_may_hold_several_pictures_and_several_lines(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PICTURE)
    text = io.StringIO()
    csv.writer(text).writerows(
        [["id", "prompt", "image"], ["1", 'Two\nlines, "quoted"', '["a.png", "a.png"]'], ["2", "None?", ""]]
    )
    (tmp_path / "my set.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    dataset = load(tmp_path / "my set.csv")
    assert dataset.name == "my-set"
    assert [len(sample.pictures) for sample in dataset.samples] == [2, 0]
    assert dataset.samples[0].question == 'Two\nlines, "quoted"'


GOOD: dict[str, Any] = {"id": "1", "prompt": "How?"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "1", "prompt": "again"}, "the id '1' occurs twice, first in line 1"),
        ({"id": "a/b", "prompt": "x"}, "'a/b' is no id"),
        ({"id": None, "prompt": "x"}, "None is no id"),
        ({"id": True, "prompt": "x"}, "True is no id"),
        ({"id": "2", "prompt": " \n"}, "is blank"),
        ({"id": "2"}, "no prompt in 'prompt'"),
        ({"id": "2", "prompt": 7}, "no prompt in 'prompt': found 7"),
        ({"id": "2", "prompt": "a\0b"}, "NUL"),
        ('{"id": "2", "prompt": "\\ud800"}', "lone surrogates"),
        ({"id": "2", "prompt": "x" * 1_000_001}, "1000001 characters"),
        ('{"id": "2", "prompt": ', "broken JSON at column"),
        ('{"id": "2", "id": "3", "prompt": "x"}', "'id' occurs twice"),
        ('{"id": "2", "prompt": NaN}', "NaN is no JSON value"),
        ("[1]", "expected a JSON object"),
        ("[" * 100_000, "unusable JSON"),
        (b'{"id": "2", "prompt": "\xe4"}', "no UTF-8 text"),
        (b'{"id": "2", "prompt": "a\0"}', "broken JSON"),
        ({"id": "2", "prompt": "x", "image": "gone.png"}, "'gone.png' is missing"),
        ({"id": "2", "prompt": "x", "image": "text.png"}, "'text.png' is no picture"),
        ({"id": "2", "prompt": "x", "image": "../secret.png"}, "leads out"),
        ({"id": "2", "prompt": "x", "image": "/etc/hostname"}, "leads out"),
        ({"id": "2", "prompt": "x", "image": "link.png"}, "leads out"),
        ({"id": "2", "prompt": "x", "image": "a\0.png"}, "leads out"),
        ({"id": "2", "prompt": "x", "image": "x" * 5_000 + "?"}, "no path, no URL and no base64"),
        ({"id": "2", "prompt": "x", "image": 3}, "a picture of type int"),
        ({"id": "2", "prompt": "x", "image": {"a": 1}}, "neither 'bytes' nor 'path'"),
        ({"id": "2", "prompt": "x", "image": "data:image/png;base64,!!!"}, "base64 is broken"),
        ({"id": "2", "prompt": "x", "image": base64.b64encode(b"no picture" * 20).decode()}, "is no picture"),
        ({"id": "2", "prompt": "x", "image": "https://host/a.png"}, "--remote-images"),
        ({"id": "2", "prompt": "x", "image": "http://host/a.png"}, "only https"),
        ({"id": "2", "prompt": "x", "image": "file:///etc/hostname"}, "only https"),
        ({"id": "2", "prompt": "x", "image": ["ok.png"] * 33}, "33 pictures"),
        ({"id": "2", "prompt": "x", "tags": {"a": {"b": 1}}}, "the tag 'a'"),
        ({"id": "2", "prompt": "x", "tags": {"a": 10**30}}, "the tag 'a'"),
        ({"id": "2", "prompt": "x", "expected": 3}, "the expected answer"),
    ],
)
def test_every_fault_is_named_with_its_line(tmp_path: Path, row: Any, said: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PICTURE)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "ok.png").write_bytes(PICTURE)
    (folder / "text.png").write_text("<html>not found</html>")
    message = refused(jsonl(folder, GOOD, "", row, {"id": "9", "prompt": ""}))
    assert "2 faults" in message
    assert "line 3: " in message
    assert said in message
    assert "line 4: the prompt" in message


def test_of_many_faults_the_first_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    message = refused(jsonl(tmp_path, GOOD, *[{"id": str(n), "prompt": ""} for n in range(2, 52)]))
    assert "50 faults" in message
    assert message.count("is blank") == MOST_SHOWN
    assert "and 30 more" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no rows"),
        (b"id,prompt\n", "holds no rows"),
        ("id,prompt\n1,How?\n".encode("utf-16"), "UTF-16"),
        ("id,prompt\n1,Wie?\n2,Wäre?\n".encode("latin-1"), "line 3: no UTF-8"),
        (b"id,prompt\n1,How?\n2,a\0b\n3,x\n", "line 3: a NUL byte"),
        (b'id,prompt\n1,"a\nb"\n2\n', "line 4: 1 cells where the header has 2"),
        (b'id,prompt\n1,How?\n2,"open\n3,x\n', "line 3: broken CSV"),
        (b"id,prompt,prompt\n1,a,b\n", "line 1: columns that occur twice: 'prompt'"),
    ],
)
def test_broken_tables(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "mine.csv").write_bytes(content)
    assert said in refused(tmp_path / "mine.csv")


def test_a_line_without_an_end_is_not_read_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosseval.tables.reading.LONGEST_LINE", 1_000)
    message = refused(jsonl(tmp_path, GOOD, "x" * 5_000))
    assert "line 2: it is longer" in message
    assert "1 fault," in message


def test_files_that_are_not_there_and_names(tmp_path: Path) -> None:
    assert "no file that is there" in refused(tmp_path / "none.jsonl")
    (tmp_path / "folder.csv").mkdir()
    assert "no file that is there" in refused(tmp_path / "folder.csv")
    assert load(jsonl(tmp_path, GOOD, name="demo.jsonl")).name == "demo-own"
    assert load(jsonl(tmp_path, GOOD, name="ä / ..jsonl".replace("/", "+"))).name == "own"
    assert is_own("x.CSV")
    assert is_own("hf:org/name")
    assert not is_own("mossbench")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([".jsonl", ".csv", ".parquet"]), st.binary(max_size=400))
def test_any_bytes_are_a_benchmark_or_a_named_fault(tmp_path: Path, suffix: str, content: bytes) -> None:
    file = tmp_path / f"any{suffix}"
    file.write_bytes(content)
    said = ""
    try:
        said = load(file).source
    except (DataError, UsageError) as error:
        said = str(error)
    assert str(file) in said


def _parquet(folder: Path, rows: list[dict[str, Any]]) -> Path:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra 'hf' is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "mine.parquet")
    return folder / "mine.parquet"


def test_parquet_with_pictures_as_bytes(tmp_path: Path) -> None:
    rows = [{"id": n, "prompt": "How?", "image": {"bytes": PICTURE, "path": "x.png"}, "topic": "t"} for n in (1, 2)]
    dataset = load(_parquet(tmp_path, rows))
    assert [sample.id for sample in dataset.samples] == ["1", "2"]
    assert {picture.path.read_bytes() for sample in dataset.samples for picture in sample.pictures} == {PICTURE}
    assert "row 2: the prompt" in refused(_parquet(tmp_path, [rows[0], {**rows[1], "prompt": " "}]))
    (tmp_path / "mine.parquet").write_bytes(b"PAR1 no such thing PAR1")
    assert "no Parquet file" in refused(tmp_path / "mine.parquet")


def test_parquet_may_not_name_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PICTURE)
    (tmp_path / "data").mkdir()
    row = {"id": "1", "prompt": "How?", "image": {"bytes": None, "path": str(tmp_path / "secret.png")}}
    assert "row 1: the path" in refused(_parquet(tmp_path / "data", [row]))


def test_a_data_set_of_the_datasets_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    pytest.importorskip("datasets", reason="the extra 'hf' is not installed")
    folder = tmp_path / "local"
    folder.mkdir()
    jsonl(folder, {"id": "a", "prompt": "How?"}, {"id": "b", "prompt": "Why?"}, name="test.jsonl")
    jsonl(folder, {"id": "c", "prompt": "When?"}, name="train.jsonl")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    dataset = load(f"hf:{folder}:test")
    assert [sample.id for sample in dataset.samples] == ["a", "b"]
    assert dataset.name.endswith("local")
    assert "has the splits" in refused(f"hf:{folder}")
    assert "could not be loaded" in refused(f"hf:{tmp_path / 'nowhere'}:test")
    assert "is no hf:NAME" in refused("hf:")
