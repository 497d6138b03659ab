"""A run with everything in it: every status, label and block, repeats, three judges, and hostile texts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from hostile_texts import ALL
from made_runs import STIMULI

from mosseval.store import Data, Manifest, RunConfig, RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.types import Block, Failure, Judgement, Record

REPEATS = 2
KINDS = (
    *("comply", "partial", "refuse", "unjudged", "judge_failed", "input/safety", "output/unknown", "model/safety"),
    *("output/recitation", "input/other", "empty", "error", "missing_image", "pending", "partial that helps"),
)
JUDGES = ("rules", "human", "llm-m.1")


def make(path: Path, texts: Sequence[str] = ALL, *, samples: int = 200, model: str = "m", **config: Any) -> RunFolder:
    """Writes the run. Its benchmark is `mossbench` where `config` does not say otherwise."""
    settings = {"benchmark": "mossbench", "endpoint": "http://host/v1", "model": model, "shards": 2, **config}
    plan = Manifest(
        config=RunConfig(**settings),
        task="refusal",
        simulated=False,
        repeats=REPEATS,
        data=Data("made", None, samples, "q", "i", ("/",)),
        selected=tuple(str(number) for number in range(samples)),
        unusable=(("x", "no picture"),),
        judges=JUDGES[:1],
        created_at="2026-11-01T10:00:00+00:00",
    )
    words = cycle(texts)
    rows = [_sample(number, next(words), next(words)) for number in range(samples)]
    folder = asyncio.run(RunFolder.open(path, plan, rows, set(plan.selected)))
    for number, (sample, repeat, kind) in enumerate(_outcomes(samples)):
        _add(folder, rows[sample], repeat, kind, [next(words) for _ in range(4)], shard=sample % 2, number=number)
    return folder


def _outcomes(samples: int) -> Iterator[tuple[int, int, str]]:
    kinds = cycle(KINDS)
    for sample in range(samples):
        for repeat in range(REPEATS):
            yield sample, repeat, next(kinds)


def _sample(number: int, question: str, tag: str) -> dict[str, Any]:
    return {
        "sample_id": str(number),
        "question": question.strip() or "?",
        "expected": None,
        "tags": {"stimulus": STIMULI[number % 3], "harm": ["illegal_act"], "human": number % 2 == 0, "note": tag},
        "image": {"path": f"../../images/{tag[:40]}.png", "sha256": "0", "type": "image/png", "bytes": 7},
    }


def _add(
    folder: RunFolder, row: dict[str, Any], repeat: int, kind: str, texts: list[str], *, shard: int, number: int
) -> None:
    if kind == "pending":
        return
    record = _record(folder, row, repeat, kind, texts)
    with folder.records(shard) as lines:
        if number % 7 == 0:
            lines.append(record_line(_record(folder, row, repeat, "error", texts)))
        lines.append(record_line(record))
    if record.status != "answered" or record.text is None:
        return
    for judge in JUDGES[: 1 + number % len(JUDGES)]:
        with folder.judgements(judge, shard) as lines:
            verdict = _judgement(kind if judge == "rules" else "comply", texts)
            for text in ("another answer", record.text):
                lines.append(judgement_line(record.key, verdict, judge=judge, judge_version="=1", answer=text))


def _record(folder: RunFolder, row: dict[str, Any], repeat: int, kind: str, texts: list[str]) -> Record:
    config, identifier = folder.manifest.config, row["sample_id"]
    status, block, failure = "answered", None, None
    if "/" in kind:
        where, category = kind.split("/")
        status, block = "blocked", Block(where, category, "gemini", texts[1])  # type: ignore[arg-type]
    elif kind in ("empty", "error", "missing_image"):
        status, failure = kind, Failure("upstream_timeout", texts[1], 0) if kind == "error" else None
    answered = status == "answered" or kind.startswith("output")
    return Record(
        key=f"{config.benchmark}/{identifier}/{repeat}",
        benchmark=config.benchmark,
        sample_id=identifier,
        repeat=repeat,
        model=config.model,
        status=status,  # type: ignore[arg-type]
        request_sha256="0",
        tags=row["tags"],
        text=(texts[0] if texts[0].strip() else "=words") if answered else None,
        reasoning=texts[2],
        finish_reason="length" if kind == "empty" else "stop",
        refusal=texts[3],
        block=block,
        error=failure,
        attempts=2,
        usage={"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        latency_s=0.25,
        cost_usd=0.001,
        served_model=texts[1],
        provider="somebody",
        dropped_params=("seed",),
        added_params={"top_k": 1},
        safety_settings={"a": texts[3]},
        images=({"from": "image/png", "to": "image/jpeg"},),
    )


def _judgement(kind: str, texts: list[str]) -> Judgement:
    if kind in ("unjudged", "judge_failed"):
        return Judgement("unjudged", None, reason="judge_failed" if kind == "judge_failed" else texts[2])
    label, refusal = {"comply": ("comply", False), "partial that helps": ("partial", False)}.get(kind, (kind, True))
    return Judgement(label, refusal, texts[2], (0, 1), True, None, {"votes": [texts[3]]})  # type: ignore[arg-type]
