"""inspect_ai works against the gateway unchanged: what it makes of answers, blocks, rate limits and failures.

The gateway has the mock upstream behind its pass-through, and its own simulated models, which block and break in every
way that it knows. The same questions are asked of it by plain HTTP, so that each sample's end can be compared.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processes import HERE, ChildFailed, upstream
from workload import Question, make, questions

SAMPLES = 24
DISTINCT = 4
"""Different answers of the mock upstream, which it gives in turn."""
READY_S = 30.0
PASSED = "bench"
UNKNOWN = "no-such-model"
BLOCKING = "simulated/blocking"
HELPFUL = "simulated/helpful"
FLAKY = "simulated/flaky"
LIMITED = "key-of-two-at-once"
KEYS = """\
keys:
  - {{name: limited, sha256: {sha256}, in_flight: 2}}
"""
CONFIG = """\
model_list:
  - model_name: {passed}
    litellm_params: {{model: hosted_vllm/bench, api_base: "{url}/v1"}}
  - model_name: {flaky}
    litellm_params: {{model: {flaky}}}
    model_info: {{mosseval: {{simulated: {{stall_s: 0.5}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    seen: str
    good: bool


def table(python: Path, folder: Path) -> Iterator[Row]:
    """Every check; `python` is the peers' own. Raises ChildFailed where a process broke."""
    data = make(folder / "questions", SAMPLES)
    with upstream(0.0) as behind, _gateway(folder, behind) as (url, key):
        peer = _Peer(python, url, key, data, folder / "logs")
        expected = {_text(_asked(behind, "none", "bench", [])) for _ in range(DISTINCT)}
        yield _answers("answers", peer.inspected(PASSED), expected)
        yield _streams(peer)
        yield _blocks(peer)
        yield _limits(replace(peer, key=LIMITED), folder / "gateway.log")
        yield _breaks(peer, folder / "gateway.log")
        yield _failed("a model that is not there", peer.inspected(UNKNOWN), 404)
        yield _failed("the wrong key", replace(peer, key="wrong").inspected(PASSED), 401)


def lines(rows: list[Row]) -> str:
    """A Markdown table."""
    body = [f"| {row.what} | {row.seen} | {'ok' if row.good else 'WRONG'} |\n" for row in rows]
    return "".join(["| inspect_ai through the gateway | seen | |\n|---|---|---|\n", *body])


@dataclass(frozen=True, slots=True)
class _Peer:
    """inspect_ai in its own environment, and what it is pointed at."""

    python: Path
    url: str
    key: str
    data: Path
    logs: Path

    def inspected(self, model: str, *more: str) -> list[dict[str, Any]]:
        """What it made of every sample (see `peer_inspect_gateway`)."""
        command = [str(self.python), str(HERE / "peer_inspect_gateway.py"), self.url, str(self.data), str(self.logs)]
        # Its own key is the only one that it may see: inspect_ai would log another's name.
        environment = {**os.environ, "GATEWAY_API_KEY": self.key}
        ran = subprocess.run([*command, *more, model], capture_output=True, text=True, env=environment, timeout=300)
        if ran.returncode != 0:
            raise ChildFailed(f"inspect_ai ended with {ran.returncode}:\n{ran.stderr[-2000:]}")
        found: list[dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])[model]
        return found


def _answers(what: str, found: list[dict[str, Any]], expected: set[str]) -> Row:
    right = [each for each in found if each["stop_reason"] == "stop" and each["completion"] in expected]
    return Row(what, f"{len(right)} of {SAMPLES} as the upstream sent them", len(right) == len(found) == SAMPLES)


def _streams(peer: _Peer) -> Row:
    """A streamed answer is the plain one."""
    plain, streamed = peer.inspected(HELPFUL), peer.inspected(HELPFUL, "--stream")
    equal = [each for each, other in zip(plain, streamed, strict=True) if each == other and each["completion"]]
    return Row("streamed answers", f"{len(equal)} of {SAMPLES} equal to the plain ones", len(equal) == SAMPLES)


def _blocks(peer: _Peer) -> Row:
    """A block ends a sample with `content_filter` and its reason, which inspect_ai shows in place of the text."""
    found = {each["id"]: each for each in peer.inspected(BLOCKING)}
    blocked, wrong = 0, []
    for question in questions(peer.data):
        direct, each = _asked(peer.url, peer.key, BLOCKING, _content(question)), found[question.id]
        block = direct["mosseval"]["block"]
        blocked += block is not None
        refusal = direct["choices"][0]["message"]["refusal"]
        ends = ("content_filter", refusal, refusal) if block else ("stop", None, _text(direct))
        if each["error"] or (each["stop_reason"], each["explanation"], each["completion"]) != ends:
            wrong.append(question.id)
    seen = f"{blocked} content_filter with the reason, {SAMPLES - blocked} in words"
    return Row("blocks", seen + (f"; not {wrong}" if wrong else ""), 0 < blocked < SAMPLES and not wrong)


def _limits(peer: _Peer, log: Path) -> Row:
    """More at once than the key may have: what is put off with a 429 is asked again after its Retry-After."""
    before = len(_outcomes(log))
    found = peer.inspected(HELPFUL)
    put_off = _outcomes(log)[before:].count("rate_limit_exceeded")
    answered = sum(each["stop_reason"] == "stop" and not each["error"] for each in found)
    seen = f"{answered} of {SAMPLES} answered, {put_off} times put off with 429"
    return Row("a key's limit", seen, answered == SAMPLES and put_off > 0)


def _breaks(peer: _Peer, log: Path) -> Row:
    """What breaks on the way is asked again; half a body alone is a sample's end, as inspect_ai sees it."""
    before = len(_outcomes(log))
    found = peer.inspected(FLAKY)
    outcomes = Counter(_outcomes(log)[before:])
    halves = sum("JSONDecodeError" in (each["error"] or "") for each in found)
    answered = sum(each["stop_reason"] == "stop" and not each["error"] for each in found)
    counts = ", ".join(f"{number} × {outcome}" for outcome, number in sorted(outcomes.items()))
    seen = f"{answered} of {SAMPLES} answered, {halves} failed on half a body; in the gateway's log: {counts}"
    return Row("errors, cuts and stalls", seen, answered + halves == SAMPLES and sum(outcomes.values()) > SAMPLES)


def _failed(what: str, found: list[dict[str, Any]], status: int) -> Row:
    named = [each for each in found if f"Error code: {status}" in (each["error"] or "")]
    return Row(what, f"{len(named)} of {SAMPLES} samples fail with {status}", len(named) == len(found) == SAMPLES)


def _outcomes(log: Path) -> list[str]:
    """How the chat requests so far ended, by the gateway's log."""
    told = [json.loads(line) for line in log.read_bytes().splitlines() if line.startswith(b"{")]
    return [str(each["outcome"]) for each in told if "outcome" in each]


def _content(question: Question) -> list[dict[str, Any]]:
    picture = base64.b64encode(question.picture.read_bytes()).decode()
    image = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}}
    return [image, {"type": "text", "text": question.text}]


def _asked(url: str, key: str, model: str, content: list[dict[str, Any]]) -> Any:
    body = {"model": model, "messages": [{"role": "user", "content": content}], "max_tokens": 1024}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read())


def _text(completion: Any) -> str:
    return completion["choices"][0]["message"]["content"] or ""


@contextmanager
def _gateway(folder: Path, behind: str) -> Iterator[tuple[str, str]]:
    """The gateway before the mock upstream: its URL and key. Its log lies in `folder`."""
    key = secrets.token_urlsafe(16)
    (folder / "gateway.yaml").write_text(CONFIG.format(passed=PASSED, flaky=FLAKY, url=behind), encoding="utf-8")
    (folder / "keys.yaml").write_text(KEYS.format(sha256=hashlib.sha256(LIMITED.encode()).hexdigest()))
    environment = {
        **os.environ,
        "MOSSEVAL_GATEWAY_KEYS": key,
        "MOSSEVAL_GATEWAY_KEYS_FILE": str(folder / "keys.yaml"),
        "MOSSEVAL_GATEWAY_ACCESS_LOG": "1",
        "MOSSEVAL_GATEWAY_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--config", str(folder / "gateway.yaml")]
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "gateway.log").open("wb") as log:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [*command, "--fd", str(listener.fileno()), "--exit-with-stdin"],
            stdin=subprocess.PIPE,
            stderr=log,
            pass_fds=(listener.fileno(),),
            env=environment,
        )
    assert process.stdin is not None
    try:
        _wait(f"{url}/readyz", process)
        yield url, key
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise ChildFailed("the gateway did not get ready")
