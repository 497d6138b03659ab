"""MMSafeAware through `mosseval run`, over real HTTP: what is sent, what is judged, what every format says of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import small_mmsafeaware as small
from fake_endpoint import FakeEndpoint, answer, document, error
from mosseval_process import Finished, InProcess, lines, records

BLOCK = {"choices": [{"finish_reason": "content_filter", "message": {"content": None}}]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The small data set."""
    return small.write(tmp_path / "mmsafeaware")


def ask(here: InProcess, endpoint: FakeEndpoint, data: Path, *more: object) -> Finished:
    """The plain command against the test's endpoint, into `run`."""
    target = ("--target", endpoint.url, "--benchmark", "mmsafeaware", "--data", data, "--model", "m", "--out", "run")
    return here("run", *target, *more)


def summary(here: InProcess, format: str = "json") -> Any:
    """The summary of `run`."""
    result = here("summary", "run", "--format", format)
    assert result.code == 0, result.err
    return json.loads(result.out) if format == "json" else result.out


def script(endpoint: FakeEndpoint) -> None:
    """Says No to everything, but: two right answers to safe prompts, one unclear, one block, one blank."""
    endpoint.default = answer("No, it is not safe.")
    endpoint.script[small.question(1)] = [answer("**Yes**, it is.")]
    endpoint.script[small.question(2)] = [answer("Yes.")]
    endpoint.script[small.question(128)] = [answer("I know nothing of that.")]
    endpoint.script[small.question(500)] = [document(BLOCK)]
    endpoint.script[small.question(983)] = [answer("")]


def test_question_and_picture_are_sent_as_upstream_puts_them(
    here: InProcess, endpoint: FakeEndpoint, data: Path
) -> None:
    assert ask(here, endpoint, data, "--ids", "128").code == 0
    [message] = endpoint.asked[0].body["messages"]
    picture, text = message["content"]
    assert text["text"] == f'{small.INSTRUCTION}\n"a friendly word number 128"'
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")


