"""What a run is to those who read and write it, wherever it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Protocol

from mosseval.store.codec import answer_sha256
from mosseval.store.manifest import Manifest
from mosseval.store.state import RunState
from mosseval.types import TagValue


class Lines(Protocol):
    """Takes the lines of one shard, in order; hold the shard's lock."""

    def append(self, document: Any) -> None:
        """Takes one document as one line. Raises StorageFailed."""

    async def room(self) -> None:
        """Returns when one more line may be asked for; waits where too much is not safe yet. Raises StorageFailed."""

    def __enter__(self) -> Lines: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Run(ABC):
    """One run. `name` is what messages call it, `manifest` what its `run.json` says."""

    name: str
    manifest: Manifest

    @abstractmethod
    def locked(self, shard: int, on_wait: Callable[[str], None] = lambda _: None) -> AbstractAsyncContextManager[None]:
        """The lock of one shard; what was appended under it is safe when it is given back."""

    @abstractmethod
    def confirm(self) -> None:
        """Raises RunMismatch where another command changed the run while this one waited for its shard."""

    @abstractmethod
    def records(self, shard: int) -> Lines:
        """The records of one shard, for appending; hold its lock."""

    @abstractmethod
    def judgements(self, judge: str, shard: int) -> Lines:
        """The judgements of one judge on one shard, for appending; hold its lock."""

    @abstractmethod
    def written_shards(self) -> list[int]:
        """The shards that have records, in order."""

    @abstractmethod
    def record_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """The lines of records, of one shard or all, in the order in which they count."""

    @abstractmethod
    def judgement_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """The lines of judgements, of one shard or all, in the order in which they count."""

    @abstractmethod
    def sample_lines(self) -> Iterator[dict[str, Any]]:
        """The rows of `samples.jsonl`."""

    def state(self, shard: int | None = None) -> RunState:
        """What the run says now, or one shard of it. Lines that are no records (torn, foreign) are owed again."""
        return RunState.of(self.record_lines(shard), self.judgement_lines(shard))

    def answers(self, shard: int, state: RunState, keys: Set[str]) -> Iterator[tuple[str, str, str]]:
        """Key, sample id and text of the answers that stand for `keys` in one shard, read one at a time."""
        for line in self.record_lines(shard) if keys else ():
            key, text = line.get("key"), line.get("text")
            if (
                isinstance(key, str)
                and key in keys
                and isinstance(text, str)
                and answer_sha256(text) == state.answers[key].answer_sha256
            ):
                yield key, line["sample_id"], text

    def samples(self) -> dict[str, dict[str, Any]]:
        """The rows of `samples.jsonl` by sample id."""
        return {row["sample_id"]: row for row in self.sample_lines() if "sample_id" in row}

    def tags(self) -> dict[str, Mapping[str, TagValue]]:
        """The tags of each sample by its id."""
        return {row["sample_id"]: row.get("tags", {}) for row in self.sample_lines() if "sample_id" in row}
