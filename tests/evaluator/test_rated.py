"""What the numbers of both tasks share is the same code, each over its own outcome."""

from __future__ import annotations

import pytest

from mosseval.accuracy import Accuracy
from mosseval.counting import Row
from mosseval.rated import Rated
from mosseval.refusals import Refusals


def row(sample: str, refusal: bool | None, correct: bool | None) -> Row:
    return Row(sample, "comply", refusal, False, {}, correct, "yes", False)


ROWS = [row("a", True, False), row("a", False, False), row("b", True, None), row("b", None, True)]


@pytest.mark.parametrize(
    ("numbers", "count", "of", "gaps", "flips"),
    [(Refusals(ROWS), 2, 3, 1, (1, 1)), (Accuracy(ROWS), 1, 3, 1, (0, 1))],
)
def test_each_task_counts_its_own_outcome(
    numbers: Rated, count: int, of: int, gaps: int, flips: tuple[int, int]
) -> None:
    assert (numbers.rate.count, numbers.rate.of, numbers.gaps) == (count, of, gaps)
    assert numbers.rate_of(ROWS[:1]).of == 1
    repeats = numbers.repeats
    assert repeats is not None
    assert (repeats.flip.count, repeats.flip.of, repeats.what) == (*flips, numbers.what)


@pytest.mark.parametrize("shared", ["rate", "rate_of", "gaps", "repeats"])
def test_what_they_share_has_one_home(shared: str) -> None:
    assert not {shared} & (set(vars(Refusals)) | set(vars(Accuracy)))


def test_what_a_command_holds_open_is_given_back_in_one_place() -> None:
    from mosseval.commands.held import Held
    from mosseval.commands.jury import Jury
    from mosseval.commands.session import Session

    for each in (Jury, Session):
        assert issubclass(each, Held)
        assert "__aexit__" not in vars(each)
