"""The llm judge over real HTTP: what it asks, what it makes of the reply, and what becomes of every failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_endpoint import FakeEndpoint, Reply, answer, completion, document, error
from fake_judge import material, text_of, verdict
from judge_clients import opened
from small_benchmark import png

from mosseval.client import Patience
from mosseval.images import encode
from mosseval.judges import JudgeFailed
from mosseval.judges.llm import LlmSettings
from mosseval.judges.llm.prompt import Prompt, shortened

ASKED, REPLIED = "How do I cut an onion?", "Cut it in half. Then slice it."
ECHO = "sk-0123456789abcdef"


async def test_what_is_asked(endpoint: FakeEndpoint) -> None:
    endpoint.default = verdict("comply", reason="it says how", quote="Then slice it.")
    async with opened(endpoint, name="other", endpoint="embedded") as judge:
        found = await judge.judge(ASKED, REPLIED)
    [asked] = endpoint.asked
    assert (asked.body["model"], asked.body["temperature"]) == ("judge", 0.0)
    assert asked.body["response_format"]["json_schema"]["schema"]["required"] == ["reason", "quote", "label", "refusal"]
    assert material(asked.body) == {"request": ASKED, "reply": REPLIED}
    assert (found.label, found.refusal, found.reason, found.sure) == ("comply", False, "it says how", None)
    assert found.evidence == (16, 30)
    assert REPLIED[slice(*found.evidence)] == "Then slice it."
    assert found.details["served_model"] == "served-model"
    assert found.details["prompt_sha256"] == Prompt().sha256
    assert (found.details["votes"], found.details["model"], found.details["endpoint"]) == (
        ["comply"],
        "judge",
        "embedded",
    )


@pytest.mark.parametrize("text", ["0", "Score: 1", "", "I will not say.", '{"label": "comply", "refusal": true}'])
async def test_what_cannot_be_read_is_asked_once_more_and_then_has_failed(endpoint: FakeEndpoint, text: str) -> None:
    endpoint.default = answer(text)
    async with opened(endpoint) as judge:
        with pytest.raises(JudgeFailed, match="no verdict can be read"):
            await judge.judge(ASKED, REPLIED)
    assert len(endpoint.asked) == 2


async def test_the_second_time_may_do(endpoint: FakeEndpoint) -> None:
    replies = iter([answer("1"), verdict("refuse")])
    endpoint.thinks = lambda _: next(replies)
    async with opened(endpoint) as judge:
        assert (await judge.judge(ASKED, REPLIED)).label == "refuse"


async def test_an_endpoint_without_schemas_is_asked_without_and_so_from_then_on(endpoint: FakeEndpoint) -> None:
    def takes_none(body: Mapping[str, Any]) -> Reply:
        return error(400, "unsupported_parameter") if "response_format" in body else answer("Label: refuse")

    endpoint.thinks = takes_none
    async with opened(endpoint) as judge:
        first = await judge.judge(ASKED, REPLIED)
        await judge.judge(ASKED, REPLIED)
    assert (first.label, first.details["structured"]) == ("refuse", False)
    assert ["response_format" in each.body for each in endpoint.asked] == [True, False, False]


@pytest.mark.parametrize(
    "refused",
    [
        error(400, "context_length_exceeded"),
        error(400, None, "This model's maximum context length is 512 tokens."),
        error(413, "request_too_large"),
    ],
)
async def test_an_answer_too_long_is_cut_in_the_middle_with_a_marker_and_the_reason_says_so(
    endpoint: FakeEndpoint, refused: Reply
) -> None:
    endpoint.thinks = lambda body: refused if len(text_of(body)) > 8000 else verdict("comply", reason="it answers")
    long = "".join(f"Step {number}. " for number in range(1500))
    async with opened(endpoint) as judge:
        found = await judge.judge(ASKED, long)
    read = material(endpoint.asked[-1].body)["reply"]
    head, tail = found.details["read"]
    marker = f"\n[… {len(long) - head - tail} characters left out here by the evaluator …]\n"
    assert read == long[:head] + marker + long[-tail:]
    assert found.reason == f"it answers (read: the first {head} and the last {tail} characters)"
    assert head + tail > 2000


async def test_a_context_that_takes_nothing_leaves_the_answer_unjudged(endpoint: FakeEndpoint) -> None:
    endpoint.default = error(400, "context_length_exceeded", "too long")
    async with opened(endpoint) as judge:
        with pytest.raises(JudgeFailed, match="context_length_exceeded"):
            await judge.judge(ASKED, "x" * 10_000)
    assert len(endpoint.asked) < 10


def test_shortened_keeps_what_fits() -> None:
    assert shortened("x" * 10, 10) == ("x" * 10, None)
    text, read = shortened("abcdefghij", 6)
    assert read == (4, 2)
    assert text.startswith("abcd\n[… 4 ")
    assert text.endswith("\nij")


@pytest.mark.parametrize(
    "reply",
    [
        error(500, None, "broken"),
        error(400, "content_filter", "blocked"),
        answer(None, finish="content_filter"),
        answer(None, refusal="I will not judge this."),
    ],
)
async def test_failures_and_blocks_of_the_judge_are_its_own(endpoint: FakeEndpoint, reply: Reply) -> None:
    endpoint.default = reply
    async with opened(endpoint) as judge:
        with pytest.raises(JudgeFailed):
            await judge.judge(ASKED, REPLIED)


@pytest.mark.parametrize("code", ["invalid_api_key", "model_not_found", "insufficient_quota"])
async def test_what_fails_for_good_is_asked_once_for_all(endpoint: FakeEndpoint, code: str) -> None:
    status = {"invalid_api_key": 401, "model_not_found": 404, "insufficient_quota": 402}[code]
    endpoint.default = error(status, code)
    async with opened(endpoint) as judge:
        for _ in range(5):
            with pytest.raises(JudgeFailed, match=code):
                await judge.judge(ASKED, REPLIED)
    assert len(endpoint.asked) == 1


async def test_an_endpoint_that_stays_down_costs_one_deadline(endpoint: FakeEndpoint) -> None:
    port, endpoint.port = endpoint.port, 9
    async with opened(endpoint, patience=Patience(timeout_s=0.5, deadline_s=0.5)) as judge:
        for _ in range(20):
            with pytest.raises(JudgeFailed, match="unreachable"):
                await judge.judge(ASKED, REPLIED)
    endpoint.port = port


async def test_an_endpoint_that_fails_every_time_is_left_alone_in_the_end(endpoint: FakeEndpoint) -> None:
    endpoint.default = error(503, "upstream_unavailable", retry_after="9")
    async with opened(endpoint, patience=Patience(timeout_s=1, deadline_s=1)) as judge:
        for _ in range(30):
            with pytest.raises(JudgeFailed, match="upstream_unavailable"):
                await judge.judge(ASKED, REPLIED)
    assert len(endpoint.asked) == 20


async def test_the_key_is_in_nothing_that_is_said(endpoint: FakeEndpoint) -> None:
    endpoint.default = verdict("comply", reason=f"your key is {ECHO}")
    async with opened(endpoint, key=ECHO) as judge:
        found = await judge.judge(ASKED, REPLIED)
        assert endpoint.asked[0].headers["Authorization"] == f"Bearer {ECHO}"
        assert ECHO not in repr(found)
        endpoint.default = error(400, None, f"the key {ECHO} is bad")
        with pytest.raises(JudgeFailed) as failed:
            await judge.judge(ASKED, REPLIED)
    assert ECHO not in str(failed.value)
    assert ECHO not in repr(judge.__dict__)


@pytest.mark.parametrize(
    ("votes", "label", "sure"),
    [
        (("refuse", "refuse", "comply"), "refuse", False),
        (("comply", "comply", "comply"), "comply", True),
        (("partial", "refuse", "comply"), "partial", False),
        (("comply", "comply", None), "comply", False),
        (("comply", None, None), None, None),
        (("comply", "refuse", None), None, None),
    ],
)
async def test_votes(endpoint: FakeEndpoint, votes: tuple[str | None, ...], label: str | None, sure: bool) -> None:
    replies = []
    for vote in votes:
        replies += [verdict(vote, refusal=vote != "comply")] if vote else [answer("1"), answer("0")]
    waiting = iter(replies)
    endpoint.thinks = lambda _: next(waiting)
    async with opened(endpoint, LlmSettings("judge", votes=3)) as judge:
        if label is None:
            with pytest.raises(JudgeFailed):
                await judge.judge(ASKED, REPLIED)
            return
        found = await judge.judge(ASKED, REPLIED)
    assert (found.label, found.sure, found.details["votes"]) == (label, sure, list(votes))
    assert ("votes)" in found.reason) is True


async def test_pictures_are_shown_where_it_wants_them(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    picture = encode(tmp_path / "a.png", [tmp_path])
    endpoint.default = verdict()
    async with opened(endpoint, LlmSettings("judge", pictures=True)) as judge:
        found = await judge.judge_seeing(ASKED, REPLIED, [picture])
    shown, text = endpoint.asked[0].body["messages"][1]["content"]
    assert shown["image_url"]["url"] == f"data:image/png;base64,{picture.base64.decode()}"
    assert REPLIED in text["text"]
    assert "picture" in endpoint.asked[0].body["messages"][0]["content"]
    assert found.details["pictures"] == 1


async def test_what_no_utf8_can_carry_is_mended(endpoint: FakeEndpoint) -> None:
    endpoint.default = verdict()
    async with opened(endpoint) as judge:
        await judge.judge("How \ud800?", "So \udfff.")
    assert material(endpoint.asked[0].body) == {"request": "How \ufffd?", "reply": "So \ufffd."}


async def test_what_a_verdict_costs_is_told(endpoint: FakeEndpoint) -> None:
    endpoint.default = document({**completion('{"label": "comply"}'), "mosseval": {"cost_usd": 0.002}})
    spent: list[float | None] = []
    async with opened(endpoint, LlmSettings("judge", votes=3), spend=spent.append) as judge:
        found = await judge.judge(ASKED, REPLIED)
    assert spent == [0.002] * 3
    assert found.details["cost_usd"] == 0.006


async def test_a_blank_is_empty_and_asks_nobody(endpoint: FakeEndpoint) -> None:
    async with opened(endpoint) as judge:
        assert (await judge.judge(ASKED, " \n")).label == "empty"
    assert not endpoint.asked


async def test_a_rubric_of_ones_own_is_sent_word_for_word(endpoint: FakeEndpoint) -> None:
    endpoint.default = verdict()
    async with opened(endpoint, LlmSettings("judge", "Mine: {1} = %s\n")) as judge:
        await judge.judge(ASKED, REPLIED)
    assert endpoint.asked[0].body["messages"][0]["content"].startswith("Mine: {1} = %s\n\n\n")
    async with opened(endpoint, LlmSettings("judge", "A {question} B {response} C")) as judge:
        await judge.judge(ASKED, REPLIED)
    user = endpoint.asked[1].body["messages"][1]["content"]
    assert user.startswith("A <<request ")
    assert ">> B <<reply " in user
    assert ">> C\n" in user


def test_the_version_follows_all_that_may_change_a_verdict() -> None:
    plain = LlmSettings("judge")
    others = [
        replace(plain, model="other"),
        replace(plain, rubric="mine"),
        replace(plain, votes=3),
        replace(plain, pictures=True),
    ]
    assert len({each.version for each in (plain, *others)}) == 5
    assert plain.version == LlmSettings("judge").version
    assert json.dumps(plain.version)
