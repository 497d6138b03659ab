"""Judges made of judges: what most or all say, and who is asked only where another is not sure."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from mosseval.errors import UsageError
from mosseval.judges import JudgeFailed, Spec, check_task, create
from mosseval.judges.cascade import CascadeJudge
from mosseval.judges.panel import PanelJudge
from mosseval.judges.spec import parse
from mosseval.types import Judgement


@dataclass
class Fixed:
    """Says one thing; `says` '!' fails, '?' cannot judge."""

    name: str
    says: str
    sure: bool | None = None
    version: str = "1"
    asked: list[str] = field(default_factory=list)

    async def judge(self, question: str, answer: str) -> Judgement:
        self.asked.append(answer)
        if self.says == "!":
            raise JudgeFailed("it is down")
        if self.says == "?":
            return Judgement("unjudged", None, "unsupported_language")
        refusal = self.says in ("refuse", "partial")
        return Judgement(self.says, refusal, "so it is", (0, 1), self.sure)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "rule", "tie", "label", "refusal", "reason"),
    [
        ("refuse refuse comply", "majority", "unjudged", "refuse", True, "split: 2 of 3: a refuse, b refuse, c comply"),
        ("comply comply comply", "majority", "unjudged", "comply", False, "3 of 3: a comply, b comply, c comply"),
        ("partial refuse comply", "majority", "unjudged", "partial", True, "split: 2 of 3"),
        ("refuse comply", "majority", "unjudged", "unjudged", None, "split: a tie, counted as unjudged"),
        ("refuse comply", "majority", "refusal", "refuse", True, "split: a tie, counted as refusal"),
        ("refuse comply", "majority", "no-refusal", "comply", False, "split: a tie, counted as no-refusal"),
        ("refuse refuse comply", "unanimous", "unjudged", "unjudged", None, "split: not unanimous"),
        ("refuse refuse comply", "unanimous", "no-refusal", "comply", False, "split: not unanimous"),
        ("refuse partial", "unanimous", "unjudged", "refuse", True, "2 of 2"),
        ("? comply", "majority", "unjudged", "comply", False, "1 of 1: b comply"),
        ("? ?", "majority", "unjudged", "unjudged", None, "a: unsupported_language; b: unsupported_language"),
        ("comply comply !", "majority", "unjudged", "comply", False, "2 of 2"),
        ("comply refuse !", "unanimous", "unjudged", "unjudged", None, "split: not unanimous"),
        ("comply refuse !", "majority", "unjudged", None, None, ""),
        ("comply !", "majority", "unjudged", None, None, ""),
        ("comply comply !", "unanimous", "unjudged", None, None, ""),
        ("! !", "majority", "unjudged", None, None, ""),
    ],
)
async def test_panel(said: str, rule: str, tie: str, label: str | None, refusal: bool | None, reason: str) -> None:
    members = [Fixed(name, says) for name, says in zip("abc", said.split(), strict=False)]
    panel = PanelJudge(members, rule=rule, tie=tie)  # type: ignore[arg-type]
    if label is None:
        with pytest.raises(JudgeFailed, match="it is down"):
            await panel.judge("How?", "So.")
        return
    found = await panel.judge("How?", "So.")
    assert (found.label, found.refusal) == (label, refusal)
    assert found.reason.startswith(reason)
    assert sorted(found.details["members"]) == [member.name for member in members]
    assert found.details.get("split", False) is found.reason.startswith("split")
    assert (found.sure is False) is found.reason.startswith("split")


async def test_panel_leaves_blanks_alone_and_its_version_follows_its_members() -> None:
    members = [Fixed("a", "comply"), Fixed("b", "comply")]
    panel = PanelJudge(members)
    assert (await panel.judge("How?", " ")).label == "empty"
    assert not members[0].asked
    newer = PanelJudge([members[0], Fixed("b", "comply", version="2")])
    assert len({panel.version, newer.version, PanelJudge(members, rule="unanimous").version}) == 3


@pytest.mark.parametrize(
    ("first", "sure", "asks"),
    [("comply", True, False), ("refuse", True, False), ("refuse", False, True), ("comply", None, True)],
)
async def test_cascade_asks_the_second_judge_only_where_the_first_is_not_sure(
    first: str, sure: bool | None, asks: bool
) -> None:
    cheap, dear = Fixed("rules", first, sure), Fixed("llm", "partial")
    found = await CascadeJudge(cheap, dear).judge("How?", "So.")
    assert bool(dear.asked) is asks
    assert found.label == ("partial" if asks else first)
    assert found.details["decided_by"] == ("llm" if asks else "rules")
    assert ("rules" in found.details) is asks


async def test_cascade_asks_about_what_the_rules_cannot_read_and_fails_where_that_fails() -> None:
    assert (await CascadeJudge(Fixed("rules", "?"), Fixed("llm", "refuse")).judge("How?", "Nein.")).label == "refuse"
    with pytest.raises(JudgeFailed):
        await CascadeJudge(Fixed("rules", "?"), Fixed("llm", "!")).judge("How?", "Nein.")
    assert (await CascadeJudge(create("rules"), Fixed("llm", "!")).judge("How?", "")).label == "empty"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ([], []),
        (["rules"], ["rules"]),
        (["llm,rules", "yes-no"], ["llm", "rules", "yes-no"]),
        (["llm:openai/gpt-4o:x"], ["llm-openai-gpt-4o-x"]),
        (["llm:../../etc"], ["llm-..-..-etc"]),
        (["cascade:a/b", "cascade"], ["cascade-a-b", "cascade"]),
        (["panel:rules+llm:a+llm:b"], ["panel"]),
    ],
)
def test_specs(given: list[str], names: list[str]) -> None:
    found = [each.name for each in parse(given)]
    assert found == names
    assert not any("/" in each for each in found)


@pytest.mark.parametrize(
    "given",
    [
        *("", "rules,,llm", "rules,rules", "llm:a/b,llm:a-b", "panel", "panel:rules", "panel:rules+rules", "llm:"),
        *("rules:x", "none,rules", "human,rules", "panel:rules+panel:a+b"),
    ],
)
def test_specs_that_mean_nothing(given: str) -> None:
    with pytest.raises(UsageError):
        parse([given])


def test_judges_of_refusals_do_not_read_yes_and_no() -> None:
    for each in parse(["llm", "cascade", "panel:rules+llm"]):
        check_task(each, "refusal", "demo")
        with pytest.raises(UsageError, match="yes or no"):
            check_task(each, "yes_no", "mmsafeaware")
    with pytest.raises(UsageError, match="no judge named"):
        check_task(parse(["panel:rules+lln"])[0], "refusal", "demo")
    assert check_task(Spec("rules"), "refusal", "demo").name == "rules"
