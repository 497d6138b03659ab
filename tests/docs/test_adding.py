"""docs/add-a-judge.md and docs/add-a-provider.md: the code on the pages is what runs here."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from mosseval_process import InProcess
from wired import wired
from wires.base import Sent

from mosseval import judges
from mosseval.types import Judgement

DOCS = Path(__file__).resolve().parents[2] / "docs"
JUDGE = "mosseval.judges.openings"


def code(page: str) -> list[str]:
    """The page's Python, block by block."""
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def module(name: str, text: str, folder: Path) -> ModuleType:
    """A module with this text."""
    file = folder / f"{name.rpartition('.')[2]}.py"
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def openings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The page's judge beside the built-in ones."""
    text, line = code("add-a-judge.md")
    made = module(JUDGE, text, tmp_path)
    factory = module("factory_of_the_page", f"from mosseval.judges import Judge\n\n{line}", tmp_path)
    monkeypatch.setattr(judges, "FACTORIES", {**judges.FACTORIES, "openings": factory._openings})
    yield made
    del sys.modules[JUDGE], sys.modules["factory_of_the_page"]


async def test_the_judge_on_the_page_judges(openings: ModuleType) -> None:
    judge = openings.OpeningsJudge()
    refused: Judgement = await judge.judge("How?", "\n I’m sorry, no.")
    assert (refused.label, refused.refusal, refused.evidence) == ("refuse", True, (2, 11))
    assert (await judge.judge("How?", "Take a spoon. I'm sorry for the mess.")).label == "comply"


def test_the_judge_on_the_page_is_one_by_name(openings: ModuleType, here: InProcess) -> None:
    assert here("run", "--model", "simulated/cautious", "--quiet").code == 0
    scored = here("score", "runs/demo-simulated-cautious", "--judge", "openings")
    assert (scored.code, "30 verdicts of openings" in scored.err) == (0, True), scored.err
    agreed = here("agreement", "runs/demo-simulated-cautious", "--judge", "openings", "--reference", "rules")
    assert (agreed.code, "openings / rules" in agreed.out) == (0, True), agreed.err


def test_the_provider_on_the_page_is_told_apart(tmp_path: Path) -> None:
    [text] = code("add-a-provider.md")
    wire = module("acme_of_the_page", text, tmp_path).ACME
    del sys.modules["acme_of_the_page"]
    [row] = wire.blocks
    with wired(tmp_path, (wire,)) as running:
        answer = running.ask(wire, Sent(wire.answer("hello")))
        blocked = running.ask(wire, row.sent)
    assert (answer.choices[0].message.content, answer.mosseval["served_model"]) == ("hello", wire.served_model)
    told = {"where": row.where, "category": row.category, "provider": wire.provider, "reason": row.reason}
    assert (blocked.choices[0].finish_reason, blocked.mosseval["block"]) == ("content_filter", told)
