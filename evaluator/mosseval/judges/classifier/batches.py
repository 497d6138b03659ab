"""Work that is asked for one by one and done by the batch, in a thread: the event loop stays free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from mosseval.judges.base import JudgeFailed

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Gathers what is asked while the last batches were done; `work` runs in one thread at a time.

    `work` gives a result for each item or raises JudgeFailed; then each item of the batch is tried alone, and only
    those that fail so raise it. `size_of` sorts what waits, so that items of like size share a batch; nothing waits
    longer than for those that waited before it. What is cancelled is not begun. It lives on one event loop.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        largest: int,
        size_of: Callable[[Item], int],
    ) -> None:
        self._work = work
        self._largest = largest
        self._size_of = size_of
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """The item's result. Raises JudgeFailed."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work_off())
        return await answer

    async def _work_off(self) -> None:
        """Takes all that waits, again and again, until nothing does."""
        wave: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            # Those who ask in the same turn of the loop share the first batch.
            await asyncio.sleep(0)
            while self._waiting:
                wave, self._waiting = self._waiting, []
                wave.sort(key=lambda each: self._size_of(each[0]))
                for start in range(0, len(wave), self._largest):
                    await self._one_batch(wave[start : start + self._largest])
        except BaseException as error:
            # Nobody may wait for what is never done.
            for _, answer in (*wave, *self._waiting):
                _settle(answer, error)
            raise

    async def _one_batch(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        batch = [each for each in batch if not each[1].done()]
        if not batch:
            return
        try:
            results = await asyncio.to_thread(self._work, [item for item, _ in batch])
        except JudgeFailed as failed:
            if len(batch) > 1:
                for each in batch:
                    await self._one_batch([each])
                return
            _settle(batch[0][1], failed)
        else:
            for (_, answer), result in zip(batch, results, strict=True):
                _settle(answer, result)


def _settle(answer: asyncio.Future[Result], result: Result | BaseException) -> None:
    if answer.done():
        return
    if isinstance(result, asyncio.CancelledError):
        answer.cancel()
    elif isinstance(result, BaseException):
        answer.set_exception(result)
    else:
        answer.set_result(result)
