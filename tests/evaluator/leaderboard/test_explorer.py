"""Shards and index of a benchmark's samples: their bounds, and what a script can make of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hostile import PAYLOADS
from made_runs import STIMULI, Made, add, make_repeated

from mosseval.leaderboard.board import board_of
from mosseval.leaderboard.explorer import CARD_BYTES, INDEX_BYTES, SHARD_BYTES, Explorer, as_json, explorer_of
from mosseval.report.page.pictures import Places
from mosseval.report.page.source import Source


def explored(folder: Path, texts: list[list[str]], most: int = 5000) -> tuple[Explorer, dict[str, bytes]]:
    """The samples of runs, by each run's answers, and the files that were written."""
    sources = []
    for number, answers in enumerate(texts):
        ends = [[Made("pending", STIMULI[each % 3])] for each in range(len(answers))]
        run = make_repeated(folder / f"run-{number}", ends, model=f"m{number}")
        for each, text in enumerate(answers):
            add(run, each, Made("refuse" if each % 2 else "comply"), text=text)
        sources.append(Source.read(run, None))
    files: dict[str, bytes] = {}
    found = explorer_of(board_of(sources).sections[0], [Places(())], most, files.__setitem__)
    return found, files


def shard(content: bytes) -> list[dict[str, object]]:
    """The samples of a shard."""
    inside = content.removeprefix(b"mossevalShard(").removesuffix(b");\n").partition(b",")[2]
    found: list[dict[str, object]] = json.loads(inside)
    return found


@pytest.mark.parametrize("text", ["word " * 4000, "\u4e2d" * 20_000, "<&>" * 8000, "\U0001f468\u200d\u202e" * 5000])
def test_shards_are_bounded_whatever_the_answers_are(tmp_path: Path, text: str) -> None:
    found, files = explored(tmp_path, [[text] * 7] * 20)
    scripts = {name: content for name, content in files.items() if name.endswith(".js")}
    assert len(scripts) == found.shards > 1
    for content in scripts.values():
        assert len(content) <= SHARD_BYTES + 100
        assert all(len(as_json(card)) <= CARD_BYTES for card in shard(content))
    whole = json.loads(files["data/samples/1-b/0.json"])
    assert whole[0]["answers"][19]["text"] == text


def test_shards_hold_every_sample_once_and_in_order(tmp_path: Path) -> None:
    found, files = explored(tmp_path, [[f"{each} " * 1000 for each in range(90)]])
    rows = found.index["samples"]
    assert [row[0] for row in rows] == [str(each) for each in range(90)]
    for number in range(found.shards):
        here = [card["id"] for card in shard(files[f"samples/1-b/{number}.js"])]
        assert here == [row[0] for row in rows if row[4] == number]
        assert [each["sample_id"] for each in json.loads(files[f"data/samples/1-b/{number}.json"])] == here
    assert [kind for kind, _ in found.kinds] == ["refuse", "comply"]
    assert found.groups == tuple(each.replace("_", " ") for each in STIMULI)


def test_few_samples_are_some_of_each_kind(tmp_path: Path) -> None:
    found, _ = explored(tmp_path, [["x"] * 40], most=4)
    assert (found.shown, found.total) == (4, 40)
    ends = [row[3] for row in found.index["samples"]]
    assert len(set(ends)) == 2


def test_nothing_in_a_script_or_in_data_ends_it_or_steers(tmp_path: Path) -> None:
    found, files = explored(tmp_path, [list(PAYLOADS)] * 2)
    for name, content in files.items():
        assert content.isascii(), name
        assert not set(b"<>&") & set(content), name
        assert b"\n" not in content.rstrip(b"\n"), name
    cards = [card for name in files if name.endswith(".js") for card in shard(files[name])]
    shown = json.dumps(cards, ensure_ascii=False)
    for character in "\x1b\x00\x07\x08\x9b\u202e\u2066\u2028\u200e\U000e0041\ufeff":
        assert character not in shown
    texts = [
        sample["answers"][0]["text"]
        for n in range(found.shards)
        for sample in json.loads(files[f"data/samples/1-b/{n}.json"])
    ]
    assert texts == list(PAYLOADS)


def test_index_is_bounded_by_shorter_questions(tmp_path: Path) -> None:
    found, _ = explored(tmp_path, [["x"] * 1500])
    assert len(as_json(found.index)) <= INDEX_BYTES
