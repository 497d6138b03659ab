"""What is read of a run that grows: only what is new, and never anything else than a whole reading would say."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from made_runs import STIMULI, Made, add, make_repeated

from mosseval.errors import UsageError
from mosseval.store import RunFolder
from mosseval.summary import summarise
from mosseval.view.followed import Followed
from mosseval.view.reading import Reading
from mosseval.view.samples.index import LABEL, ONLY, STATUS, Index
from mosseval.view.samples.sets import Group, numbers_in
from mosseval.view.samples.view import View, selected
from mosseval.view.tail import MOST_OF_A_LINE, Replaced, Tail, regular

KINDS = ("comply", "refuse", "partial", "error", "empty", "input/safety", "unjudged")


def lines(tail: Tail) -> list[bytes]:
    return [line for _, line in tail.news()]


def test_each_line_is_read_once_and_a_torn_one_waits(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"a\nb\nc")
    tail = Tail(file)
    assert lines(tail) == [b"a", b"b"]
    assert lines(tail) == []
    with file.open("ab") as more:
        more.write(b"c\n\nd\n")
    assert list(tail.news()) == [(4, b"cc"), (7, b""), (8, b"d")]


def test_a_longer_line_than_is_read_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"a\n" + b"x" * (MOST_OF_A_LINE + 10))
    tail = Tail(file)
    assert lines(tail) == [b"a"]
    with file.open("ab") as more:
        more.write(b"x" * (MOST_OF_A_LINE + 10) + b"\nb\n")
    assert lines(tail) == [b"b"]


@pytest.mark.parametrize("how", ["shorter", "another file", "written over"])
def test_what_is_not_the_same_file_is_said_to_be_another(tmp_path: Path, how: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"aaa\nbbb\n")
    tail = Tail(file)
    assert lines(tail) == [b"aaa", b"bbb"]
    if how == "shorter":
        os.truncate(file, 4)
    elif how == "another file":
        (tmp_path / "y").write_bytes(b"aaa\nbbb\nccc\n")
        os.replace(tmp_path / "y", file)
    else:
        file.write_bytes(b"zzz\nbbz\nccc\n")
    with pytest.raises(Replaced):
        lines(tail)


def test_nothing_but_a_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "."):
        with pytest.raises(UsageError), regular(tmp_path / name):
            pass
    with pytest.raises(UsageError), regular(Path("/dev/null")):
        pass


@pytest.mark.parametrize("seed", range(4))
def test_a_run_read_bit_by_bit_says_what_it_says_read_whole(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    path = tmp_path / "run"
    folder = make_repeated(path, [[Made("pending", STIMULI[n % 3], (f"h{n % 4}",))] * 2 for n in range(30)], shards=2)
    followed, before = Followed(path), None
    for _ in range(12):
        for _ in range(draw.randint(0, 12)):
            number, text = draw.randrange(30), draw.choice(("a bassoon", "no", "yes indeed " * 50))
            add(folder, number, Made(draw.choice(KINDS)), shard=number % 2, repeat=draw.randrange(2), text=text)
        before = Reading((), followed.read(), before=before)
        index = before.index(None)
        assert index is not None
        index.with_words(("bassoon",))
    assert before is not None
    whole = Reading((), Followed(path).read())
    _same(before, whole)
    source = whole.source
    assert source is not None
    assert source.summary.document() == summarise(RunFolder.read(path)).document()


def _same(one: Reading, other: Reading) -> None:
    mine, theirs = one.index(None), other.index(None)
    assert mine is not None
    assert theirs is not None
    for name in (STATUS, LABEL, ONLY, "tag.harm"):
        assert mine.sets(name) == theirs.sets(name), name
    for words in (("bassoon",), ("indeed", "yes"), ("timeout",), ("unsupported_language",)):
        assert mine.with_words(words) == theirs.with_words(words), words
    assert one.source is not None
    assert other.source is not None
    assert one.source.summary.document() == other.source.summary.document()
    assert one.told() == other.told()


def test_sets_are_counted_and_listed() -> None:
    group = Group.of([{"a"}, {"a", "b"}, set(), {"b"}] * 5)
    assert numbers_in(group.sets["a"]) == [0, 1, 4, 5, 8, 9, 12, 13, 16, 17]
    assert group.sets["b"].bit_count() == 10
    after = group.after({0: frozenset({"c"}), 2: frozenset({"a"})})
    assert numbers_in(after.sets["c"]) == [0]
    assert numbers_in(after.sets["a"])[:3] == [1, 2, 4]
    assert group.sets["a"].bit_count() == 10
    assert numbers_in(0) == []


def test_counts_beside_a_filter_are_what_choosing_it_gives(tmp_path: Path) -> None:
    path = tmp_path / "run"
    make_repeated(path, [[Made(KINDS[n % 7], STIMULI[n % 3], (f"h{n % 4}", "h9"))] for n in range(60)])
    index = Index.of(Followed(path).read(), "rules")
    for asked in ([], [("label", "refuse")], [("tag.harm", "h1"), ("label", "comply"), ("q", "answer")]):
        view = View.of(asked, index.names, ["rules"])
        for facet in selected(index, view).facets:
            for option in facet.options:
                pairs = [tuple(each.split("=")) for each in option.query.replace("+", " ")[1:].split("&") if each]
                chosen = selected(index, View.of([(a, b) for a, b in pairs], index.names, ["rules"]))
                group = [each for each in view.chosen if facet.title.lower() in each.replace("label", "verdict")]
                if not option.on and not group:
                    assert len(chosen.numbers) == option.count, (asked, option)


def test_a_url_says_the_same_when_it_is_read_again() -> None:
    asked = [("q", 'a "b c"'), ("label", "refuse"), ("label", "comply"), ("view", "list"), ("page", "3"), ("show", "1")]
    view = View.of(asked, ("label", "status"), ["rules"])
    again = View.of(list(view.pairs()), ("label", "status"), ["rules"])
    assert again == view
    assert view.asked == ("a", "b c")
    assert View.of([], (), ()).query() == ""
