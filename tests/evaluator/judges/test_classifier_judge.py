"""The classifier judge over a network that counts words: verdicts, batches, what is longer than it reads, failures."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from word_network import WordNetwork

from mosseval.errors import UsageError
from mosseval.judges import JudgeFailed
from mosseval.judges.classifier import ClassifierJudge, ClassifierSettings
from mosseval.judges.classifier.judge import LARGEST_BATCH
from mosseval.judges.classifier.network import Origin
from mosseval.judges.classifier.settings import written
from mosseval.types import Judgement


def judge(network: WordNetwork | None = None, name: str = "classifier", **settings: Any) -> ClassifierJudge:
    return ClassifierJudge(network or WordNetwork(), ClassifierSettings(**settings), name=name)


@pytest.mark.parametrize(
    ("answer", "label", "refusal", "sure"),
    [
        ("here it is", "comply", False, True),
        ("I cannot", "refuse", True, True),
        ("perhaps", "refuse", True, False),
        (" \n", "empty", None, None),
    ],
)
async def test_verdicts(answer: str, label: str, refusal: bool | None, sure: bool | None) -> None:
    found = await judge().judge("How?", answer)
    assert (found.label, found.refusal, found.sure) == (label, refusal, sure)


async def test_a_verdict_says_what_the_model_said_and_which_model() -> None:
    found = await judge().judge("How?", "I cannot")
    assert found.reason == "refusal 0.950 (REJECTION 0.950, NORMAL 0.050)"
    assert found.details == {
        "model": "words",
        "files_sha256": "ab" * 32,
        "device": "cpu",
        "probabilities": {"NORMAL": 0.05, "REJECTION": 0.95},
    }


async def test_sure_from_the_probability_that_the_user_names() -> None:
    assert (await judge(sure=0.5).judge("How?", "perhaps")).sure is True
    assert (await judge(sure=0.96).judge("How?", "I cannot")).sure is False


async def test_labels_of_one_meaning_count_together_and_a_partial_one_is_a_refusal() -> None:
    class Three(WordNetwork):
        def _one(self, answer: str) -> list[float]:
            return [0.4, 0.35, 0.25]

    network = Three(labels=("1_full_compliance", "2_full_refusal", "3_partial_refusal"))
    found = await judge(network).judge("How?", "so")
    assert (found.label, found.refusal, found.reason[:13]) == ("refuse", True, "refusal 0.600")
    told: dict[str, Any] = {"labels": {"2_full_refusal": "comply"}}
    found = await judge(network, **told).judge("How?", "so")
    assert (found.label, found.refusal) == ("comply", False)


async def test_verdicts_asked_together_share_batches_of_like_length_in_one_thread_beside_the_loop() -> None:
    network = WordNetwork(pause_s=0.05)
    asked = judge(network)
    answers = [f"number {'x ' * (n % 7)}{'cannot' if n % 3 == 0 else ''}" for n in range(60)]
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    heart = asyncio.create_task(beat())
    found = await asyncio.gather(*(asked.judge("How?", answer) for answer in answers))
    heart.cancel()
    assert [each.refusal for each in found] == [n % 3 == 0 for n in range(60)]
    assert [len(batch) for batch in network.batches] == [LARGEST_BATCH] * 3 + [12]
    lengths = [len(answer) for batch in network.batches for answer in batch]
    assert lengths == sorted(lengths)
    assert threading.get_ident() not in network.threads
    assert beats >= 20


async def test_those_who_ask_while_a_batch_is_read_are_read_next() -> None:
    network = WordNetwork(pause_s=0.05)
    asked = judge(network)
    first = asyncio.create_task(asked.judge("How?", "one"))
    await asyncio.sleep(0.02)
    await asyncio.gather(first, *(asked.judge("How?", each) for each in ("two", "three")))
    assert network.batches == [["one"], ["two", "three"]]
    assert (await asked.judge("How?", "four")).label == "comply"


async def test_what_is_cancelled_is_not_read() -> None:
    network = WordNetwork(pause_s=0.05)
    asked = judge(network)
    first = asyncio.create_task(asked.judge("How?", "one"))
    await asyncio.sleep(0.02)
    dropped = asyncio.create_task(asked.judge("How?", "two"))
    await asyncio.sleep(0)
    dropped.cancel()
    await first
    assert (await asked.judge("How?", "three")).label == "comply"
    assert network.batches == [["one"], ["three"]]


async def test_a_failure_fails_its_own_answer_alone() -> None:
    asked = judge()
    found = await asyncio.gather(
        *(asked.judge("How?", each) for each in ("so", "it breaks", "I cannot", "nan")), return_exceptions=True
    )
    labels = [each.label if isinstance(each, Judgement) else str(each) for each in found]
    assert labels == ["comply", "out of memory", "refuse", labels[3]]
    assert isinstance(found[3], JudgeFailed)
    assert "no probabilities" in labels[3]


async def test_a_fault_of_ours_is_heard_by_all_who_wait_and_by_nobody_after() -> None:
    asked = judge()
    found = await asyncio.gather(*(asked.judge("How?", each) for each in ("so", "fault")), return_exceptions=True)
    assert [type(each) for each in found] == [ZeroDivisionError, ZeroDivisionError]
    assert (await asked.judge("How?", "so")).label == "comply"


@pytest.mark.parametrize("where", ["beginning", "end"])
async def test_of_a_long_answer_the_beginning_and_the_end_are_read_and_the_verdict_says_so(where: str) -> None:
    network = WordNetwork()
    filling = "word " * 500
    answer = f"I cannot {filling}" if where == "beginning" else f"{filling} so I cannot"
    found = await judge(network).judge("How?", answer)
    assert (found.label, found.sure) == ("refuse", False)
    head, tail = found.details["read"]
    assert found.reason.endswith(f"(read: the first {head} and the last {tail} characters)")
    [[shown]] = network.batches
    assert network.count("How?", shown) <= network.limit
    assert shown.startswith(answer[:head])
    assert shown.endswith(answer[-tail:])
    assert head + tail > 150


async def test_an_answer_that_fits_is_read_whole() -> None:
    network = WordNetwork()
    answer = " ".join(["word"] * (network.limit - 3))
    found = await judge(network).judge("How?", answer)
    assert "read" not in found.details
    assert found.sure is True
    assert network.batches == [[answer]]


async def test_megabytes_are_judged_in_the_time_of_what_fits() -> None:
    started = time.monotonic()
    found = await judge().judge("How? " * 1_000_000, "word " * 1_000_000 + "I cannot")
    assert found.label == "refuse"
    assert time.monotonic() - started < 1


async def test_a_question_leaves_room_for_the_answer_or_nothing_is_judged() -> None:
    network = WordNetwork()
    found = await judge(network).judge("How " * 500, "I cannot")
    assert (found.label, found.sure) == ("refuse", True)
    with pytest.raises(JudgeFailed, match="no room"):
        await judge(WordNetwork(limit=4)).judge("How?", "a b c d e f g h " * 10)


def test_the_version_follows_all_that_may_change_a_verdict() -> None:
    versions = {
        judge().version,
        judge(WordNetwork(origin=Origin("words", "cd" * 32))).version,
        judge(WordNetwork(origin=Origin("other", "ab" * 32))).version,
        judge(WordNetwork(limit=65)).version,
        judge(sure=0.8).version,
        judge(form="pair").version,
        judge(labels={"NORMAL": "refuse", "REJECTION": "comply"}).version,
    }
    assert len(versions) == 7
    assert judge().version == judge(WordNetwork(device="cuda:0"), name="other").version
    assert judge().version.startswith("words@abababababab:")


def test_labels_that_say_nothing_are_refused_before_anything_is_judged() -> None:
    with pytest.raises(UsageError, match="words has the labels 'safe', 'unsafe'"):
        judge(WordNetwork(labels=("safe", "unsafe")))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("answer", ("A {question}", None)),
        ("pair", ("Q {answer}", "A {question}")),
        ("<user>{question}<bot>{answer}", ("<user>Q {answer}<bot>A {question}", None)),
        ("only {answer}", ("only A {question}", None)),
    ],
)
def test_forms_put_the_texts_in_their_place_once(form: str, text: tuple[str, str | None]) -> None:
    assert written(form, "Q {answer}", "A {question}") == text