def test_whole_run(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    script(endpoint)
    result = ask(here, endpoint, data)
    assert result.code == 1, result.err  # the blank is a gap; the unclear answer and the block are none
    assert "2 correct" not in result.err
    found = summary(here)
    assert found["judge"] == "yes-no"
    assert found["samples"] == 11 == sum(found["counts"].values())
    assert {kind: count for kind, count in found["counts"].items() if count} == {
        **{"yes": 2, "no": 6, "unclear": 1, "blocked": 1, "empty": 1},
    }
    by = {name: (rate["correct"], rate["of"]) for name, rate in found["by"]["subset"].items()}
    assert by == {"typical": (2, 2), "attack": (1, 1), "over_safe": (2, 5)}
    assert found["accuracy"]["macro"]["percent"] == pytest.approx(80.0)
    assert (found["wrong"]["expected_yes"]["wrong"], found["wrong"]["expected_no"]["wrong"]) == (3, 0)
    assert found["provenance"]["unusable"] == 2
    run = json.loads((here.folder / "run" / "run.json").read_text())
    assert [row for row, _ in run["unusable"]] == list(small.UNUSABLE)
    verdicts = {each["key"]: each for each in lines(here.folder / "run" / "judgements-yes-no-0.jsonl")}
    assert verdicts["mmsafeaware/1/0"]["label"] == "yes"
    assert verdicts["mmsafeaware/1/0"]["correct"] is True
    assert verdicts["mmsafeaware/127/0"]["correct"] is False
    assert verdicts["mmsafeaware/128/0"]["label"] == "unclear"
    assert verdicts["mmsafeaware/128/0"]["correct"] is None
    assert {each["refusal"] for each in verdicts.values()} == {None}
    rows = {row["sample_id"]: row for row in lines(here.folder / "run" / "samples.jsonl")}
    assert (rows["1"]["expected"], rows["128"]["expected"]) == ("Yes", "No")


def test_same_command_asks_nothing_again_and_counts_the_same(
    here: InProcess, endpoint: FakeEndpoint, data: Path
) -> None:
    script(endpoint)
    ask(here, endpoint, data)
    before = summary(here)
    endpoint.forget()
    result = ask(here, endpoint, data)
    assert endpoint.asked == []
    assert "5 correct" in result.err
    assert "refused" not in result.err
    assert summary(here)["accuracy"] == before["accuracy"]


def test_tables_say_what_counts_and_print_no_text_of_the_data(
    here: InProcess, endpoint: FakeEndpoint, data: Path
) -> None:
    script(endpoint)
    shown = ask(here, endpoint, data).out + summary(here, "table") + summary(here, "markdown") + summary(here, "csv")
    for words in ("mean of subsets", "80.0%", "5 of 8", "1 unclear, 1 blocked, 1 empty", "over safe", "said no"):
        assert words in shown
    assert "outside the accuracy" in shown
    assert "refusal" not in shown
    assert "friendly word" not in shown
    [row] = csv.DictReader(io.StringIO(summary(here, "csv")))
    assert (row["task"], row["correct"], row["of"], row["text_only"]) == ("yes_no", "5", "8", "False")
    assert float(row["macro_percent"]) == pytest.approx(80.0)
    assert float(row["over_safe_percent"]) == pytest.approx(40.0)


def test_two_tasks_in_one_command_have_a_table_each(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    more = ("--benchmark", "demo", "--limit", 2, "--out", "runs")
    result = here("run", "--target", endpoint.url, "--model", "m", "--benchmark", "mmsafeaware", "--data", data, *more)
    assert result.code == 0, result.err
    assert "Refusal rate" in result.out
    assert "Accuracy" in result.out
    both = here("summary", "runs/mmsafeaware-m", "runs/demo-m", "--format", "csv").out
    refusal, accuracy = sorted(csv.DictReader(io.StringIO(both)), key=lambda row: row["task"])
    assert (refusal["task"], refusal["correct"], refusal["refused"]) == ("refusal", "", "0")
    assert (accuracy["task"], accuracy["refused"]) == ("yes_no", "")


@pytest.mark.parametrize(("benchmark", "judge"), [("mmsafeaware", "rules"), ("demo", "yes-no")])
def test_judge_of_the_other_task_is_wrong_use(
    here: InProcess, endpoint: FakeEndpoint, data: Path, benchmark: str, judge: str
) -> None:
    more = ("--data", data) if benchmark == "mmsafeaware" else ()
    result = here("run", "--target", endpoint.url, "--model", "m", "-b", benchmark, "--judge", judge, *more)
    assert result.code == 2
    assert "leave --judge out" in result.err
    assert endpoint.asked == []


def test_text_only_sends_no_picture_and_every_number_says_so(
    here: InProcess, endpoint: FakeEndpoint, data: Path
) -> None:
    for picture in data.glob("images*/*"):
        picture.unlink()
    endpoint.default = answer("No.")
    result = ask(here, endpoint, data, "--text-only")
    assert result.code == 0, result.err
    assert {type(each.body["messages"][0]["content"]) for each in endpoint.asked} == {str}
    found = summary(here)
    assert found["text_only"] is True
    assert found["samples"] == 11
    assert found["provenance"]["unusable"] == 2
    assert "mmsafeaware (text only)" in result.out
    for format in ("table", "markdown"):
        assert "text only" in summary(here, format)
        assert "without the pictures" in summary(here, format)
    assert next(csv.DictReader(io.StringIO(summary(here, "csv"))))["text_only"] == "True"
    assert records(here.folder / "run")["1"]["status"] == "answered"


def test_text_only_is_part_of_what_a_run_is(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    assert ask(here, endpoint, data, "--limit", 1).code == 0
    config = json.loads((here.folder / "run" / "run.json").read_text())["config"]
    assert config["image"] == {"long_edge": None, "max_bytes": None}
    result = ask(here, endpoint, data, "--limit", 1, "--text-only")
    assert result.code == 2
    assert "text_only" in result.err


def test_text_only_has_a_folder_of_its_own(here: InProcess, endpoint: FakeEndpoint) -> None:
    assert here("run", "--target", endpoint.url, "--model", "m", "--limit", 1, "--text-only").code == 0
    assert (here.folder / "runs" / "demo-text-only-m" / "run.json").is_file()


def test_without_one_picture_the_way_out_is_named(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    for picture in data.glob("images*/*"):
        picture.unlink()
    result = ask(here, endpoint, data)
    assert result.code == 1
    assert "--text-only" in result.err
    assert summary(here)["counts"]["missing_image"] == 11


def test_listing_hides_the_texts_unless_asked(here: InProcess, data: Path) -> None:
    hidden = here("data", "list", "mmsafeaware", "--data", data)
    assert "friendly" not in hidden.out
    assert hidden.out.splitlines()[0].split("\t")[:2] == ["1", "over_safe"]
    assert "--texts" in hidden.err
    assert "friendly" in here("data", "list", "mmsafeaware", "--data", data, "--texts").out


def test_failure_is_neither_right_nor_wrong(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    endpoint.default = answer("No.")
    endpoint.script[small.question(1)] = [error(400, "context_length_exceeded")]
    assert ask(here, endpoint, data).code == 1
    found = summary(here)
    assert found["counts"]["error"] == 1
    assert found["accuracy"]["of"] == 10
