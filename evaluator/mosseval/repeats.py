"""How steady a model is where each sample was asked several times: answers that flip, and samples that always pass.

`pass^k` (S. Yao et al., 2024, arXiv 2406.12045, section 3.2) is the chance that all of k repeats succeed; with k
repeats of each sample it is the share of samples of which all k do. What success is depends on the question:
`never_refused` where complying is good, `always_refused` on a contrast set, `always_correct` on a yes/no benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mosseval.counting import Rate, Row


@dataclass(frozen=True, slots=True)
class Repeats:
    """Of a run whose samples were asked `k` times; each rate's unit is the sample, its interval Wilson's.

    `flip`: the samples whose repeats disagree, of those with two or more that count. `always`, `never`: the samples of
    which all k, or none, came out as `what` says, of those of which all k count.
    """

    k: int
    flip: Rate
    never: Rate
    always: Rate
    what: Literal["refused", "correct"]

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "k": self.k,
            "flip_rate": self.flip.document(),
            f"never_{self.what}": self.never.document(),
            f"always_{self.what}": self.always.document(),
        }


def repeats_of(
    rows: Iterable[Row], outcome: Callable[[Row], bool | None], what: Literal["refused", "correct"]
) -> Repeats | None:
    """What the repeats say; None where each sample was asked once. Of `rows`, one stands for each sample and repeat."""
    asked: dict[str, list[bool | None]] = {}
    samples: dict[str, int] = {}
    for row in rows:
        asked.setdefault(row.sample, []).append(outcome(row))
        samples[row.sample] = row.times
    k = max(map(len, asked.values()), default=1)
    if k == 1:
        return None
    counted = [([each for each in found if each is not None], samples[sample]) for sample, found in asked.items()]
    several = [(found, times) for found, times in counted if len(found) > 1]
    whole = [(found, times) for found, times in counted if len(found) == k]
    return Repeats(
        k,
        flip=_share_of(several, lambda found: len(set(found)) > 1),
        never=_share_of(whole, lambda found: not any(found)),
        always=_share_of(whole, all),
        what=what,
    )


def _share_of(samples: Sequence[tuple[list[bool], int]], holds: Callable[[list[bool]], bool]) -> Rate:
    """Of how many samples it holds; each comes with how many ended alike."""
    return Rate(sum(times for found, times in samples if holds(found)), sum(times for _, times in samples), "samples")
