"""A whole site: data, samples and pages, written into one folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mosseval.leaderboard import documents
from mosseval.leaderboard.albums import places_of
from mosseval.leaderboard.board import Board, board_of
from mosseval.leaderboard.explorer import as_json, explorer_of
from mosseval.leaderboard.folder import whole_site
from mosseval.leaderboard.pages import Site, pages_of
from mosseval.report.page.source import Source


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: pages, files in all, bytes in all, and the benchmarks whose samples are shown."""

    pages: tuple[str, ...]
    files: int
    bytes: int
    largest_page: int
    samples: tuple[str, ...]


def write_site(sources: Sequence[Source], out: Path, *, title: str, data: Sequence[Path], samples: int) -> Written:
    """Writes the site to `out`; `samples` bounds those shown of a benchmark, 0 leaves them out.

    Raises UsageError where `out` may not be written over, DataError where a folder of `data` fits no benchmark.
    """
    board = board_of(sources)
    with whole_site(out) as draft:
        shown = [section for section in board.sections if section.runs and samples]
        places = places_of(shown, data)
        explorers = tuple(explorer_of(each, places[each.slug], samples, draft.write) for each in shown)
        for name, document in _documents(board, title):
            draft.write(name, document)
        pages = {name: page.encode() for name, page in pages_of(Site(title, board, explorers)).items()}
        for name, content in pages.items():
            draft.write(name, content)
        return Written(
            pages=tuple(pages),
            files=len(draft.hashes) + 1,
            bytes=draft.size,
            largest_page=max(map(len, pages.values())),
            samples=tuple(each.section.benchmark for each in explorers),
        )


def _documents(board: Board, title: str) -> list[tuple[str, bytes]]:
    return [
        ("data/leaderboard.json", as_json(documents.board_document(board, title))),
        ("data/published.json", as_json(documents.published_document())),
        *((f"data/runs/{run.slug}.json", as_json(documents.run_document(run))) for run in board.runs),
    ]
