"""Every command that README.md and docs/ show is run as it stands, or says what it needs that is not here."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import fake_judge
import pytest
import small_benchmark
from debian import needs_debian_package
from fake_endpoint import DEFAULT_ANSWER, REFUSAL, FakeEndpoint, Reply, answer
from fake_kubernetes import fake_kubernetes
from s3_server import s3_server
from shown import Block, blocks
from shown_page import Otherwise, Page, opened

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "docs" / "commands"
GIVEN = Path(__file__).resolve().parent / "given"
"""What a page says that its reader has: a folder for each page."""
PAGES = sorted(
    each
    for each in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    if GENERATED not in each.parents and list(blocks(each))
)
DATA = "MOSSBench"
RECORDED = "claude-3-haiku"
SAMPLES = 6
IN_A_BUCKET, TO_A_CLUSTER = "s3://runs/", "k8s submit"


def name(page: Path) -> str:
    """A page as a test is called by."""
    return page.relative_to(ROOT).with_suffix("").as_posix()


def run_here(page: Path) -> list[Block]:
    """The blocks that run wherever the tests do."""
    return [block for block in blocks(page) if "run" in block.words]


def of_data(page: Path) -> list[Block]:
    """The blocks that run where the data sets are at hand."""
    return [block for block in blocks(page) if block.needs == "data"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_becomes_of_it(page: Path) -> None:
    faults = [f"{page}:{block.line}: {fault}" for block in blocks(page) if (fault := block.fault())]
    assert not faults


@pytest.mark.parametrize("page", [each for each in PAGES if run_here(each)], ids=name)
def test_commands_do_what_the_page_shows(page: Path, tmp_path: Path, reader: FakeEndpoint) -> None:
    for program in ("curl", "jq"):
        needs_debian_package(program)
    found = run_here(page)
    _lay_out(tmp_path, page)
    with ExitStack() as stack:
        environment: dict[str, str] = {}
        said = "\n".join(each.text for block in found for each in block.commands)
        if IN_A_BUCKET in said:
            environment |= stack.enter_context(s3_server()).environment()
        if TO_A_CLUSTER in said:
            environment["KUBECONFIG"] = str(stack.enter_context(fake_kubernetes()).kubeconfig(tmp_path))
        shown = stack.enter_context(opened(tmp_path, reader.port, environment))
        for block in found:
            _run(shown, block, page)


@pytest.mark.parametrize("page", [each for each in PAGES if of_data(each)], ids=name)
def test_figures_of_published_answers_are_those_on_the_page(page: Path, tmp_path: Path, shared_data: Path) -> None:
    data = shared_data / "mossbench"
    (tmp_path / DATA).symlink_to(data)
    (tmp_path / "transcripts").symlink_to(data / "transcripts")
    shutil.copy(data / "transcripts" / f"{RECORDED}.json", tmp_path)
    with opened(tmp_path, 1, {}) as shown:
        for block in of_data(page):
            _run(shown, block, page)


def _run(shown: Page, block: Block, page: Path) -> None:
    found = ""
    try:
        shown.run(block)
    except Otherwise as error:
        found = f"{page}:{block.line}: {error}"
    if found:
        pytest.fail(found, pytrace=False)


@pytest.fixture
def reader() -> Iterator[FakeEndpoint]:
    """A server of the reader's own: it answers, refuses the first question of `MOSSBench`, and judges when asked to."""

    def think(body: dict[str, object]) -> Reply:
        if fake_judge.material(body):
            return fake_judge.obedient(body)
        return answer(REFUSAL if small_benchmark.question(1) in json.dumps(body) else DEFAULT_ANSWER)

    with FakeEndpoint() as running:
        running.thinks = think  # type: ignore[assignment]
        yield running


def _lay_out(folder: Path, page: Path) -> None:
    """The files that a reader has: the page's own, a copy of MOSSBench with transcripts, and the repository's Makefile
    above an environment that is there already."""
    own = GIVEN / page.stem
    if own.is_dir():
        shutil.copytree(own, folder, dirs_exist_ok=True)
    small_benchmark.write(folder / DATA, SAMPLES)
    said = {str(n): {"response": REFUSAL if n == 1 else DEFAULT_ANSWER} for n in range(1, SAMPLES + 1)}
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / f"{RECORDED}.json").write_text(json.dumps(said))
    (folder / "data.js").write_text(f"results = {json.dumps(said)}")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / "locks").mkdir()
    for file in ("Makefile", "pyproject.toml", "locks/start.txt"):
        shutil.copy(ROOT / file, folder / file)
        os.utime(folder / file, (0, 0))
    (folder / ".venv" / ".run").touch()
