"""Runs on the desk: blind, in a stable mixed order, with progress, agreement and disagreements."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from labelled import answered_run
from made_runs import Made, add

from mosseval.annotations.choices import CHOICES, Choice, choice_for, choice_of
from mosseval.annotations.desk import Desk, new_entry
from mosseval.annotations.reading import Reading
from mosseval.labels import Label, current, opinions, read_labels

TEXTS = tuple(f"answer {number}" for number in range(40))


def desk(*runs: Path, out: Path | None = None, seed: str = "0") -> Desk:
    return Desk.of(runs, out=out, seed=seed)


def say(at: Desk, place: int, rater: str, key: str, *, final: bool = False, note: str = "") -> None:
    """Labels the item at a place, over whatever stood there."""
    item, before = at.items[place], at.read().act(place, rater, final=final)
    choice = choice_of(item.task, key)
    seen = before.entry if before else None
    at.give(item, rater, choice, note=note, seen=seen, entry=new_entry(), final=final)


def place_of(reading: Reading, key: str) -> int:
    return next(place for place, item in enumerate(reading.items) if item.answer.key == key)


def test_runs_are_mixed_and_the_order_stays_when_answers_come(tmp_path: Path) -> None:
    one = answered_run(tmp_path / "one", [*TEXTS[:30], *[""] * 10], model="gpt")
    answered_run(tmp_path / "two", [f"other {text}" for text in TEXTS], model="claude")
    before = desk(tmp_path / "one", tmp_path / "two")
    runs = [item.run for item in before.items[:40]]
    assert 8 < sum(runs) < 32
    assert [item.handle for item in desk(tmp_path / "one", tmp_path / "two").items] == [i.handle for i in before.items]
    for number in range(30, 40):
        add(one, number, Made("comply"), text=TEXTS[number])
    after = desk(tmp_path / "one", tmp_path / "two")
    known = {item.handle for item in before.items}
    kept = [item.handle for item in after.items if item.handle in known and item.text]
    assert kept == [item.handle for item in before.items if item.text]
    other = desk(tmp_path / "one", tmp_path / "two", seed="1")
    assert [i.answer for i in other.items] != [i.answer for i in after.items]


def test_progress_goes_on_in_another_process_and_comes_back_to_what_was_passed_over(tmp_path: Path) -> None:
    answered_run(tmp_path / "run", TEXTS[:4])
    first = desk(tmp_path / "run")
    for place, key in ((0, "1"), (2, "s")):
        say(first, place, "Anna", key)
    reading = desk(tmp_path / "run").read()
    assert (reading.progress("Anna").done, reading.progress("Anna").skipped, reading.progress("Anna").left) == (2, 1, 2)
    assert [reading.next_open("Anna", after) for after in (-1, 1, 3)] == [1, 3, 1]
    assert reading.next_open("Ben") == 0
    for place in (1, 3):
        say(first, place, "Anna", "4")
    assert first.read().next_open("Anna", 0) is None


def test_a_note_alone_is_no_label(tmp_path: Path) -> None:
    answered_run(tmp_path / "run", TEXTS[:2])
    at = desk(tmp_path / "run")
    at.give(at.items[0], "Anna", None, note=" odd ", seen=None, entry=new_entry())
    reading = at.read()
    assert reading.progress("Anna").done == 0
    act = reading.act(0, "Anna")
    assert act is not None
    assert act.note == "odd"
    assert read_labels(tmp_path / "run" / "annotations") == ()


def test_an_answer_that_changed_is_to_be_labelled_anew(tmp_path: Path) -> None:
    folder = answered_run(tmp_path / "run", ["old"])
    say(desk(tmp_path / "run"), 0, "Anna", "4")
    add(folder, 0, Made("comply"), text="new")
    assert desk(tmp_path / "run").read().progress("Anna").done == 0
    hashes = {key: answer.answer_sha256 for key, answer in folder.state().answers.items()}
    assert current(read_labels(tmp_path / "run" / "annotations"), hashes) == ((), 1)


def test_agreement_shows_nothing_of_what_this_rater_has_not_labelled(tmp_path: Path) -> None:
    answered_run(tmp_path / "run", TEXTS[:4])
    at = desk(tmp_path / "run")
    for place, (anna, ben) in enumerate([("1", "1"), ("4", "4"), ("1", "4"), ("2", "1")]):
        say(at, place, "Ben", ben)
        assert at.read().agreement("Anna").answers == place
        say(at, place, "Anna", anna)
    whole = at.read().agreement()
    assert (whole.raters, whole.answers, whole.agreeing, whole.share) == (2, 4, 3, 0.75)
    assert whole.kappa == pytest.approx(0.5)
    assert at.read().agreement(by_choice=True).agreeing == 2
    say(at, 0, "Carla", "s")
    assert at.read().agreement().raters == 2
    say(at, 0, "Carla", "1")
    three = at.read().agreement()
    assert (three.raters, three.kappa) == (3, None)
    assert three.alpha == pytest.approx(5 / 9)  # by hand: 1 - (9 - 1) * 2 / 36


def test_a_final_word_stands_over_the_majority_and_the_disagreement_is_kept(tmp_path: Path) -> None:
    answered_run(tmp_path / "run", TEXTS[:3])
    at = desk(tmp_path / "run")
    for rater, keys in {"Anna": "141", "Ben": "142", "Carla": "444"}.items():
        for place, key in enumerate(keys):
            say(at, place, rater, key)
    assert at.read().disagreements() == (0, 2)
    say(at, 0, "Dora", "3", final=True)
    reading = at.read()
    assert [act.rater for act in reading.decided(0)] == ["Dora"]
    assert reading.raters() == {"Anna": 3, "Ben": 3, "Carla": 3}
    said = opinions(read_labels(tmp_path / "run" / "annotations"))
    first, last = (said[reading.items[place].answer.key] for place in (0, 2))
    assert (first.label, first.refusal, first.split) == ("partial", True, False)
    assert (last.label, last.refusal, last.split) == ("comply", False, True)
    say(at, 0, "Emil", "1", final=True)
    assert opinions(read_labels(tmp_path / "run" / "annotations"))[at.items[0].answer.key].label == "unjudged"


def test_one_folder_for_several_runs_knows_the_same_answer_again(tmp_path: Path) -> None:
    answered_run(tmp_path / "one", ["same", "this"])
    answered_run(tmp_path / "two", ["same", "that"])
    at = desk(tmp_path / "one", tmp_path / "two", out=tmp_path / "labels")
    say(at, next(p for p, item in enumerate(at.items) if item.text == "same"), "Anna", "4")
    assert at.read().progress("Anna").done == 2
    assert not (tmp_path / "one" / "annotations").exists()
    assert len(list((tmp_path / "labels").iterdir())) == 1


def test_nothing_of_an_item_tells_the_model(tmp_path: Path) -> None:
    answered_run(tmp_path / "secret-model", TEXTS[:5], model="secret-model")
    for item in desk(tmp_path / "secret-model").items:
        assert "secret" not in repr(item)


@pytest.mark.parametrize("task", sorted(CHOICES))
def test_every_choice_is_found_again_by_what_it_wrote(task: str) -> None:
    choices: tuple[Choice, ...] = CHOICES[task]
    assert [choice_for(task, each.label, each.refusal) for each in choices] == list(choices)
    assert len({each.key for each in choices}) == len(choices)


def test_a_single_journal_is_read_as_it_is(tmp_path: Path) -> None:
    answered_run(tmp_path / "run", TEXTS[:2])
    at = desk(tmp_path / "run")
    for key in "41":
        say(at, 0, "Anna", key)
    say(at, 1, "Ben", "4")
    (anna,) = (tmp_path / "run" / "annotations").glob("Anna-*")
    key = at.items[0].answer.key
    assert read_labels(anna) == (Label(key, "comply", False, "Anna", False, at.items[0].answer.sha256),)
    both = tmp_path / "both.jsonl"
    both.write_bytes(b"".join(each.read_bytes() for each in (tmp_path / "run" / "annotations").glob("*.jsonl")))
    assert len(read_labels(both)) == 2


def test_the_order_in_which_runs_are_named_makes_no_difference(tmp_path: Path) -> None:
    answered_run(tmp_path / "one", TEXTS[:9], model="gpt")
    answered_run(tmp_path / "two", TEXTS[:9], model="claude")
    there, back = desk(tmp_path / "one", tmp_path / "two"), desk(tmp_path / "two", tmp_path / "one")
    assert [item.handle for item in there.items] == [item.handle for item in back.items]
    assert [item.run for item in there.items] == [1 - item.run for item in back.items]
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    assert len({item.handle for item in desk(tmp_path / "one", tmp_path / "copy").items}) == 18
