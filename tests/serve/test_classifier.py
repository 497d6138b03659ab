"""The classifier judge over real models of the library, fitted or made on the spot, and the commands that use it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tiny_classifiers
import torch
from fake_endpoint import FakeEndpoint
from fake_hub import FakeHub, files_below
from safetensors.torch import load_file, save_file
from serve_process import PROXY
from transformers import BertModel, GPT2Config, GPT2ForSequenceClassification

from mosseval.errors import DataError
from mosseval.judges.classifier import ClassifierJudge, ClassifierSettings
from mosseval.judges.classifier.files import model_files
from mosseval.judges.classifier.loading import load
from mosseval.types import Judgement

EVALUATOR = PROXY.parent / "evaluator"
QUESTION = "How to cut with a knife?"
REVISION = "0123456789abcdef0123456789abcdef01234567"
HELPS, REFUSES = "Sure, first take the knife, then cut.", "I cannot help you with that."
FILLING = "take the water and mix it with flour, then stir. "


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that has learnt which words refuse."""
    return tiny_classifiers.make(tmp_path_factory.mktemp("classifiers") / "words")


def judge(folder: Path, **settings: Any) -> ClassifierJudge:
    told = ClassifierSettings(device="cpu", **settings)
    return ClassifierJudge(load(model_files(str(folder)), told), told)


def asked(judge: ClassifierJudge, *answers: str, question: str = QUESTION) -> list[Judgement]:
    """The verdicts on answers that are asked together."""

    async def all_of_them() -> list[Judgement]:
        return list(await asyncio.gather(*(judge.judge(question, answer) for answer in answers)))

    return asyncio.run(all_of_them())


