"""Append-only lines: whole or not at all, whatever a crash or a full disk did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosseval.errors import StorageFailed
from mosseval.store.lines import Appender, read_lines, write_whole


def test_line_is_with_the_system_when_append_returns(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with Appender(file) as lines:
        lines.append({"text": "one\ntwo\u2028"})
        assert list(read_lines(file)) == [{"text": "one\ntwo\u2028"}]
        assert file.read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("size", [10, 4095, 4096, 4097, 20_000])
def test_torn_last_line_is_dropped_and_the_next_stands_alone(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.jsonl"
    whole = b'{"n":1}\n' + json.dumps({"n": 2, "x": "y" * size}).encode()
    file.write_bytes(whole[:-3])
    with Appender(file) as lines:
        lines.append({"n": 3})
    assert [json.loads(line)["n"] for line in file.read_bytes().splitlines()] == [1, 3]


@pytest.mark.parametrize("size", [10, 5000])
def test_whole_last_line_without_its_newline_is_kept(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(json.dumps({"n": 1, "x": "y" * size}).encode())
    with Appender(file) as lines:
        lines.append({"n": 2})
    assert [each["n"] for each in read_lines(file)] == [1, 2]


@given(content=st.binary(max_size=60))
def test_any_content_is_read_and_appended_to(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("lines") / "a.jsonl"
    file.write_bytes(content + b'\n{"n":1}\n')
    before = list(read_lines(file))
    file.write_bytes(content + b'\n{"n":1}\n' + content)
    with Appender(file) as lines:
        lines.append({"n": 2})
    found = list(read_lines(file))
    assert found[: len(before)] == before
    assert found[-1] == {"n": 2}
    assert list(read_lines(file.with_name("absent"))) == []


def test_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from mosseval.store.lines import Appender\n"
        "from mosseval.errors import StorageFailed\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "lines = Appender(Path(sys.argv[1])); lines.append({'x': 'y' * 600})\n"
        "try: lines.append({'x': 'y' * 600})\n"
        "except StorageFailed as failed: print(failed.hint); lines.append({'small': 1})\n"
    )
    file = tmp_path / "a.jsonl"
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert "make room" in done.stdout
    assert [list(json.loads(line)) for line in file.read_text().splitlines()] == [["x"], ["small"]]


def test_unwritable_file_is_a_storage_failure(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="cannot write"):
        Appender(tmp_path)
    with pytest.raises(StorageFailed, match="cannot write"):
        write_whole(tmp_path / "absent" / "run.json", [b"{}"])


def test_replacing_a_file_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    for content in (b"old", b"new"):
        write_whole(file, [content])
        assert file.read_bytes() == content
    assert os.listdir(tmp_path) == ["run.json"]
