"""Judges that ask a model, through `run`, `score` and `judge`: real HTTP on both sides, real folders."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import small_benchmark as small
from fake_endpoint import REFUSAL, FakeEndpoint, Reply, answer, as_gateway, error
from fake_judge import material, obedient, verdict
from mosseval_process import Finished, InProcess, Mosseval, lines

KEY = "sk-judge-0123456789"


@pytest.fixture
def judge() -> Iterator[FakeEndpoint]:
    """The judge's endpoint, beside the model's."""
    with FakeEndpoint() as running:
        running.thinks = obedient
        yield running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six samples with pictures."""
    return small.write(tmp_path / "mossbench", 6)


def run(here: InProcess, endpoint: FakeEndpoint, data: Path, *more: object) -> Finished:
    """The plain command against the model's endpoint, into `run`."""
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    return here("run", *where, *more)


def llm(judge: FakeEndpoint, name: str = "llm", *more: object) -> tuple[object, ...]:
    """The flags of a judge at the judge's endpoint."""
    return ("--judge", name, "--judge-model", "j", "--judge-target", judge.url, *more)


def verdicts(here: InProcess, name: str) -> list[dict[str, Any]]:
    """The lines of a judge's verdicts."""
    return lines(here.folder / "run" / f"judgements-{name}-0.jsonl")


