"""What a classifier's labels mean, how it is named, and which flags say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from mosseval_process import InProcess

from mosseval.errors import UsageError
from mosseval.judges import Judge, Spec, build, check_task, create
from mosseval.judges.cascade import CascadeJudge
from mosseval.judges.classifier.meanings import Meaning, meanings, parse
from mosseval.judges.spec import parse as parse_specs


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (("NORMAL", "REJECTION"), ("comply", "refuse")),
        (("Non-refusal", "Refusal"), ("comply", "refuse")),
        (("no_refusal", "refusal"), ("comply", "refuse")),
        (("1_full_compliance", "2_full_refusal", "3_partial_refusal"), ("comply", "refuse", "partial")),
        (("refuse", "partial", "comply"), ("refuse", "partial", "comply")),
    ],
)
def test_labels_of_published_classifiers_are_known(labels: Sequence[str], told: Sequence[Meaning]) -> None:
    assert meanings("m", labels, {}) == tuple(told)


@pytest.mark.parametrize(
    ("labels", "said", "complaint", "hint"),
    [
        (("LABEL_0", "LABEL_1"), {}, "m has the labels 'LABEL_0', 'LABEL_1'; what 'LABEL_0', 'LABEL_1'", "LABEL_1=…"),
        (("safe", "unsafe"), {}, "what 'safe', 'unsafe' means is not known", "safe=…,unsafe=…"),
        (("NORMAL", "other"), {}, "what 'other' means", "NORMAL=comply,other=…"),
        (("NORMAL", "REJECTION"), {"LABEL_0": "comply"}, "names 'LABEL_0'; m has the labels 'NORMAL'", "own labels"),
        (("a", "b"), {"a": "refuse", "b": "partial"}, "which all mean the same", "which is comply"),
    ],
)
def test_labels_that_nobody_explains(
    labels: Sequence[str], said: dict[str, Meaning], complaint: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        meanings("m", labels, said)
    assert complaint in str(caught.value)
    assert hint in caught.value.hint


def test_what_the_user_says_counts_before_the_table() -> None:
    assert meanings("m", ("NORMAL", "REJECTION"), {"NORMAL": "refuse", "REJECTION": "comply"}) == ("refuse", "comply")
    assert parse(" LABEL_0=comply, a=b = refuse") == {"LABEL_0": "comply", "a=b": "refuse"}


@pytest.mark.parametrize("text", ["", "LABEL_0", "LABEL_0=", "LABEL_0=no", "=comply", "a=comply,a=refuse", "a=comply,"])
def test_meanings_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError, match="--classifier-labels"):
        parse(text)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("classifier:owner/refusals", ["classifier-refusals"]),
        ("classifier:owner/refusals@1f2e3d", ["classifier-refusals"]),
        ("classifier:/home/me/models/mine/", ["classifier-mine"]),
        ("classifier:C:odd name", ["classifier-C-odd-name"]),
        ("cascade:classifier:models/mine", ["cascade-classifier-mine"]),
        (
            "rules,classifier:a,cascade:classifier:a,panel:rules+classifier:a",
            ["rules", "classifier-a", "cascade-classifier-a", "panel"],
        ),
        ("panel:rules+cascade:classifier:a", ["panel"]),
    ],
)
def test_specs(given: str, names: list[str]) -> None:
    specs = parse_specs([given])
    assert [each.name for each in specs] == names
    assert not any(each.asks_a_model for each in specs)
    for each in specs:
        check_task(each, "refusal", "demo")


@pytest.mark.parametrize(
    "given",
    [
        "classifier",
        "classifier:",
        "classifier:/",
        "classifier:..",
        "cascade:classifier:",
        "classifier:a,classifier:b/a",
    ],
)
def test_specs_that_name_no_model(given: str) -> None:
    with pytest.raises(UsageError):
        parse_specs([given])


def test_a_cascade_to_a_classifier_is_made_of_the_two() -> None:
    [spec] = parse_specs(["cascade:classifier:models/mine"])
    asked: list[Spec] = []

    def with_model(part: Spec) -> Judge:
        asked.append(part)
        return create("rules")

    found = build(spec, with_model)
    assert (type(found), found.name) == (CascadeJudge, "cascade-classifier-mine")
    assert asked == [Spec("classifier", "models/mine")]
    with pytest.raises(UsageError, match="yes or no"):
        check_task(spec, "yes_no", "mmsafeaware")


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--classifier-labels", "a=comply"), "--classifier-… is for a classifier"),
        (("--classifier-sure", "0.8", "--judge", "rules"), "--classifier-… is for a classifier"),
        (("--judge", "classifier:a/b", "--classifier-input", "pairs"), "'pairs' holds no answer"),
        (("--judge", "classifier:a/b", "--classifier-input", "{question}"), "holds no answer"),
        (("--judge", "classifier:a/b", "--classifier-device", "tpu"), "--classifier-device 'tpu' is none"),
        (("--judge", "classifier:a/b", "--judge-model", "m"), "--judge-model is for a judge that asks a model"),
        (("--judge", "classifier:./none"), "./none is no folder that is there"),
        (("--judge", "classifier:none"), "none is no folder that is there"),
    ],
)
def test_flags_that_cannot_be_meant_so(here: InProcess, tmp_path: Path, flags: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "1", "prompt": "How?", "response": "So."}\n', encoding="utf-8")
    result = here("judge", "in.jsonl", "--out", "out.jsonl", *flags)
    assert result.code == 2
    assert complaint in result.err
    assert not (tmp_path / "out.jsonl").exists()
