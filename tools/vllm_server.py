"""Real vLLM on the CPU with a tiny random LLaVA, the gateway before it, the evaluator before that.

Makes an environment of its own (.venv-vllm), the model and the servers, runs the demo benchmark through the gateway
by each of its routes, and compares with asking vLLM directly: sample by sample, streamed, parameter by parameter and
failure by failure. Then vLLM is killed in the middle of a run, started again, and the run goes on. Needs a package
index the first time and about 4 GB of memory. Prints a table; 1 where a row is wrong. Run: make test-vllm
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import httpx
from asked import TIMEOUT_S, Endpoint
from demo_run import GOOD_EXITS, demo_command, faults, records, run_demo
from server_process import Server, Way, free_port, kill, served
from vllm_checks import GREEDY, Row, Sides, failures, parameters, questions, recorded, same, seen_pictures, streams
from vllm_environment import vllm_python

HERE = Path(__file__).resolve().parent
MODEL = "tiny-llava"
ROUTES = {"config": MODEL, "wildcard": f"hosted_vllm/{MODEL}", "litellm": f"{MODEL}-by-litellm"}
"""How the gateway gets to vLLM -> the name that is asked for there; a limit of LiteLLM's sends the last through it."""
CONTEXT = 2048
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "TORCHDYNAMO_DISABLE": "1",
}
CONFIG = """\
model_list:
  - model_name: {plain}
    litellm_params: {{model: hosted_vllm/{model}, api_base: "{url}/v1"}}
  - model_name: {routed}
    litellm_params: {{model: hosted_vllm/{model}, api_base: "{url}/v1", rpm: 1000000}}
"""
KILL_AFTER = 5
"""Answers on disk when vLLM is killed."""
SLOW = ("--rpm", "120", "--concurrency", "1", "--max-attempts", "2")
"""Slow enough to be caught in the middle; few attempts, since what is gone stays gone."""
STOPPED_EARLY = 3


