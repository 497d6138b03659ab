"""A site's folder: written whole, and only over one that was written here and not changed since."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mosseval.errors import UsageError
from mosseval.leaderboard.folder import LIST, whole_site


def write(out: Path, **files: str) -> None:
    """Writes a site of these pages."""
    with whole_site(out) as draft:
        for name, text in files.items():
            draft.write(f"{name}.html", text.encode())


def held(out: Path) -> dict[str, str]:
    """The files of a folder but the list."""
    files = (each for each in out.rglob("*") if each.is_file() and each.name != LIST)
    return {str(each.relative_to(out)): each.read_text() for each in files}


def refused(out: Path) -> str:
    """Why the folder is not written over."""
    before = {each: each.read_bytes() for each in out.rglob("*") if each.is_file()}
    with pytest.raises(UsageError) as stopped:
        write(out, index="new")
    assert {each: each.read_bytes() for each in out.rglob("*") if each.is_file()} == before
    return str(stopped.value)


def test_new_folder_is_readable_by_a_web_server(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "site", index="one")
    assert held(tmp_path / "deep" / "site") == {"index.html": "one"}
    assert (tmp_path / "deep" / "site").stat().st_mode & 0o777 == 0o755
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["site"]


def test_earlier_site_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out, index="one", gone="x")
    write(out, index="two")
    assert held(out) == {"index.html": "two"}
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site" / "empty").mkdir(parents=True)
    write(tmp_path / "site", index="one")
    assert held(tmp_path / "site") == {"index.html": "one"}


def test_foreign_files_are_never_touched(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    assert "holds files that are no site of ours: 'thesis.tex'" in refused(out)
    (out / "thesis.tex").unlink()
    write(out, index="one")
    (out / "CNAME").write_text("example.org")
    assert "a file that is not of its site: 'CNAME'" in refused(out)
    (out / "CNAME").unlink()
    (out / "index.html").write_text("mended by hand")
    assert "index.html was changed after it was written" in refused(out)


def test_links_and_pipes_are_foreign(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out, index="one")
    (tmp_path / "elsewhere").mkdir()
    (out / "more").symlink_to(tmp_path / "elsewhere")
    assert "'more'" in refused(out)
    (out / "more").unlink()
    (out / "index.html").unlink()
    os.mkfifo(out / "index.html")
    with pytest.raises(UsageError, match="was changed"):
        write(out, index="new")
    (tmp_path / "link").symlink_to(out)
    with pytest.raises(UsageError, match="is no folder"):
        write(tmp_path / "link", index="new")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"made_by": "another"}', '{"made_by": "mosseval leaderboard", "files": 7}', "[" * 100_000]
)
def test_list_that_is_none_counts_for_nothing(tmp_path: Path, text: str) -> None:
    out = tmp_path / "site"
    write(out, index="one")
    (out / LIST).write_text(text)
    assert "no site of ours" in refused(out)


def test_strangers_list_lets_nothing_be_removed_that_differs(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    (out / LIST).write_text(json.dumps({"made_by": "mosseval leaderboard", "files": {"thesis.tex": "0" * 64}}))
    assert "was changed" in refused(out)


def test_failure_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out, index="one")

    def broken() -> None:
        with whole_site(out) as draft:
            draft.write("index.html", b"two")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert held(out) == {"index.html": "one"}
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_file_that_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write(out, index="one")

    def interrupted() -> None:
        with whole_site(out) as draft:
            draft.write("index.html", b"two")
            (out / "new.txt").write_text("mine")

    with pytest.raises(UsageError, match=r"new\.txt"):
        interrupted()
    assert held(out) == {"index.html": "one", "new.txt": "mine"}


def test_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot write"):
        write(tmp_path / "file" / "site", index="one")
    with pytest.raises(UsageError, match="is no folder"):
        write(tmp_path / "file", index="one")


def test_full_disk_leaves_nothing_behind(small_disk: Path) -> None:
    with pytest.raises(UsageError, match="No space left"):
        write(small_disk / "site", index="x" * 300_000)
    assert list(small_disk.iterdir()) == []
