"""`mosseval view` over a run of 12,000 answers of about 1,200 characters, as a reader's browser meets it.

The run is made up (bench/synthetic.py), the app is the real process, times are those of whole requests over loopback.
First it stands still, then a writer adds to it while the same requests are made. `anew`: the same run read whole
without the app, which is what each request would cost if nothing were kept; ratios are against it.
Run: python bench/view.py [--samples N] [--characters N] [--rate N] [--json FILE]
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil

from machine import Setting, setting
from mosseval.report.page.source import Source
from mosseval.store import RunFolder
from synthetic import Size, write

PACKAGES = ("mosseval", "starlette", "uvicorn", "jinja2", "orjson")
RUN = "shard-0"
PAGES = f"/runs/{RUN}/samples"
FIRST_MS, FILTER_MS = 300, 100
"""What the first page, and a filter, may take."""
FILTERS = (
    *("label=refuse", "status=blocked", "tag.harm=violence", "tag.harm=violence&label=comply", "page=150"),
    *("label=refuse&tag.stimulus=negated_harm", "sort=-length", "view=list&label=refuse", "only=judge+unsure"),
)
WORDS = ("ladder candle", "garden", "sorry", '"small step"', "number 11", "zebra", "gently rope window", "glove")
CHROMIUM = "/usr/bin/chromium"
COUNT = """() => ({nodes: document.querySelectorAll('*').length,
  requests: performance.getEntriesByType('resource').length + 1,
  bytes: [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
    .reduce((sum, each) => sum + each.transferSize, 0)})"""


@dataclass(frozen=True, slots=True)
class Timed:
    """Some requests of one kind: milliseconds, those of a processor that the app took for one, the largest answer."""

    what: str
    median_ms: float
    worst_ms: float
    cpu_ms: float
    bytes: int
    bound_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What a page asks of a browser that opens it the first time."""

    page: str
    bytes: int
    requests: int
    nodes: int


class App:
    """The app as a process over a folder; `ask` makes one request and says how long it took and how much came."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "mosseval", "view", str(folder), "--port", "0", "--no-browser"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[1]
        self._connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.url).port or 0, timeout=60)

    def ask(self, path: str) -> tuple[float, int]:
        """Milliseconds and bytes. Raises RuntimeError where the answer is an error."""
        began = time.perf_counter()
        self._connection.request("GET", path)
        reply = self._connection.getresponse()
        content = reply.read()
        took = 1000 * (time.perf_counter() - began)
        if reply.status >= 400:
            raise RuntimeError(f"{path}: {reply.status}")
        return took, len(content)

    def timed(self, what: str, paths: list[str], bound_ms: int | None = None, pause_s: float = 0.0) -> Timed:
        """All of them, one after the other."""
        found, before = [], self._cpu_ms()
        for path in paths:
            found.append(self.ask(path))
            time.sleep(pause_s)
        cpu = (self._cpu_ms() - before) / len(paths)
        times = [took for took, _ in found]
        return Timed(what, median(times), max(times), cpu, max(size for _, size in found), bound_ms)

    def _cpu_ms(self) -> float:
        used = psutil.Process(self.process.pid).cpu_times()
        return 1000 * float(used.user + used.system)

    def memory_mib(self) -> float:
        """What the process holds now."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1024**2

    def end(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait()


def filters(words: tuple[str, ...] = WORDS, *, live: bool = False) -> list[str]:
    """The paths of filters, each asked once; `words` are searched for the first time."""
    part = "&part=live" if live else ""
    searched = [f"q={each.replace(' ', '+').replace(chr(34), '%22')}" for each in words]
    return [f"{PAGES}?{each}{part}" for each in (*FILTERS, *searched)]


@contextmanager
def growing(run: Path, rate: float) -> Iterator[None]:
    """Adds `rate` answers a second to a run: those that stand already are asked again and answered otherwise."""
    ended = Event()
    records, judgements = run / "records-0.jsonl", run / "judgements-rules-0.jsonl"
    lines = records.read_bytes().splitlines(keepends=True)[:6000]

    def work() -> None:
        with records.open("ab", 0) as one, judgements.open("ab", 0) as other:
            judged = judgements.read_bytes().splitlines(keepends=True)[:6000]
            for line, verdict in zip(lines, judged, strict=False):
                one.write(line)
                other.write(verdict)
                if ended.wait(1 / rate):
                    return

    writer = Thread(target=work)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def measure(app: App, run: Path, rate: float) -> Iterator[Timed]:
    """Every kind of request, the app knowing nothing at first."""
    yield app.timed("samples, at once after the start", [PAGES])
    yield app.timed("samples, first page", [PAGES] * 10, FIRST_MS)
    yield app.timed("filters and searches", filters(), FILTER_MS)
    yield app.timed("the same again", filters(), FILTER_MS)
    yield app.timed("a sample", [f"{PAGES}/{13 * number}?label=refuse" for number in range(20)], FILTER_MS)
    yield app.timed("the run's page, first time", [f"/runs/{RUN}"])
    yield app.timed("the run's page", [f"/runs/{RUN}"] * 10, FIRST_MS)
    yield app.timed("the list of runs", ["/"] * 10, FIRST_MS)
    app.ask(f"{PAGES}?label=refuse&part=live")
    with growing(run, rate):
        words = ("paint", "measure under", "again bottle", "step 7", "water", "careless", "open garage", "light")
        yield app.timed("samples while it grows", [f"{PAGES}?part=live"] * 20, FIRST_MS, pause_s=0.2)
        yield app.timed("filters and searches while it grows", filters(words, live=True), FILTER_MS, pause_s=0.2)
        yield app.timed("the run's page while it grows", [f"/runs/{RUN}?part=live"] * 5, pause_s=1.0)


def budgets(app: App) -> list[Budget]:
    """What pages ask of a real browser; nothing where there is none."""
    if not Path(CHROMIUM).exists():
        return []
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for page, path in (("samples", PAGES), ("a sample", f"{PAGES}/0"), ("the run's page", f"/runs/{RUN}")):
            opened = browser.new_context().new_page()
            opened.goto(f"{app.url.rstrip('/')}{path}", wait_until="networkidle")
            counted = opened.evaluate(COUNT)
            found.append(Budget(page, counted["bytes"], counted["requests"], counted["nodes"]))
        browser.close()
    return found


def best(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of some times, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return min(took)


def report(where: Setting, size: Size, anew: float, found: list[Timed], pages: list[Budget], memory: float) -> str:
    """All that was measured, as Markdown."""
    lines = [
        f"{size.samples:,} answers of about {size.characters:,} characters. {where.line()}.",
        f"Read anew without the app: {anew:.0f} ms. Memory of the app at the end: {memory:.0f} MiB.",
        "",
        "| requests | median | worst | processor | bound | anew / median | largest answer |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in found:
        kept = "kept" if each.worst_ms <= (each.bound_ms or 0) else "MISSED"
        bound = "–" if each.bound_ms is None else f"{each.bound_ms} ms: {kept}"
        times = f"{each.median_ms:.1f} ms | {each.worst_ms:.1f} ms | {each.cpu_ms:.1f} ms"
        lines.append(
            f"| {each.what} | {times} | {bound} | {anew / each.median_ms:.1f} × | {each.bytes / 1000:.0f} KB |"
        )
    lines += ["", "| page, in Chromium | bytes | requests | DOM nodes |", "|---|---|---|---|"]
    lines += [f"| {each.page} | {each.bytes / 1000:.0f} KB | {each.requests} | {each.nodes:,} |" for each in pages]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=12_000, help="of the run")
    parser.add_argument("--characters", type=int, default=1_200, help="of an answer, about")
    parser.add_argument("--rate", type=float, default=100, help="answers a second that are added while it grows")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure in FILE")
    arguments = parser.parse_args()
    size = Size(arguments.samples, 1, 1, arguments.characters)
    with tempfile.TemporaryDirectory(prefix="mosseval-bench-") as place:
        folder = Path(place)
        run = write(folder, size).folders[0]
        anew = best(lambda: Source.read(RunFolder.read(run), None))
        app = App(folder)
        try:
            found = list(measure(app, run, arguments.rate))
            pages, memory = budgets(app), app.memory_mib()
        finally:
            app.end()
    where = setting(PACKAGES)
    print(report(where, size, anew, found, pages, memory))
    if arguments.json:
        document = {"setting": asdict(where), "size": asdict(size), "anew_ms": anew, "memory_mib": memory}
        document |= {"requests": [asdict(each) for each in found], "pages": [asdict(each) for each in pages]}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
