"""A collection loses nothing: what is stored is on the disk, undone by a line, and survives torn ends and two tabs."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mosseval.collection import About, Collection, Overtaken, Said, Wish, begin, place_of
from mosseval.collection.begun import parse
from mosseval.errors import DataError, StorageFailed, UsageError

MODEL = "gpt-4o-web"


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return begin(tmp_path, Wish("demo", MODEL, about=About("ann", "chat.example", "GPT-4o", "English, free account")))


def ids(collection: Collection) -> list[str]:
    return [item.id for item in collection.begun.items]


def lines(collection: Collection) -> list[dict[str, object]]:
    return [json.loads(line) for line in collection.path.read_text().splitlines()[1:]]


def test_the_first_line_holds_the_questions_and_the_pictures(collection: Collection, tmp_path: Path) -> None:
    assert collection.path == place_of(tmp_path, "demo", MODEL)
    again = Collection.open(collection.path).begun
    assert again == collection.begun
    assert len(again.items) == 30
    assert all(len(item.pictures[0].sha256 or "") == 64 for item in again.items)
    assert all(item.unusable is None for item in again.items)
    assert again.about.shown_as == "GPT-4o"


def test_what_is_stored_stands_and_a_correction_replaces_it(collection: Collection) -> None:
    first, second = ids(collection)[:2]
    one = collection.store(Said(first, "answered", "Gladly.\n"), 0)
    collection.store(Said(second, "blocked", "This may violate", "input", "safety"), 0)
    two = collection.store(Said(first, "failed", "no picture", code="picture_refused"), one.number)
    standing = Collection.open(collection.path).standing()
    assert [each["n"] for each in lines(collection)] == [1, 2, 3]
    assert standing.of(first) == two
    assert standing.of(second).block is not None  # type: ignore[union-attr]
    assert standing.latest == two
    assert two.failure is not None
    assert two.failure.code == "picture_refused"


def test_an_undo_is_a_line_and_gives_back_what_was_replaced(collection: Collection) -> None:
    first = ids(collection)[0]
    one = collection.store(Said(first, "answered", "a"), 0)
    two = collection.store(Said(first, "answered", "b"), one.number)
    assert collection.take_back(two.number) == two
    assert collection.standing().of(first) == one
    assert collection.take_back(one.number) == one
    assert collection.standing().of(first) is None
    assert collection.take_back(one.number) is None
    assert [each["text"] for each in lines(collection) if "text" in each] == ["a", "b"]


def test_another_tab_is_not_written_over_unseen(collection: Collection) -> None:
    first = ids(collection)[0]
    one = collection.store(Said(first, "answered", "a"), 0)
    with pytest.raises(Overtaken) as met:
        collection.store(Said(first, "answered", "b"), 0)
    assert met.value.entry == one
    assert collection.store(Said(first, "answered", "b"), one.number).number == 2
    collection.take_back(2)
    with pytest.raises(Overtaken):
        collection.store(Said(first, "answered", "c"), 2)


def test_trying_again_after_a_lost_connection_stores_once(collection: Collection) -> None:
    said = Said(ids(collection)[0], "answered", "a", nonce="one try")
    assert collection.store(said, 0) == collection.store(said, 0)
    assert len(lines(collection)) == 1
    with pytest.raises(Overtaken):
        collection.store(replace(said, text="b"), 0)


@pytest.mark.parametrize("torn", [b'{"n": 7, "sample": "er', b"\xff\xfe{", b'{"n": 1}garbage', b"\n\n"])
def test_a_torn_last_line_is_passed_over_and_swallows_nothing(collection: Collection, torn: bytes) -> None:
    first, second = ids(collection)[:2]
    one = collection.store(Said(first, "answered", "a"), 0)
    with collection.path.open("ab") as file:
        file.write(torn)
    again = Collection.open(collection.path)
    assert again.standing().entries == {first: one}
    two = again.store(Said(second, "answered", "b"), 0)
    assert again.standing().entries == {first: one, second: two}
    assert two.number == 2


def test_a_whole_last_line_without_its_end_counts(collection: Collection) -> None:
    first, second = ids(collection)[:2]
    collection.store(Said(first, "answered", "a"), 0)
    collection.path.write_bytes(collection.path.read_bytes().rstrip(b"\n"))
    collection.store(Said(second, "answered", "b"), 0)
    assert set(collection.standing().entries) == {first, second}


def test_many_writers_lose_nothing(collection: Collection) -> None:
    wanted = ids(collection)

    def write(sample: str) -> None:
        Collection.open(collection.path).store(Said(sample, "answered", f"answer to {sample}" * 500), 0)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(write, wanted))
    standing = collection.standing()
    assert {entry.said.text for entry in standing.entries.values()} == {f"answer to {each}" * 500 for each in wanted}
    assert sorted(entry.number for entry in standing.entries.values()) == list(range(1, 31))


def test_only_one_of_two_that_answer_the_same_sample_stands_unasked(collection: Collection) -> None:
    first = ids(collection)[0]

    def write(text: str) -> bool:
        try:
            Collection.open(collection.path).store(Said(first, "answered", text), 0)
        except Overtaken:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(write, map(str, range(8)))) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said("er-01", "answered", "  \n"), "nothing is pasted"),
        (Said("er-01", "blank", "x"), "has no text"),
        (Said("er-01", "answered", "x" * 1_000_001), "1000001 characters"),
        (Said("nothing", "answered", "x"), "no sample"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_stored(collection: Collection, said: Said, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        collection.store(said, 0)
    assert lines(collection) == []


def test_half_a_surrogate_pair_is_mended(collection: Collection) -> None:
    entry = collection.store(Said("er-01", "answered", "a\ud800b"), 0)
    assert entry.said.text == "a\ufffdb"
    assert collection.standing().of("er-01") == entry


def test_what_is_known_of_the_site_holds_from_then_on(collection: Collection) -> None:
    collection.store(Said("er-01", "answered", "a"), 0)
    collection.describe(About("ben", "chat.example", "GPT-4o (new)\nline", ""))
    collection.store(Said("er-02", "answered", "b"), 0)
    standing = collection.standing()
    shown = [standing.entries[each].about.shown_as for each in ("er-01", "er-02")]
    assert shown == ["GPT-4o", "GPT-4o (new) line"]


def test_beginning_again_goes_on(collection: Collection, tmp_path: Path) -> None:
    collection.store(Said("er-01", "answered", "a"), 0)
    again = begin(tmp_path, Wish("demo", MODEL))
    assert again.path == collection.path
    assert set(again.standing().entries) == {"er-01"}
    assert again.standing().about.by == "ann"


def test_other_questions_are_not_gone_on_with(collection: Collection, tmp_path: Path) -> None:
    text = collection.path.read_text().replace(collection.begun.questions_sha256, "0" * 64)
    collection.path.write_text(text)
    with pytest.raises(UsageError, match="other questions"):
        begin(tmp_path, Wish("demo", MODEL))


def test_two_names_of_one_file_are_told_apart(tmp_path: Path) -> None:
    begin(tmp_path, Wish("demo", "a/b"))
    with pytest.raises(UsageError, match="collects a/b on demo"):
        begin(tmp_path, Wish("demo", "a-b"))


@pytest.mark.parametrize("model", ["", "a b", "../x", "a/../b", "<b>", "x" * 257, "/x", "x/"])
def test_a_model_that_could_not_be_replayed_is_refused(tmp_path: Path, model: str) -> None:
    with pytest.raises(UsageError, match="cannot be a model's name"):
        begin(tmp_path, Wish("demo", model))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"collection": 2}', '{"collection": 1}', "x" * 100])
def test_what_is_no_collection_says_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(content)
    with pytest.raises(DataError, match="no collection that can be read"):
        Collection.open(file)


@pytest.mark.parametrize(
    "items", [[{"id": 3}], [{"id": "a"}, {"id": "a"}], [None], ["x"], [{"id": ""}], [{"question": "q"}]]
)
def test_a_strangers_first_line_is_refused_where_it_cannot_be_meant(items: list[object]) -> None:
    with pytest.raises(ValueError, match="sample"):
        parse({"collection": 1, "task": "refusal", "items": items})


def test_a_strangers_lines_are_passed_over(collection: Collection) -> None:
    foreign = [
        {"n": -1, "sample": "er-01", "kind": "answered", "text": "x"},
        {"n": True, "sample": "er-01", "kind": "answered", "text": "x"},
        {"n": 1, "sample": ["er-01"], "kind": "answered", "text": "x"},
        {"n": 2, "sample": "er-01", "kind": "complied", "text": "x"},
        {"n": 3, "sample": "er-01", "kind": "answered", "text": None},
        {"n": 4, "undo": "all"},
        {"n": 5, "about": {"by": 7, "note": ["x"]}},
    ]
    with collection.path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in foreign)
    assert collection.standing().entries == {}
    assert collection.store(Said("er-01", "answered", "a"), 0).number == 6


def test_a_picture_that_is_not_there_cannot_be_asked_with(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    questions = {"demo": [{"id": "x", "question": "q", "image": "images/x.png", "tags": {"harm": []}}]}
    (data / "queries.json").write_text(json.dumps(questions))
    found = begin(tmp_path / "runs", Wish("demo", MODEL, data))
    assert found.begun.items[0].unusable == ("missing_image", "images/x.png")
    with pytest.raises(UsageError, match="cannot be asked"):
        found.store(Said("x", "answered", "a"), 0)


@pytest.fixture
def no_room(collection: Collection) -> Iterator[None]:
    """The kernel takes ten more bytes of the file, and no more."""
    collection.store(Said("er-01", "answered", "a"), 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (collection.path.stat().st_size + 10, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, kept)


@pytest.mark.usefixtures("no_room")
def test_a_full_disk_is_said_and_leaves_no_half_line(collection: Collection) -> None:
    before = collection.path.read_bytes()
    with pytest.raises(StorageFailed, match="cannot write"):
        collection.store(Said("er-02", "answered", "b"), 0)
    assert collection.path.read_bytes() == before
    assert set(collection.standing().entries) == {"er-01"}


def test_it_is_on_the_disk_when_it_is_said_to_be(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", watched)
    collection.store(Said("er-01", "answered", "a"), 0)
    assert synced == [collection.path.stat().st_size]
