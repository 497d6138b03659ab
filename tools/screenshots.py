"""Writes the pictures of pages in docs/: `python tools/screenshots.py`. Needs Debian's chromium.

Simulated models answer the demo set behind the embedded gateway, so that the pictures show nothing of anybody's.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from mosseval.collection import Wish, begin

DOCS = Path(__file__).resolve().parent.parent / "docs"
CHROMIUM = "/usr/bin/chromium"
MODELS = ("helpful", "cautious", "blocking")
BENCHMARKS = ("demo", "demo-contrast")
COLOURS = 256
WIDTH, HEIGHT = 1200, 860
SHOWN_WIDTH = 900


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a page: its file, the part of the page that is scrolled to ('' for its top), the theme, and what
    follows the address."""

    file: str
    part: str
    theme: Literal["light", "dark"]
    path: str = ""


VIEW = (
    Shot("view-runs.png", "", "light"),
    Shot("view-run.png", "", "light", "runs/demo-simulated-blocking"),
    Shot("view-samples.png", "", "light", "runs/demo-simulated-cautious/samples?label=refuse"),
    Shot("view-sample.png", "", "dark", "runs/demo-simulated-cautious/samples/er-03?label=refuse"),
)
RATERS = {"Anna": "1141444411134444", "Ben": "1141444411144444", "Carla": "11414444112342441114"}
"""What three people press, for the pictures of labelling."""
REPORT = (Shot("report.png", "", "light"), Shot("report-answers.png", "#part1-answers", "dark"))
LEADERBOARD = (Shot("leaderboard.png", "", "light"),)
SAMPLES = (Shot("leaderboard-samples.png", "", "dark"),)


def main() -> None:
    """Makes the runs, the report and the site in a folder that is removed, and takes the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        models = [part for name in MODELS for part in ("-m", f"simulated/{name}")]
        for benchmark in BENCHMARKS:
            _mosseval(place, ["run", *models, "-b", benchmark, "--quiet"])
        runs = [f"runs/{benchmark}-simulated-{name}" for benchmark in BENCHMARKS for name in MODELS]
        _mosseval(place, ["report", *runs, "--out", "report.html"])
        _take((place / "report.html").as_uri(), REPORT)
        two = [f"runs/demo-simulated-{name}" for name in MODELS[1:]]
        for rater, keys in RATERS.items():
            _mosseval(place, ["annotate", *two, "--rater", rater], typed="\n".join(keys))
        with _app(place) as url:
            _take(url, VIEW)
            desk = f"{url}annotate?{'&'.join(f'run={Path(run).name}' for run in two)}"
            _take(f"{desk}&rater=Carla", (Shot("annotate.png", "", "light"),))
            _take(f"{_link(desk)}/decide?rater=Dora", (Shot("annotate-decide.png", "", "dark"),))
            begin(place / "runs", Wish("demo", "gpt-4o-web"))
            _take(f"{url}collect/demo-gpt-4o-web", (Shot("collect.png", "", "light"),))
            side = "run=demo-simulated-helpful&run=demo-simulated-cautious"
            _take(f"{url}compare?{side}&only=label", (Shot("compare.png", "#sample", "light"),))
        _mosseval(place, ["leaderboard", *runs])
        _take((place / "site" / "index.html").as_uri(), LEADERBOARD)
        _take((place / "site" / "samples-1-demo.html").as_uri(), SAMPLES)


def _mosseval(folder: Path, arguments: Sequence[str], *, typed: str = "") -> None:
    command = [sys.executable, "-m", "mosseval", *arguments]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, input=typed.encode())


@contextmanager
def _app(folder: Path) -> Iterator[str]:
    """The local app over the folder's runs; its address ends with a slash."""
    command = [sys.executable, "-m", "mosseval", "view", "runs", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def _link(address: str) -> str:
    """Where a page that takes a rater's name leads, without the name."""
    with urllib.request.urlopen(f"{address}&rater=x") as reply:
        return str(reply.url).partition("?")[0]


def _take(address: str, shots: Sequence[Shot]) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shot in shots:
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=shot.theme)
            page = context.new_page()
            page.goto(f"{address}{shot.path}", wait_until="networkidle")
            if shot.part:
                page.evaluate("(part) => document.querySelector(part).scrollIntoView({behavior: 'instant'})", shot.part)
            page.wait_for_timeout(400)
            _save(page.screenshot(), DOCS / shot.file)
            context.close()
        browser.close()


def _save(content: bytes, file: Path) -> None:
    """A small PNG: fewer pixels, few colours."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.thumbnail((SHOWN_WIDTH, SHOWN_WIDTH), Image.Resampling.LANCZOS)
    picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
