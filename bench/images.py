"""What text requests feel of pictures: their 99th percentile with and without 20-megapixel pictures being made smaller.

Starts a mock upstream that answers at once and the gateway before it, which has to make every picture smaller. Then,
several rounds: text requests alone, and the same while pictures come in without a pause. Prints a Markdown table and
the median ratio. Run: python bench/images.py [--quick] [--workers N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from machine import setting
from processes import HERE, ChildFailed, upstream

TEXTS_IN_FLIGHT = 4
PICTURES_IN_FLIGHT = 2
PICTURE_KB = 3986
"""The weight at which `chat_bodies` draws 20 megapixels."""
KEY = "key-of-the-bench"
READY_S = 60
WORK = re.compile(r'^mosseval_image_seconds_count\{work="reencoded"\} (\S+)$', re.M)
PACKAGES = ("mosseval", "pillow", "aiohttp", "uvloop")
CONFIG = """
model_list:
  - {{model_name: text, litellm_params: {{model: hosted_vllm/bench, api_base: "{url}/v1"}}}}
  - model_name: picture
    litellm_params: {{model: hosted_vllm/bench, api_base: "{url}/v1"}}
    model_info: {{mosseval: {{images: {{max_side: 1568}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds and requests a second of text alone and beside pictures, and pictures made a second meanwhile."""

    alone_p99: float
    beside_p99: float
    alone_p50: float
    beside_p50: float
    alone_rate: float
    beside_rate: float
    pictures: float

    @property
    def ratio(self) -> float:
        """How much longer the slowest hundredth waits."""
        return self.beside_p99 / self.alone_p99


@contextmanager
def gateway(upstream_url: str, folder: Path, workers: int) -> Iterator[str]:
    """The gateway as a process; yields its URL."""
    (folder / "gateway.yaml").write_text(CONFIG.format(url=upstream_url), encoding="utf-8")
    environment = {
        **os.environ,
        "MOSSEVAL_GATEWAY_KEYS": KEY,
        "MOSSEVAL_GATEWAY_IMAGE_WORKERS": str(workers),
        "MOSSEVAL_GATEWAY_IMAGE_CACHE_BYTES": "0",
    }
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--exit-with-stdin"]
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("wb") as log:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [*command, "--config", str(folder / "gateway.yaml"), "--fd", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stderr=log,
            pass_fds=(listener.fileno(),),
            env=environment,
        )
    try:
        _page(f"{url}/readyz")
        yield url
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


def texts(url: str, seconds: float) -> dict[str, float]:
    """What `load.py` measures of text requests."""
    done = subprocess.run(_load(url, "text", 0, TEXTS_IN_FLIGHT, seconds), check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def measured(url: str, seconds: float) -> Round:
    """One round."""
    alone = texts(url, seconds)
    pictures = subprocess.Popen(_load(url, "picture", PICTURE_KB, PICTURES_IN_FLIGHT, 3600), stdout=subprocess.DEVNULL)
    try:
        before = made(url)
        deadline = time.monotonic() + READY_S
        while made(url) <= before:
            if pictures.poll() is not None or time.monotonic() > deadline:
                raise ChildFailed("no picture was made smaller")
            time.sleep(0.1)
        begun, count = time.perf_counter(), made(url)
        beside = texts(url, seconds)
        rate = (made(url) - count) / (time.perf_counter() - begun)
    finally:
        pictures.kill()
        pictures.wait()
    rates = [each["requests"] / each["seconds"] for each in (alone, beside)]
    p99, p50 = ((alone[name], beside[name]) for name in ("p99_ms", "p50_ms"))
    return Round(p99[0], p99[1], p50[0], p50[1], rates[0], rates[1], rate)


def made(url: str) -> float:
    """How many pictures the gateway has made smaller, by its own metrics."""
    found = WORK.search(_page(f"{url}/metrics"))
    return float(found[1]) if found else 0.0


def report(rounds: list[Round], workers: int) -> str:
    """All of it as Markdown."""
    lines = [
        f"Text at {TEXTS_IN_FLIGHT} in flight, pictures of 20 MP at {PICTURES_IN_FLIGHT} in flight, {workers} "
        f"decoding process{'es' if workers > 1 else ''}. {setting(PACKAGES).line()}.",
        "",
        "| text p50, alone → beside | text p99, alone → beside | ratio of p99 | texts a second | pictures a second |",
        "|---|---|---|---|---|",
    ]
    for each in rounds:
        p50 = f"{each.alone_p50:.1f} → {each.beside_p50:.1f} ms"
        p99 = f"{each.alone_p99:.1f} → {each.beside_p99:.1f} ms"
        rate = f"{each.alone_rate:,.0f} → {each.beside_rate:,.0f}"
        lines.append(f"| {p50} | {p99} | {each.ratio:.2f} × | {rate} | {each.pictures:.1f} |")
    return "\n".join([*lines, "", f"Median ratio of p99: {median(each.ratio for each in rounds):.2f} ×."])


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--workers", type=int, default=1, help="decoding processes (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure in FILE")
    arguments = parser.parse_args()
    count, seconds = (1, 3.0) if arguments.quick else (5, 6.0)
    with (
        tempfile.TemporaryDirectory(prefix="mosseval-bench-") as folder,
        upstream(0.0) as upstream_url,
        gateway(upstream_url, Path(folder), arguments.workers) as url,
    ):
        texts(url, 1.0)
        rounds = [measured(url, seconds) for _ in range(count)]
    print(report(rounds, arguments.workers))
    if arguments.json:
        document = {"setting": asdict(setting(PACKAGES)), "rounds": [asdict(each) for each in rounds]}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _load(url: str, model: str, kilobytes: int, in_flight: int, seconds: float) -> list[str]:
    numbers = [str(kilobytes), str(in_flight), str(seconds)]
    return [sys.executable, str(HERE / "load.py"), url, model, KEY, *numbers]


def _page(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})
    deadline = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                text: str = response.read().decode()
                return text
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    main()
