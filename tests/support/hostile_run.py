"""A run in which the whole corpus of hostile texts went through every field that a stranger can fill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fake_endpoint import FakeEndpoint, Reply, answer, completion, document, error
from hostile import PAYLOADS
from mosseval_process import Mosseval

MODEL = "<img src=x onerror=window.owned=1>\u202e$x^2$"
LONG_S = 120.0


def run_corpus(command: Mosseval, out: str = "run") -> Path:
    """Asks an endpoint that answers with the corpus about the corpus; then a stranger writes into the run."""
    with FakeEndpoint() as endpoint:
        endpoint.models = {"object": "list", "data": [{"id": MODEL}]}
        rows = []
        for number, payload in enumerate(PAYLOADS):
            question = f"{number} {payload}".replace("\x00", " ")
            rows.append(
                {"id": f"p{number}", "prompt": question, "tags": {"harm": payload[:200], "stimulus": _few(payload)}}
            )
            endpoint.script[question] = [_reply(number, payload)]
        data = command.folder / "corpus.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        where = ("--target", endpoint.url, "-b", data, "-m", MODEL, "--max-attempts", 1, "--out", out, "--quiet")
        done = command("run", *where, timeout_s=LONG_S)
        assert done.code == 1, done.err
    _spoil(command.folder / out)
    return command.folder / out


def _few(payload: str) -> str:
    """One of the few values of a tag that summaries are broken down by."""
    return PAYLOADS[len(payload) % 20]


def _reply(number: int, payload: str) -> Reply:
    """An answer, a refusal, a block or an error that says the payload."""
    if number % 7 == 3:
        return error(400, payload[:80], payload)
    if number % 7 == 5:
        block = {"where": "output", "category": "safety", "provider": payload, "reason": payload}
        told = {"served_model": payload, "provider": payload, "block": block, "dropped_params": [payload]}
        return document({**completion(None, finish="content_filter", refusal=payload), "mosseval": told})
    start = "I'm sorry, but I can't help with that. " if number % 2 else "Sure! "
    return answer(f"{start}{payload}")


def _spoil(run: Path) -> None:
    """Lets a stranger write what the tool itself never would: reasons, evidence, pictures, versions, notes."""
    file = run / "judgements-rules-0.jsonl"
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    spans: list[Any] = [[0, 10**9], [-5, 3], ["<b>", 2], {"a": 1}, [3, 3], None, [0, 12], True]
    for number, line in enumerate(lines):
        line["reason"] = PAYLOADS[number % len(PAYLOADS)]
        line["evidence"] = spans[number % len(spans)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    manifest = json.loads((run / "run.json").read_text())
    manifest["versions"] = {payload[:50]: payload for payload in PAYLOADS[:60]}
    manifest["notes"] = list(PAYLOADS)
    manifest["data"]["source"] = PAYLOADS[0]
    manifest["data"]["roots"] = ["/", "/etc"]
    (run / "run.json").write_text(json.dumps(manifest))
    samples = [json.loads(line) for line in (run / "samples.jsonl").read_bytes().splitlines()]
    for number, row in enumerate(samples):
        row["image"] = {
            "path": PAYLOADS[-number - 1],
            "sha256": PAYLOADS[number],
            "type": PAYLOADS[number],
            "bytes": -1,
        }
        row["tags"]["description"] = PAYLOADS[number]
    (run / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in samples))