@dataclass(frozen=True, slots=True)
class Bench:
    """What the checks work with: the servers, and the folder that everything lies in."""

    folder: Path
    vllm: Way
    server: Server
    gateway: Server

    @property
    def port(self) -> int:
        """vLLM's, which it keeps when it is started again."""
        return int(self.server.url.rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        """Where the evaluator finds the gateway."""
        return {"MOSSEVAL_GATEWAY_URL": self.gateway.url}

    def run(self, model: str, name: str, *more: str) -> tuple[list[str], Path]:
        """The command of a run through the gateway, and its folder."""
        out = self.folder / name
        return demo_command("gateway", model, out, *more), out


def vllm_way(python: Path, model: Path) -> Way:
    """vLLM's own server for the model in a folder."""

    def command(port: int) -> Sequence[str]:
        serve = [str(python.with_name("vllm")), "serve", str(model), "--host", "127.0.0.1", "--port", str(port)]
        serve += ["--served-model-name", MODEL, "--dtype", "float32", "--max-model-len", str(CONTEXT)]
        return [*serve, "--max-num-seqs", "4", "--enforce-eager"]

    return Way(command, "/health", start_s=420.0, environment=QUIET)


def gateway_way(folder: Path, url: str) -> Way:
    """Our gateway before the vLLM at `url`: by a config of its own, and by the wildcard that reads the environment."""
    config = folder / "gateway.yaml"
    config.write_text(
        CONFIG.format(plain=ROUTES["config"], routed=ROUTES["litellm"], model=MODEL, url=url), encoding="utf-8"
    )

    def command(port: int) -> Sequence[str]:
        serve = [sys.executable, "-m", "mosseval_proxy", "serve", "--config", str(config)]
        return [*serve, "--host", "127.0.0.1", "--port", str(port)]

    return Way(command, "/readyz", start_s=60.0, environment={"HOSTED_VLLM_API_BASE": f"{url}/v1"})


def checks(bench: Bench) -> Iterator[Row]:
    """Everything but the crash."""
    runs = {}
    for name, model in ROUTES.items():
        command, runs[name] = bench.run(model, name)
        code, _ = run_demo(command, bench.environment)
        wrong = list(faults(runs[name])) + ([] if code in GOOD_EXITS else [f"exit {code}"])
        total = len(records(runs[name]))
        yield Row(f"demo through the gateway ({name})", "; ".join(wrong) or f"{total} of {total} answered", not wrong)
    with ExitStack() as stack:
        demo = stack.enter_context(as_file(files("mosseval.benchmarks.demo")))
        asked = questions(runs["config"], demo)
        direct, ours = (
            stack.enter_context(httpx.Client(base_url=f"{url}/v1", timeout=TIMEOUT_S))
            for url in (bench.server.url, bench.gateway.url)
        )
        sides = Sides(Endpoint(direct, MODEL), {route: Endpoint(ours, model) for route, model in ROUTES.items()})
        answers = {name: sides.direct.plain(messages, **GREEDY).said for name, messages in asked.items()}
        for name, run in runs.items():
            yield same(f"demo through the gateway ({name}) = vLLM asked directly", recorded(run), answers)
        yield seen_pictures(asked, answers, sides)
        yield from streams(asked, answers, sides)
        longest = max(answers, key=lambda name: len(answers[name].text))
        yield from parameters(asked[longest], sides)
        picture = next((demo / "images").glob("*.png")).read_bytes()
        cut = "data:image/png;base64," + base64.b64encode(picture[: len(picture) // 2]).decode()
        yield from failures(asked[longest], cut, sides, CONTEXT)


def crash(bench: Bench) -> Iterator[Row]:
    """vLLM is killed in the middle of a run: it stops and owes the rest; with vLLM back, the same command goes on."""
    command, out = bench.run(MODEL, "crash", *SLOW)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **bench.environment}
    )
    _wait_for_records(out, process)
    kill(bench.server.process)
    process.communicate(timeout=600)
    before = [each for each in records(out) if each["status"] == "answered"]
    codes = sorted({each["error"]["code"] for each in records(out) if each["error"]})
    stopped = process.returncode == STOPPED_EARLY and codes == ["upstream_unavailable"] and len(before) >= KILL_AFTER
    yield Row("vLLM killed in the middle", f"exit {process.returncode}; {len(before)} answered; {codes}", stopped)
    with served(bench.vllm, bench.folder, bench.folder / "vllm.log", bench.port):
        code, _ = run_demo(command, bench.environment)
    after = records(out)
    wrong = list(faults(out)) + ([] if code in GOOD_EXITS else [f"exit {code}"])
    kept = all(each in after for each in before)
    seen = "; ".join(wrong) or f"{len(after)} of {len(after)} answered"
    yield Row(
        "vLLM back, the same command again", f"{seen}; {'none' if kept else 'some'} asked twice", kept and not wrong
    )
    yield same("the interrupted run = the whole one", recorded(out), recorded(bench.folder / "config"))


def _wait_for_records(out: Path, process: subprocess.Popen[bytes]) -> None:
    file, deadline = out / "records-0.jsonl", time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if file.is_file() and file.read_bytes().count(b"\n") >= KILL_AFTER:
            return
        time.sleep(0.05)
    raise RuntimeError("the run did not get to its first answers")


def main() -> int:
    """Prints the table; 1 where a row is wrong."""
    python, good = vllm_python(), True
    with tempfile.TemporaryDirectory(prefix="mosseval-vllm-") as name, ExitStack() as stack:
        folder = Path(name)
        subprocess.run([str(python), str(HERE / "tiny_llava.py"), str(folder / MODEL)], check=True, capture_output=True)
        way = vllm_way(python, folder / MODEL)
        server = stack.enter_context(served(way, folder, folder / "vllm.log", free_port()))
        gateway = stack.enter_context(served(gateway_way(folder, server.url), folder, folder / "gateway.log"))
        print(f"vLLM up after {server.up_s:.0f} s, the gateway after {gateway.up_s:.1f} s\n", flush=True)
        print("| what | seen | |\n|---|---|---|", flush=True)
        bench = Bench(folder, way, server, gateway)
        for part in (checks, crash):
            for row in part(bench):
                good = good and row.good
                print(f"| {row.what} | {row.seen} | {'ok' if row.good else 'WRONG'} |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
