"""Counts of a run in progress, kept by the runner and read by whatever shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from mosseval.types import Judgement, Record, Status, Task


@dataclass(slots=True)
class Tally:
    """`total` tasks of this command, `resumed` of them done before, `settled` by this command.

    The counts by outcome cover both; the `task` says whether `refused` or `correct` counts. `tokens`, `cost_usd` and
    `retries` are this command's. `judging` answers are with a judge; `judge_troubles` say why a judge failed last.
    """

    total: int = 0
    resumed: int = 0
    settled: int = 0
    sent: int = 0
    in_flight: int = 0
    judging: int = 0
    answered: int = 0
    blocked: int = 0
    empty: int = 0
    failed: int = 0
    missing_image: int = 0
    refused: int = 0
    correct: int = 0
    retries: int = 0
    tokens: int = 0
    cost_usd: float | None = None
    last_trouble: str = ""
    judge_troubles: dict[str, str] = field(default_factory=dict)
    task: Task = "refusal"

    @property
    def done(self) -> int:
        """Tasks that need nothing more."""
        return self.resumed + self.settled

    def recall(self, status: Status, *, refused: bool, correct: bool) -> None:
        """Counts a task that an earlier command settled."""
        self.resumed += 1
        self.refused += refused
        self.correct += correct
        self._add(status)

    def count(self, record: Record) -> None:
        """Counts a record that this command has on disk."""
        self.settled += 1
        self._add(record.status)
        self.tokens += (record.usage or {}).get("total_tokens", 0)
        if record.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + record.cost_usd

    def count_judgement(self, judgement: Judgement) -> None:
        """Counts a judgement that is on disk."""
        self.refused += judgement.refusal is True
        self.correct += judgement.correct is True

    def _add(self, status: Status) -> None:
        match status:
            case "answered":
                self.answered += 1
            case "blocked":
                self.blocked += 1
            case "empty":
                self.empty += 1
            case "missing_image":
                self.missing_image += 1
            case "error":
                self.failed += 1
