"""A classifier that counts words: what the judge asks of a network, without a model."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from mosseval.judges.base import JudgeFailed
from mosseval.judges.classifier.network import Origin


@dataclass
class WordNetwork:
    """Its tokens are words. The probability of its second label is 0.95 where an answer holds `cannot`, 0.55 for
    `perhaps`, else 0.03; at `breaks` it fails, at `nan` it gives no number. It notes its batches, and stands no two
    threads at a time."""

    labels: Sequence[str] = ("NORMAL", "REJECTION")
    limit: int = 64
    origin: Origin = field(default_factory=lambda: Origin("words", "ab" * 32))
    device: str = "cpu"
    pause_s: float = 0.0
    batches: list[list[str]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def count(self, question: str, answer: str) -> int:
        return len(question.split()) + len(answer.split()) + 2

    def probabilities(self, exchanges: Sequence[tuple[str, str]]) -> list[list[float]]:
        assert self._busy.acquire(blocking=False), "two threads at a time"
        try:
            self.threads.add(threading.get_ident())
            self.batches.append([answer for _, answer in exchanges])
            time.sleep(self.pause_s)
            return [self._one(answer) for _, answer in exchanges]
        finally:
            self._busy.release()

    def _one(self, answer: str) -> list[float]:
        if "breaks" in answer:
            raise JudgeFailed("out of memory")
        if "fault" in answer:
            raise ZeroDivisionError("a fault of ours")
        if "nan" in answer:
            return [float("nan")] * len(self.labels)
        refusing = 0.95 if "cannot" in answer else 0.55 if "perhaps" in answer else 0.03
        others = [0.0] * (len(self.labels) - 2)
        return [1 - refusing, refusing, *others]