def test_several_judges_judge_the_same_answers(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    endpoint.script[small.question(2)] = [answer(REFUSAL)]
    result = run(here, endpoint, data, *llm(judge, "llm,rules", "--judge-api-key-env", "JUDGE_KEY"))
    assert result.code == 2
    assert "JUDGE_KEY, which is not set" in result.err
    here.environment["JUDGE_KEY"] = KEY
    result = run(here, endpoint, data, *llm(judge, "llm,rules", "--judge-api-key-env", "JUDGE_KEY"))
    assert result.code == 0, result.err
    assert len(endpoint.asked) == len(judge.asked) == 6
    assert judge.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "Authorization" not in endpoint.asked[0].headers
    for name in ("llm", "rules"):
        assert sorted(each["refusal"] for each in verdicts(here, name)) == [False] * 5 + [True]
    assert "the numbers are by llm; rules agrees with llm on 100.0% of the 6 answers that both judged" in result.out
    found = json.loads(here("summary", "run", "--format", "json").out)
    assert found["judge"] == "llm"
    assert found["other_judges"] == [{"judge": "rules", "both": 6, "agreement": 1.0, "kappa": 1.0}]
    assert json.loads((here.folder / "run" / "run.json").read_text())["judges"] == ["llm", "rules"]
    written = b"".join(file.read_bytes() for file in (here.folder / "run").iterdir())
    assert KEY.encode() not in written
    assert KEY not in result.out + result.err


def test_a_judge_that_goes_down_costs_no_answer_and_only_its_verdicts_are_owed(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    def dies(body: Mapping[str, Any]) -> Reply:
        return obedient(body) if len(judge.asked) <= 3 else error(503, "upstream_unavailable", retry_after="9")

    judge.thinks = dies
    flags = llm(judge, "llm", "--judge-deadline", "1")
    result = run(here, endpoint, data, *flags)
    assert result.code == 1
    assert "3 answers not judged by llm" in result.err
    assert [each["reason"] for each in verdicts(here, "llm")].count("judge_failed") == 3
    assert "3 unjudged" in result.out
    judge.thinks = obedient
    judge.forget()
    assert run(here, endpoint, data, *flags).code == 0
    assert len(endpoint.asked) == 6
    assert len(judge.asked) == 3
    judge.forget()
    assert here("score", "run", *flags).code == 0
    assert not judge.asked


def test_score_judges_what_is_owed_where_the_judge_was_never_up(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    nowhere = (
        "--judge",
        "llm",
        "--judge-model",
        "j",
        "--judge-target",
        "http://127.0.0.1:9",
        "--judge-deadline",
        "0.5",
    )
    result = run(here, endpoint, data, *nowhere)
    assert result.code == 1
    assert "unreachable" in result.err
    assert result.seconds < 10
    assert {each["reason"] for each in verdicts(here, "llm")} == {"judge_failed"}
    scored = here("score", "run", *llm(judge))
    assert scored.code == 0
    assert "6 verdicts of llm written" in scored.err
    assert len(endpoint.asked) == len(judge.asked) == 6


def test_a_slow_judge_holds_no_slot_of_the_model(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    judge.thinks = lambda _: slow()
    assert run(here, endpoint, data, "--concurrency", "1", *llm(judge)).code == 0
    assert endpoint.most_in_flight == 1
    assert endpoint.asked[-1].at - endpoint.asked[0].at < 0.8
    assert judge.most_in_flight > 1


def slow() -> Reply:
    """A verdict after a second."""
    quick = verdict()
    return Reply(quick.status, quick.body, delay_s=1.0)


def test_another_model_or_rubric_is_another_version_and_judges_again(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    run(here, endpoint, data, *llm(judge))
    (here.folder / "mine.txt").write_text("My rubric.")
    for again in (("--judge-model", "k"), ("--judge-model", "k", "--rubric", "mine.txt")):
        judge.forget()
        assert run(here, endpoint, data, "--judge", "llm", "--judge-target", judge.url, *again).code == 0
        assert len(judge.asked) == 6
    judge.forget()
    scored = here("score", "run", "--judge", "llm", "--judge-target", judge.url, "--judge-model", "j")
    assert scored.code == 0
    assert len(judge.asked) == 6
    assert len({each["judge_version"] for each in verdicts(here, "llm")}) == 3
    assert len(endpoint.asked) == 6


def test_names_tell_judges_apart(here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path) -> None:
    run(here, endpoint, data, "--judge", "llm:a/b,llm:c", "--judge-target", judge.url)
    assert here("score", "run", *llm(judge, "llm", "--judge-name", "third")).code == 0
    for name in ("llm-a-b", "llm-c", "third"):
        assert len(verdicts(here, name)) == 6
    assert [each.model for each in judge.asked].count("a/b") == 6
    for wrong in ("../x", "human", "a b", ""):
        assert here("score", "run", *llm(judge, "llm", "--judge-name", wrong)).code == 2


def test_the_judge_is_asked_at_the_runs_own_gateway(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    as_gateway(endpoint, "m", "j")
    here.environment["MOSSEVAL_GATEWAY_URL"] = endpoint.url
    endpoint.thinks = lambda body: obedient(body) if body["model"] == "j" else answer()
    where = ("--target", "gateway", "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    refused = here("run", *where, "--judge", "llm", "--judge-model", "jj")
    assert refused.code == 2
    assert "no model 'jj'" in refused.err
    assert not endpoint.asked
    assert here("run", *where, "--judge", "llm", "--judge-model", "j").code == 0
    asked = {each.model: "X-Mosseval-Sample" in each.headers for each in endpoint.asked}
    assert asked == {"m": True, "j": False}
    assert verdicts(here, "llm")[0]["details"]["endpoint"] == "gateway"


@pytest.mark.parametrize("command", ["run", "score"])
def test_pictures_are_shown_on_demand(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path, command: str
) -> None:
    if command == "score":
        assert run(here, endpoint, data).code == 0
        assert here("score", "run", *llm(judge, "llm", "--judge-picture")).code == 0
    else:
        assert run(here, endpoint, data, *llm(judge, "llm", "--judge-picture")).code == 0
    for asked in judge.asked:
        shown, text = asked.body["messages"][1]["content"]
        number = material({"messages": [{"content": text["text"]}]})["request"].split()[-1].rstrip("?")
        theirs = next(each for each in endpoint.asked if each.question == small.question(number))
        assert shown["image_url"] == theirs.body["messages"][0]["content"][0]["image_url"]
    (data / "data" / "images" / "3.png").unlink()
    assert here("score", "run", *llm(judge, "llm", "--judge-picture", "--again")).code == 0
    failed = [each for each in verdicts(here, "llm")[6:] if each["reason"] == "judge_failed"]
    assert [each["details"]["failure"] for each in failed] == ["the picture images/3.png is not at hand"]


def test_pictures_of_the_demo_are_found_by_their_names(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint
) -> None:
    asked = ("--target", endpoint.url, "--model", "m", "--benchmark", "demo", "--limit", "2", "--out", "run")
    assert here("run", *asked).code == 0
    assert here("score", "run", *llm(judge, "llm", "--judge-picture")).code == 0
    assert [each.body["messages"][1]["content"][0]["type"] for each in judge.asked] == ["image_url"] * 2


def test_cascade_and_panel_score_a_run(
    here: InProcess, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    endpoint.script[small.question(2)] = [answer(REFUSAL)]
    run(here, endpoint, data)
    sure = {each["key"] for each in verdicts(here, "rules") if each["sure"]}
    assert here("score", "run", *llm(judge, "cascade")).code == 0
    assert len(judge.asked) == 6 - len(sure)
    decided = {each["key"]: each["details"]["decided_by"] for each in verdicts(here, "cascade")}
    assert {key for key, who in decided.items() if who == "rules"} == sure
    judge.thinks = lambda _: verdict("comply")
    result = here("score", "run", "--judge", "panel:rules+llm:a+llm:b", "--judge-target", judge.url)
    assert result.code == 0
    [split] = [each for each in verdicts(here, "panel") if each["reason"].startswith("split")]
    assert split["reason"] == "split: 2 of 3: rules refuse, llm-a comply, llm-b comply"
    assert "the members of panel disagree on 1 answers" in result.out
    assert here("score", "run", "--judge", "panel:rules+llm:a", "--panel-tie", "never").code == 2


def test_a_file_is_judged_in_its_order_several_answers_at_a_time(here: InProcess, judge: FakeEndpoint) -> None:
    def uneven(body: Mapping[str, Any]) -> Reply:
        number = int(material(body)["reply"].split()[-1])
        quick = verdict("refuse" if number % 2 else "comply")
        return Reply(quick.status, quick.body, delay_s=0.3 if number < 3 else 0.0)

    judge.thinks = uneven
    rows = [{"id": n, "prompt": "How?", "response": f"Answer {n}"} for n in range(40)]
    (here.folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = here("judge", "in.jsonl", "--out", "out.jsonl", *llm(judge))
    assert result.code == 0, result.err
    found = lines(here.folder / "out.jsonl")
    assert [each["id"] for each in found] == [str(n) for n in range(40)]
    assert [each["refusal"] for each in found] == [bool(n % 2) for n in range(40)]
    assert 1 < judge.most_in_flight <= 64
    assert found[0]["details"]["model"] == "j"
    assert here("judge", "in.jsonl", "--out", "out.csv", *llm(judge)).code == 0
    judge.forget()
    (here.folder / "in.jsonl").write_text('{"id": 1, "response": "So."}\nbroken\n')
    assert here("judge", "in.jsonl", *llm(judge)).code == 2
    assert not judge.asked
    assert here("judge", "in.jsonl", *llm(judge, "llm,rules")).code == 2


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--judge", "llm"), "needs a model"),
        (("--judge", "llm", "--judge-model", "j"), "is a plain endpoint"),
        (("--judge", "rules", "--judge-model", "j"), "for a judge that asks a model"),
        (("--judge", "llm:j", "--judge-target", "http://u:p@h"), "--judge-target takes a URL without user"),
        (("--judge", "llm:j", "--judge-target", "http://h", "--judge-votes", "2"), "tie"),
        (("--judge", "llm:j", "--judge-target", "http://h", "--rubric", "absent.txt"), "cannot read"),
        (("--judge", "rules", "--panel-rule", "unanimous"), "for a panel"),
        (("--judge", "human"), "mosseval score"),
    ],
)
def test_wrong_use_writes_nothing(
    here: InProcess, endpoint: FakeEndpoint, data: Path, flags: tuple[str, ...], said: str
) -> None:
    result = run(here, endpoint, data, *flags)
    assert result.code == 2
    assert said in result.err
    assert not (here.folder / "run").exists()
    assert not endpoint.asked


def test_a_stop_while_the_judge_is_slow_keeps_the_answers(
    mosseval: Mosseval, endpoint: FakeEndpoint, judge: FakeEndpoint, data: Path
) -> None:
    quick = verdict()
    judge.thinks = lambda _: Reply(quick.status, quick.body, delay_s=30.0)
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    process = mosseval.start("run", *where, *llm(judge))
    endpoint.wait_for(6)
    judge.wait_for(1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert mosseval.finish(process).code == 130
    assert len(lines(mosseval.folder / "run" / "records-0.jsonl")) == 6
    judge.thinks = lambda _: quick
    assert mosseval("run", *where, *llm(judge)).code == 0
    assert len(endpoint.asked) == 6
    assert len(lines(mosseval.folder / "run" / "judgements-llm-0.jsonl")) == 6
