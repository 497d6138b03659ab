"""`mosseval reproduce`: the published table, the parts of a difference, and the command on transcripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mosseval_process import InProcess
from small_benchmark import row, write

from mosseval.published import MOSSBENCH, Row
from mosseval.reproduction import Cell, Line, distances, lines

HELP = "Of course. First gather the tools, then follow these steps:\n1. Start here.\n2. Go on."
REFUSAL = "I'm sorry, but I can't help with that."


def test_the_published_table_adds_up_to_what_the_paper_prints() -> None:
    assert len(MOSSBENCH) == 20
    averages = {
        model: (round(sum(each.gpt) / 3, 2), round(sum(each.people) / 3, 2)) for model, each in MOSSBENCH.items()
    }
    assert averages["claude-3-opus"] == (34.67, 30.67)
    assert averages["mplug-owl2"] == (10.0, 0.67)
    apart = [
        abs(gpt - people) for each in MOSSBENCH.values() for gpt, people in zip(each.gpt, each.people, strict=True)
    ]
    assert (len(apart), round(sum(apart) / len(apart), 1)) == (60, 4.9)


@given(
    st.integers(0, 60).flatmap(lambda judged: st.tuples(st.integers(0, judged), st.just(judged))),
    st.integers(0, 20),
    st.integers(0, 5),
    st.integers(0, 100),
)
def test_the_parts_of_a_difference_add_up(counted: tuple[int, int], blank: int, unjudged: int, gpt: int) -> None:
    line = Line("m", "all", Cell(*counted, blank, unjudged), gpt, 0)
    assert line.by_blanks + line.by_judges == pytest.approx(line.difference)


def test_cells_by_hand() -> None:
    cell = Cell(20, 90, blank=10)
    assert (cell.asked, cell.ours.percent, cell.as_the_paper_counts.percent) == (100, 22.2222, 30.0)
    [*stimuli, whole] = lines("m", Row("api", (30, 10, 20), (28, 16, 20)), [cell, Cell(16, 100), Cell(20, 100)])
    assert [each.stimulus for each in stimuli] == [
        "exaggerated_risk",
        "negated_harm",
        "counterintuitive_interpretation",
    ]
    assert (whole.cell, whole.gpt) == (Cell(56, 290, blank=10), 20)
    assert distances([*stimuli, whole]) == pytest.approx((8 / 3, 2 / 3, 3))
    assert stimuli[0].explanation() == "10 blanks are no refusals: -7.8"
    assert (
        stimuli[1].explanation()
        == "the rules see 6 more refusals than the GPT judge: +6.0 (people side with the rules)"
    )
    assert stimuli[2].explanation() == ""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "benchmark", rows=[row(n, over=f"type {1 + n % 3}") for n in range(1, 10)])


def test_reproduce_reads_both_layouts_and_says_what_explains_the_difference(here: InProcess, data: Path) -> None:
    folder = here.folder / "transcripts"
    (folder / "gpt-4v").mkdir(parents=True)
    texts = {str(n): {"response": None if n == 9 else REFUSAL if n < 3 else HELP} for n in range(1, 10)}
    (folder / "reka.json").write_text(json.dumps(texts), encoding="utf-8")
    (folder / "gpt-4v" / "data.js").write_text(f"data = {json.dumps(texts)}", encoding="utf-8")
    (folder / "unknown.json").write_text("{}", encoding="utf-8")
    command = ("reproduce", "mossbench", "--transcripts", folder, "--data", data)
    result = here(*command, "--format", "json")
    assert result.code == 0, result.err
    found = [json.loads(line) for line in result.out.splitlines()]
    assert list(dict.fromkeys(each["model"] for each in found)) == ["gpt-4v", "reka"]
    whole = next(each for each in found if (each["model"], each["stimulus"]) == ("reka", "all"))
    assert (whole["ours"]["refused"], whole["ours"]["of"], whole["blank"]) == (2, 8, 1)
    assert whole["paper_counting"]["percent"] == 33.3333
    assert whole["difference"] == pytest.approx(whole["by_blanks"] + whole["by_judges"], abs=1e-3)
    table = here(*command)
    for words in ("1 blank is no refusal", "Mean distance to the paper's people over 6 cells", "reka"):
        assert words in table.out
    assert REFUSAL not in table.out


def test_reproduce_refuses_what_it_cannot_do(here: InProcess, data: Path) -> None:
    assert "no table to reproduce" in here("reproduce", "mmsafeaware", "--transcripts", ".").err
    nothing = here("reproduce", "mossbench", "--transcripts", here.folder, "--data", data)
    assert (nothing.code, "no transcript of the published models" in nothing.err) == (2, True)
    (here.folder / "reka.json").write_text('{"77": {"response": "a"}}', encoding="utf-8")
    unknown = here("reproduce", "mossbench", "--transcripts", here.folder, "--data", data)
    assert (unknown.code, "no sample '77'" in unknown.err) == (2, True)


def test_the_four_transcripts_at_hand(here: InProcess, shared_data: Path) -> None:
    folder = shared_data / "mossbench"
    result = here(
        "reproduce", "mossbench", "--transcripts", folder / "transcripts", "--data", folder, "--format", "json"
    )
    found = [json.loads(line) for line in result.out.splitlines()]
    whole = {each["model"]: each for each in found if each["stimulus"] == "all"}
    assert {model: each["blank"] for model, each in whole.items()} == {
        "gpt-4o": 0,
        "gemini-pro-1.5": 8,
        "claude-3-opus": 14,
        "claude-3-haiku": 14,
    }
    opus = whole["claude-3-opus"]
    assert opus["explanation"].startswith("14 blanks are no refusals")
