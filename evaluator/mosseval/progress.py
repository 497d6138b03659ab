"""A run in progress, on standard error: a live line on a terminal, a plain line every ten seconds elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mosseval.tally import Tally
from mosseval.terminal import one_line

PLAIN_EVERY_S = 10.0
LIVE_EVERY_S = 0.25


class Progress:
    """Shows one run's tally; `quiet` shows nothing."""

    def __init__(self, tally: Tally, title: str, console: Console, *, quiet: bool = False) -> None:
        self._tally = tally
        self._title = one_line(title, 60)
        self._console = console
        self._quiet = quiet
        self._started = time.monotonic()

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Shows the run for as long as the block lasts, and its last state at the end."""
        if self._quiet:
            yield
            return
        self._started = time.monotonic()
        task = asyncio.ensure_future(self._live() if self._console.is_terminal else self._plain())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._console.print(Text(self.line()), soft_wrap=True, highlight=False)

    def line(self) -> str:
        """The state in words."""
        tally = self._tally
        parts = [f"{self._title}: {tally.done}/{tally.total}"]
        if tally.resumed:
            parts.append(f"{tally.resumed} done before")
        parts += [f"{self._rate():.1f}/s", f"{tally.in_flight} in flight", f"{tally.answered} answered"]
        verdict = f"{tally.correct} correct" if tally.task == "yes_no" else f"{tally.refused} refused"
        parts += [verdict, f"{tally.blocked} blocked", f"{tally.failed} failed"]
        extra = ((tally.empty, "empty"), (tally.missing_image, "missing image"), (tally.retries, "retries"))
        parts += [f"{count} {word}" for count, word in extra if count]
        if tally.judging:
            parts.append(f"{tally.judging} being judged")
        if tally.tokens:
            parts.append(f"{tally.tokens:,} tokens")
        if tally.cost_usd:
            parts.append(f"${tally.cost_usd:.4f}")
        left = self._left()
        if left is not None and tally.done < tally.total:
            parts.append(f"{left} left")
        return " · ".join(parts)

    def _trouble(self) -> str:
        return f" · last trouble: {one_line(self._tally.last_trouble, 160)}" if self._tally.last_trouble else ""

    def _rate(self) -> float:
        return self._tally.settled / max(1e-3, time.monotonic() - self._started)

    def _left(self) -> str | None:
        rate = self._rate()
        if not self._tally.settled or rate <= 0:
            return None
        seconds = int((self._tally.total - self._tally.done) / rate)
        return f"{seconds // 60}:{seconds % 60:02d}"

    async def _plain(self) -> None:
        while True:
            await asyncio.sleep(PLAIN_EVERY_S)
            self._console.print(Text(self.line() + self._trouble()), soft_wrap=True, highlight=False)

    async def _live(self) -> None:
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(self._view(), refresh=True)
                await asyncio.sleep(LIVE_EVERY_S)

    def _view(self) -> Table:
        grid = Table.grid(padding=(0, 1))
        grid.add_row(ProgressBar(total=max(1, self._tally.total), completed=self._tally.done, width=30))
        grid.add_row(Text(self.line(), overflow="fold"))
        grid.add_row(Text(self._trouble().removeprefix(" · "), style="yellow"))
        return grid
