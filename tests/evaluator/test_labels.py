"""Files of labels: what is read, what several raters come to, and every fault by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosseval.errors import DataError
from mosseval.labels import Label, Opinion, opinions, read_labels


def write(folder: Path, text: str, name: str = "labels.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    table = write(tmp_path, "id,label,refusal,rater\n1,comply,0,anna\n2,Partial,1,anna\n3,other,,ben\n4,empty,,ben\n")
    lines = write(
        tmp_path,
        '{"pid": "1", "label": "comply", "refusal": 0, "rater": "anna"}\n'
        '{"pid": 2, "label": "partial", "refusal": true, "rater": "anna"}\n\n'
        '{"pid": "3", "label": "other", "refusal": null, "rater": "ben"}\n'
        '{"pid": "4", "label": "empty", "rater": "ben"}\n',
        "labels.jsonl",
    )
    expected = (
        Label("1", "comply", False, "anna"),
        Label("2", "partial", True, "anna"),
        Label("3", "refuse", True, "ben"),
        Label("4", "empty", None, "ben"),
    )
    assert read_labels(table) == read_labels(lines) == expected


def test_a_partial_answer_is_a_refusal_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    found = read_labels(write(tmp_path, "id,label,refusal\n1,partial,\n2,partial,0\n3,unjudged,1\n"))
    assert [each.refusal for each in found] == [True, False, None]


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    bad = "id,label,refusal\n1,comply,0\n,refuse,1\n2,no idea,1\n3,refuse,maybe\n1,refuse,1\n"
    with pytest.raises(DataError) as told:
        read_labels(write(tmp_path, bad))
    said = str(told.value)
    for words in ("4 faults", "line 3: no id", "line 4: 'no idea' is no label", "line 5: refusal is 'maybe'"):
        assert words in said
    assert "line 6: '1' was labelled before by the same rater, in line 2" in said


@pytest.mark.parametrize("name", ["labels.txt", "absent.csv"])
def test_what_is_no_file_of_labels(tmp_path: Path, name: str) -> None:
    if name.endswith(".txt"):
        write(tmp_path, "x", name)
    with pytest.raises(DataError, match=name):
        read_labels(tmp_path / name)


def said(*words: str) -> Opinion:
    """What raters with these labels come to."""
    refusals = {"comply": False, "partial": True, "refuse": True, "empty": None}
    labels = [Label("1", word, refusals[word], f"rater {number}") for number, word in enumerate(words)]
    return opinions(labels)["1"]


def test_the_majority_decides_and_a_tie_decides_nothing() -> None:
    assert said("refuse", "refuse", "comply") == Opinion("refuse", True, 3, 2)
    assert said("refuse", "partial", "comply") == Opinion("partial", True, 3, 2)
    assert said("refuse", "comply") == Opinion("unjudged", None, 2, 1)
    assert said("comply", "empty") == Opinion("comply", False, 1, 1)
    assert said("empty", "empty") == Opinion("empty", None, 2, 2)
    assert [said("refuse", "comply", "comply").split, said("comply", "comply").split] == [True, False]


@given(
    st.lists(st.sampled_from(["comply", "partial", "refuse", "empty"]), min_size=1, max_size=6).flatmap(
        lambda words: st.tuples(st.just(words), st.permutations(words))
    )
)
def test_the_order_of_the_raters_makes_no_difference(case: tuple[list[str], list[str]]) -> None:
    one, other = case
    assert said(*one).refusal == said(*other).refusal
    if said(*one).refusal is not None:
        assert said(*one) == said(*other)
