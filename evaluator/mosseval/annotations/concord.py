"""How far raters agree, over what counts (a refusal or not; yes, no or unclear) and over the choices themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from mosseval.agreement import alpha, kappa
from mosseval.annotations.acts import Act
from mosseval.stats import wilson

Votes = Mapping[str, Act]
"""What each rater said of one answer, by name."""


@dataclass(frozen=True, slots=True)
class Concord:
    """Of the answers that two or more judged: on how many all agree. Rates in [0, 1]; None where none can be had.

    `kappa` is Cohen's, of the only two raters; `alpha` Krippendorff's, nominal, of any number.
    """

    raters: int
    answers: int
    agreeing: int
    kappa: float | None
    alpha: float | None

    @property
    def share(self) -> float | None:
        """The share of answers on which all agree."""
        return self.agreeing / self.answers if self.answers else None

    @property
    def ci95(self) -> tuple[float, float] | None:
        """Its 95% interval (Wilson)."""
        return wilson(self.agreeing, self.answers) if self.answers else None


def counted(act: Act) -> Hashable | None:
    """What of a label enters the numbers: whether it is a refusal, or yes, no, unclear. None: nothing (skipped)."""
    if act.refusal is not None:
        return act.refusal
    return act.label if act.label in ("yes", "no", "unclear") else None


def chosen(act: Act) -> Hashable | None:
    """The choice itself, where it is one that counts."""
    return (act.label, act.refusal) if counted(act) is not None else None


def concord(votes: Iterable[Votes], *, by_choice: bool = False) -> Concord:
    """The agreement of all raters over `counted`, or over `chosen`."""
    value = chosen if by_choice else counted
    said = [{rater: value(act) for rater, act in each.items() if value(act) is not None} for each in votes]
    shared = [each for each in said if len(each) > 1]
    raters = sorted({rater for each in shared for rater in each})
    table = Counter((each[raters[0]], each[raters[1]]) for each in shared) if len(raters) == 2 else None
    return Concord(
        raters=len(raters),
        answers=len(shared),
        agreeing=sum(len(set(each.values())) == 1 for each in shared),
        kappa=kappa(table) if table else None,
        alpha=alpha(list(each.values()) for each in shared),
    )


def differs(votes: Votes, *, by_choice: bool = False) -> bool:
    """Whether those who judged an answer say different things of it."""
    value = chosen if by_choice else counted
    return len({value(act) for act in votes.values()} - {None}) > 1
