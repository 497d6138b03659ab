"""Journals on disk: nothing is lost to crashes, to several processes, or to a folder that a stranger made."""

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from labelled import act, journal_lines

from mosseval.annotations.acts import Answer, Slot
from mosseval.annotations.places import folder_for, journal_name, own_folder, rater_name
from mosseval.annotations.shelf import Overtaken, Shelf
from mosseval.errors import StorageFailed, UsageError
from mosseval.place import Remote

SLOT = Slot("Anna", Answer("b/1/0", "sha"))
HOSTILE = ("../../etc/passwd", "a/b", "..", ".", "-rf", "COM1", "ann\u00e4 m\u00fcller", "<script>", "Анна", "x" * 80)


def test_what_was_given_stands_on_the_disk_and_is_read_by_another(tmp_path: Path) -> None:
    shelf, other = Shelf(tmp_path / "a"), Shelf(tmp_path / "a")
    assert other.standing().acts == {}
    given = shelf.give(act("1", "comply", False, note="fine"), seen=None)
    assert other.standing().acts == {SLOT: given}
    later = other.give(act("2", "refuse", True), seen="1")
    assert (later.replaces, later.at > given.at) == ("1", True)
    assert shelf.standing().acts[SLOT].label == "refuse"
    assert [line["entry"] for line in journal_lines(tmp_path / "a" / journal_name("Anna"))] == ["1", "2"]


def test_a_second_window_does_not_replace_what_it_has_not_seen(tmp_path: Path) -> None:
    one, two = Shelf(tmp_path), Shelf(tmp_path)
    one.give(act("1", "comply", False), seen=None)
    with pytest.raises(Overtaken) as told:
        two.give(act("2", "refuse", True), seen=None)
    assert told.value.standing is not None
    assert told.value.standing.entry == "1"
    assert len(journal_lines(tmp_path / journal_name("Anna"))) == 1


def test_the_same_act_again_is_written_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    first = shelf.give(act("1", "comply", False), seen=None)
    assert Shelf(tmp_path).give(act("1", "comply", False), seen=None) == first
    assert shelf.undo("Anna", "1", name="2") == first
    assert Shelf(tmp_path).undo("Anna", "1", name="3") == first
    assert shelf.undo("Ben", "1", name="4") is None
    assert [line["entry"] for line in journal_lines(tmp_path / journal_name("Anna"))] == ["1", "2"]


@pytest.mark.parametrize("torn", [b'{"annotation": 1, "entry": "9", "at"', b"\xff\xfe\x00", b"{"])
def test_a_torn_last_line_costs_nothing_but_itself(tmp_path: Path, torn: bytes) -> None:
    shelf = Shelf(tmp_path)
    shelf.give(act("1", "comply", False), seen=None)
    file = tmp_path / journal_name("Anna")
    with file.open("ab") as journal:
        journal.write(torn)
    assert Shelf(tmp_path).standing().acts[SLOT].entry == "1"
    shelf.give(act("2", "refuse", True), seen="1")
    assert [line["entry"] for line in journal_lines(file)] == ["1", "2"]


def _give_many(folder: Path, rater: str, first: int) -> None:
    shelf = Shelf(folder)
    for number in range(first, first + 40):
        shelf.give(act(f"e{number}", "comply", False, rater=rater, answer=Answer(f"b/{number}/0", "s")), seen=None)


def test_four_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    started = [start.Process(target=_give_many, args=(tmp_path, "Anna", first)) for first in (0, 40, 80, 120)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert len(Shelf(tmp_path).standing().acts) == 160
    lines = journal_lines(tmp_path / journal_name("Anna"))
    assert sorted(line["at"] for line in lines) == [line["at"] for line in lines]


def test_threads_of_one_process_lose_nothing(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def one(number: int) -> None:
        shelf.give(act(f"e{number}", "refuse", True, answer=Answer(f"b/{number}/0", "s")), seen=None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(100)))
    assert len(Shelf(tmp_path).standing().acts) == 100


def test_a_clock_that_is_set_back_changes_nothing(tmp_path: Path) -> None:
    ahead = {**act("1", "comply", False, at="2089-01-01T00:00:00.000000+00:00").document()}
    (tmp_path / journal_name("Anna")).write_text(json.dumps(ahead) + "\n")
    shelf = Shelf(tmp_path)
    shelf.give(act("2", "refuse", True), seen="1")
    assert shelf.standing().acts[SLOT].entry == "2"


def test_a_journal_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.give(act("1", "comply", False), seen=None)
    file = tmp_path / journal_name("Anna")
    assert len(shelf.standing().acts) == 1
    other = tmp_path / "other"
    other.write_text(json.dumps(act("7", "refuse", True, at="2026-01-01T00:00:00.000000+00:00").document()) + "\n")
    os.replace(other, file)
    assert shelf.standing().acts[SLOT].entry == "7"
    file.unlink()
    assert shelf.standing().acts == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_a_file_in_the_folder_and_nowhere_else(tmp_path: Path, name: str) -> None:
    shelf = Shelf(tmp_path / "in")
    shelf.give(act("1", "comply", False, rater=name), seen=None)
    (file,) = (tmp_path / "in").iterdir()
    assert file.name == journal_name(name)
    assert file.name.replace("-", "").replace(".jsonl", "").isalnum()
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_names_that_look_alike_in_a_file_name_have_files_of_their_own() -> None:
    assert len({journal_name(name) for name in ("a b", "a/b", "a-b", "A b", "a  b")}) == 5


def test_a_raters_name_is_a_name() -> None:
    assert rater_name("  Anna   Mu\u0308ller ") == "Anna M\u00fcller"
    for wrong in ("", "   ", "x" * 81, "a\x1b[31m", "a\u202eb", "a\u200b"):
        with pytest.raises(UsageError):
            rater_name(wrong)


def test_no_link_and_no_pipe_leads_out_of_a_strangers_run(tmp_path: Path) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    run.mkdir()
    elsewhere.mkdir()
    (run / "annotations").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is a link"):
        folder_for(run, None)
    shelf = Shelf(run / "annotations", within=True)
    for use in (shelf.standing, lambda: shelf.give(act("1", "comply", False), seen=None)):
        with pytest.raises(UsageError, match="is a link"):
            use()
    assert list(elsewhere.iterdir()) == []
    inside = tmp_path / "inside"
    inside.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (inside / journal_name("Anna")).symlink_to(victim)
    with pytest.raises((UsageError, StorageFailed)):
        Shelf(inside).give(act("1", "comply", False), seen=None)
    (inside / journal_name("Anna")).unlink()
    os.mkfifo(inside / "pipe.jsonl")
    with pytest.raises(UsageError, match="no plain file"):
        Shelf(inside).standing()
    assert victim.read_text() == "precious"


def test_where_labels_cannot_be_written_out_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="object store") as told:
        folder_for(Remote("s3://bucket/run"), None)
    assert "--out" in told.value.hint
    assert folder_for(Remote("s3://bucket/run"), tmp_path / "new") == tmp_path / "new"
    assert own_folder(tmp_path) == tmp_path / "annotations"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="no folder"):
        folder_for(tmp_path, tmp_path / "file")