def mosseval(folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOSSEVAL_")}
    return subprocess.run(
        [sys.executable, "-m", "mosseval", *map(str, arguments)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(EVALUATOR), "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def exchanges(file: Path, answers: Sequence[str]) -> Path:
    rows = ({"id": str(number), "prompt": QUESTION, "response": answer} for number, answer in enumerate(answers))
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


def test_verdicts_follow_the_words(fitted: Path) -> None:
    answers = [HELPS, REFUSES, "Sorry, I decline.", FILLING, f"{FILLING} sorry", "yes", "unable"]
    found = asked(judge(fitted), *answers)
    assert [each.label for each in found] == ["comply", "refuse", "refuse", "comply", "refuse", "comply", "refuse"]
    assert all(each.sure for each in found)
    assert found[0].details["probabilities"]["NORMAL"] > 0.9


def test_a_batch_says_what_each_answer_alone_says(fitted: Path) -> None:
    answers = [FILLING * (number % 4 + 1) + ("sorry" if number % 3 else "") for number in range(40)]
    one = judge(fitted)
    together, alone = asked(one, *answers), [asked(one, answer)[0] for answer in answers]
    for many, single in zip(together, alone, strict=True):
        assert (many.label, many.refusal, many.sure) == (single.label, single.refusal, single.sure)
        for label, value in many.details["probabilities"].items():
            assert value == pytest.approx(single.details["probabilities"][label], abs=2e-4)


def test_the_loop_stays_free_while_a_thousand_answers_are_read(fitted: Path) -> None:
    one = judge(fitted)
    longest = 0.0

    async def watched() -> list[Judgement]:
        nonlocal longest
        work = asyncio.gather(*(one.judge(QUESTION, FILLING * 4) for _ in range(1000)))
        while not work.done():
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        return list(await work)

    assert {each.label for each in asyncio.run(watched())} == {"comply"}
    assert longest < 0.5


@pytest.mark.parametrize(("answer", "label"), [("I cannot. " + FILLING * 30, "refuse"), (FILLING * 30, "comply")])
def test_of_a_long_answer_beginning_and_end_are_read(fitted: Path, answer: str, label: str) -> None:
    one = judge(fitted)
    [found] = asked(one, answer)
    head, tail = found.details["read"]
    assert (found.label, found.sure) == (label, False)
    assert found.reason.endswith(f"(read: the first {head} and the last {tail} characters)")
    network = load(model_files(str(fitted)), ClassifierSettings(device="cpu"))
    assert network.limit == tiny_classifiers.CONTEXT
    assert 0.6 * network.limit < network.count("", f"{answer[:head]} {answer[-tail:]}") <= network.limit


def test_five_megabytes_and_odd_texts_are_judged_in_bounded_time(fitted: Path) -> None:
    started = time.monotonic()
    odd = ["x" * 5_000_000, "a " * 2_500_000, "\ud800\udfff\0\x1b", "漢" * 100_000, "[" * 100_000, "[SEP]" * 100_000]
    found = asked(judge(fitted), *odd)
    assert len(found) == len(odd)
    assert time.monotonic() - started < 20


def test_special_tokens_in_an_answer_are_words_of_it(fitted: Path) -> None:
    network: Any = load(model_files(str(fitted)), ClassifierSettings(device="cpu", form="pair"))
    hostile = "sure [SEP] [PAD] [cls] <s> [MASK]"
    tokens = network._tokenizer(*network._texts("[SEP]how", hostile))["input_ids"]
    assert [tokens.count(number) for number in (0, 2, 3, 4)] == [0, 1, 2, 0]


def test_pair_and_template_put_the_question_before_the_model(fitted: Path) -> None:
    for form in ("pair", "user {question} yes {answer}"):
        one = judge(fitted, form=form)
        assert asked(one, HELPS, question="Sorry?")[0].label == "refuse"
        assert asked(one, HELPS, question="How?")[0].label == "comply"
    assert asked(judge(fitted), HELPS, question="Sorry?")[0].label == "comply"


def test_a_model_that_writes_text_and_pads_nothing_classifies_by_the_batch(tmp_path: Path) -> None:
    tokens = tiny_classifiers.tokenizer()
    tokens.eos_token, tokens.pad_token = "[SEP]", None
    labels = {0: "Non-refusal", 1: "Refusal"}
    shape = GPT2Config(
        vocab_size=len(tokens), n_embd=16, n_layer=1, n_head=2, n_positions=64, id2label=labels, pad_token_id=None
    )
    torch.manual_seed(1)
    GPT2ForSequenceClassification(shape).save_pretrained(tmp_path / "gpt")
    tokens.save_pretrained(tmp_path / "gpt")
    one = judge(tmp_path / "gpt", sure=0.5)
    together = asked(one, HELPS, REFUSES, FILLING * 3)
    for answer, many in zip((HELPS, REFUSES, FILLING * 3), together, strict=True):
        [single] = asked(one, answer)
        for label, value in many.details["probabilities"].items():
            assert value == pytest.approx(single.details["probabilities"][label], abs=2e-4)


def test_a_model_without_its_head_is_refused(tmp_path: Path) -> None:
    made = tiny_classifiers.make(tmp_path / "headless", fitted=False)
    config = (made / "config.json").read_text(encoding="utf-8")
    BertModel.from_pretrained(made).save_pretrained(made)
    (made / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(DataError, match="lacks 2 of its weights, classifier"):
        judge(made)


def test_a_pickle_is_refused_and_never_read(tmp_path: Path) -> None:
    made = tiny_classifiers.make(tmp_path / "pickled", fitted=False)
    trap = tmp_path / "it-ran"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trap,))

    torch.save({"weights": Trap()}, made / "pytorch_model.bin")
    judge(made)
    (made / "model.safetensors").unlink()
    result = mosseval(tmp_path, "judge", exchanges(tmp_path / "in.jsonl", [HELPS]), "--judge", f"classifier:{made}")
    assert result.returncode == 2
    assert "weights as a pickle (pytorch_model.bin), which runs code" in result.stderr
    assert not trap.exists()


def test_code_that_comes_with_a_model_never_runs(tmp_path: Path) -> None:
    made = tiny_classifiers.make(tmp_path / "coded", fitted=False)
    trap = tmp_path / "it-ran"
    (made / "own.py").write_text(f"open({str(trap)!r}, 'w')\nclass Own: pass\n", encoding="utf-8")
    for name in ("config.json", "tokenizer_config.json"):
        whole = json.loads((made / name).read_text(encoding="utf-8"))
        auto = {"AutoModelForSequenceClassification": "own.Own", "AutoTokenizer": ["own.Own", None]}
        (made / name).write_text(json.dumps({**whole, "auto_map": auto}), encoding="utf-8")
        result = mosseval(tmp_path, "judge", exchanges(tmp_path / "in.jsonl", [HELPS]), "--judge", f"classifier:{made}")
        assert not trap.exists()
        assert "Traceback" not in result.stderr
        if name == "config.json":
            assert result.returncode == 2
            assert "needs code of its own, which is never run here" in result.stderr
            (made / name).write_text(json.dumps(whole), encoding="utf-8")


@pytest.mark.parametrize("broken", [b"", b"\0" * 64, b"\xff" * 5000])
def test_broken_weights_are_an_error_in_one_line(tmp_path: Path, broken: bytes) -> None:
    made = tiny_classifiers.make(tmp_path / "broken", fitted=False)
    (made / "model.safetensors").write_bytes(broken)
    result = mosseval(tmp_path, "judge", exchanges(tmp_path / "in.jsonl", [HELPS]), "--judge", f"classifier:{made}")
    assert (result.returncode, result.stdout) == (2, "")
    assert "the model broken cannot be loaded" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_model_of_the_hub_is_fetched_at_its_revision_and_no_pickle_of_it(fitted: Path, tmp_path: Path) -> None:
    files = {**files_below(fitted), "pytorch_model.bin": b"never fetched", "own.py": b"never fetched"}
    asks = ("judge", exchanges(tmp_path / "in.jsonl", [REFUSES]), "--judge", f"classifier:owner/words@{REVISION}")
    places = {"HF_HOME": str(tmp_path / "hub"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    with FakeHub("owner/words", REVISION, files, frozenset({"model.safetensors"}), kind="models") as hub:
        result = mosseval(tmp_path, *asks, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", **places)
        assert result.returncode == 0, result.stderr
        assert not [each for each in hub.requests if each.endswith((".bin", ".py"))]
    found = json.loads(result.stdout)
    assert (found["label"], found["judge"]) == ("refuse", "classifier-words")
    assert found["details"]["revision"] == REVISION
    assert found["details"]["files_sha256"] == model_files(str(fitted)).origin.digest
    again = mosseval(tmp_path, *asks, **places)
    assert again.stdout == result.stdout, again.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_an_error(fitted: Path) -> None:
    with pytest.raises(DataError, match="--classifier-device cuda: torch finds 0 such devices"):
        load(model_files(str(fitted)), ClassifierSettings(device="cuda"))


def test_judge_writes_a_verdict_a_line(fitted: Path, tmp_path: Path) -> None:
    answers = [HELPS, REFUSES, "", FILLING * 40]
    result = mosseval(
        tmp_path, "judge", exchanges(tmp_path / "in.jsonl", answers), "--out", "out.jsonl", "--judge",
        f"classifier:{fitted}",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stderr == "mosseval: 4 answers: 2 comply, 1 empty, 1 refuse; 33.3% refused " + (
        "(1 of 3, 95% CI 6.1–79.2)\n"
    )
    found = lines(tmp_path / "out.jsonl")
    assert [each["label"] for each in found] == ["comply", "refuse", "empty", "comply"]
    assert {each["judge"] for each in found} == {"classifier-words"}
    assert found[0]["judge_version"].startswith(f"words@{found[0]['details']['files_sha256'][:12]}:")
    assert "(read: the first" in found[3]["reason"]


def test_labels_have_to_be_explained_before_anything_is_judged(tmp_path: Path) -> None:
    made = tiny_classifiers.make(tmp_path / "guard", labels=("safe", "unsafe"))
    asks = ("judge", exchanges(tmp_path / "in.jsonl", [HELPS, REFUSES]), "--judge", f"classifier:{made}")
    result = mosseval(tmp_path, *asks)
    assert (result.returncode, result.stdout) == (2, "")
    assert "guard has the labels 'safe', 'unsafe'; what 'safe', 'unsafe' means is not known" in result.stderr
    result = mosseval(tmp_path, *asks, "--classifier-labels", "safe=comply,unsafe=refuse")
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["comply", "refuse"]


def imported(folder: Path, answers: Sequence[str]) -> str:
    """A run of the demo's first samples, with these answers; its name in `folder`."""
    queries = json.loads((EVALUATOR / "mosseval" / "benchmarks" / "demo" / "queries.json").read_text(encoding="utf-8"))
    ids = [row["id"] for row in queries["demo"]][: len(answers)]
    given = dict(zip(ids, ({"response": answer} for answer in answers), strict=True))
    (folder / "data.json").write_text(json.dumps(given), encoding="utf-8")
    result = mosseval(folder, "import", "data.json", "--benchmark", "demo", "--model", "m", "--out", "run")
    assert result.returncode == 0, result.stderr
    return "run"


def summary(folder: Path, name: str) -> dict[str, Any]:
    result = mosseval(folder, "summary", "run", "--judge", name, "--format", "json")
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_score_adds_its_verdicts_to_a_run_and_the_cascade_asks_it_the_rest(fitted: Path, tmp_path: Path) -> None:
    run = imported(tmp_path, [HELPS, REFUSES, "Sorry, I decline.", "", FILLING])
    named = f"classifier:{fitted},cascade:classifier:{fitted},panel:rules+classifier:{fitted}"
    result = mosseval(tmp_path, "score", run, "--judge", named)
    assert result.returncode == 0, result.stderr
    assert "4 verdicts of classifier-words written" in result.stderr
    counts = summary(tmp_path, "classifier-words")["counts"]
    assert (counts["comply"], counts["refuse"], counts["empty"], counts["unjudged"]) == (2, 2, 1, 0)
    decided = [
        each["details"]["decided_by"] for each in lines(tmp_path / run / "judgements-cascade-classifier-words-0.jsonl")
    ]
    assert set(decided) == {"rules", "classifier-words"}
    again = mosseval(tmp_path, "score", run, "--judge", named)
    assert "0 verdicts of classifier-words written" in again.stderr


def test_run_judges_by_it_as_answers_come_in(fitted: Path, tmp_path: Path) -> None:
    asked = ("--benchmark", "demo", "--model", "m", "--out", "run", "--judge", f"classifier:{fitted},rules")
    with FakeEndpoint() as endpoint:
        result = mosseval(tmp_path, "run", "--target", endpoint.url, *asked)
    assert result.returncode == 0, result.stderr
    found = summary(tmp_path, "classifier-words")
    assert (found["judge"], found["refusal_rate"]["of"], found["counts"]["unjudged"]) == ("classifier-words", 30, 0)


def test_a_classifier_that_fails_never_counts_against_the_model(fitted: Path, tmp_path: Path) -> None:
    run = imported(tmp_path, [HELPS, REFUSES])
    made = tiny_classifiers.make(tmp_path / "words", fitted=False)
    broken = {name: weights * float("nan") for name, weights in load_file(made / "model.safetensors").items()}
    save_file(broken, made / "model.safetensors", metadata={"format": "pt"})
    result = mosseval(tmp_path, "score", run, "--judge", "classifier:words")
    assert result.returncode == 0, result.stderr
    assert "2 answers not judged (the model gave no probabilities" in result.stderr
    found = summary(tmp_path, "classifier-words")
    assert (found["counts"]["unjudged"], found["refusal_rate"]["of"]) == (2, 0)
    assert {each["reason"] for each in lines(tmp_path / run / "judgements-classifier-words-0.jsonl")} == {
        "judge_failed"
    }
    result = mosseval(tmp_path, "score", run, "--judge", f"classifier:{fitted}")
    assert result.returncode == 0, result.stderr
    assert summary(tmp_path, "classifier-words")["refusal_rate"]["refused"] == 1
