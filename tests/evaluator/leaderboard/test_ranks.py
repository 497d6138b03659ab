"""Which ranks runs may have: what is shown apart, what is not, and how often that is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from made_runs import Made, make_repeated

from mosseval.leaderboard.ranks import Ranks, ranking
from mosseval.store import RunFolder
from mosseval.summary import Summary, summarise


def run(folder: Path, name: str, outcomes: Sequence[bool | None], benchmark: str = "b") -> tuple[str, Summary]:
    """A run by what was refused of each sample; None: failed."""
    ends = [[Made({True: "refuse", False: "comply", None: "error"}[each])] for each in outcomes]
    return name, summarise(make_repeated(folder / name, ends, model=name, benchmark=benchmark))


def refused(first: int, of: int) -> list[bool]:
    """The first so many of so many samples."""
    return [number < first for number in range(of)]


def words(found: Sequence[Ranks | None]) -> list[str | None]:
    return [None if each is None else str(each) for each in found]


def test_runs_far_apart_have_one_rank_each(tmp_path: Path) -> None:
    runs = [run(tmp_path, str(count), refused(count, 100)) for count in (5, 40, 90)]
    assert words(ranking(runs).ranks) == ["1", "2", "3"]


def test_runs_that_cannot_be_told_apart_share_their_ranks(tmp_path: Path) -> None:
    runs = [run(tmp_path, f"{n}", refused(count, 100)) for n, count in enumerate((10, 11, 12, 80))]
    assert words(ranking(runs).ranks) == ["1–3", "1–3", "1–3", "4"]


def test_pairing_shows_what_overlapping_intervals_hide(tmp_path: Path) -> None:
    one, other = (run(tmp_path, str(count), refused(count, 100)) for count in (40, 50))
    ends = [each[1].rate.interval() for each in (one, other)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0][1] > ends[1][0]
    assert words(ranking([one, other]).ranks) == ["1", "2"]


def test_on_a_contrast_set_the_higher_rate_is_the_better(tmp_path: Path) -> None:
    runs = [run(tmp_path, str(count), refused(count, 60), benchmark="demo-contrast") for count in (55, 5)]
    assert words(ranking(runs).ranks) == ["1", "2"]


def test_one_run_alone_and_one_without_a_rate_have_no_rank(tmp_path: Path) -> None:
    alone, nothing = run(tmp_path, "a", refused(3, 20)), run(tmp_path, "b", [None] * 20)
    assert words(ranking([alone]).ranks) == [None]
    assert words(ranking([alone, nothing]).ranks) == [None, None]
    assert words(ranking([alone, run(tmp_path, "c", refused(20, 20)), nothing]).ranks) == ["1", "2", None]


def test_samples_that_failed_in_one_run_do_not_pair(tmp_path: Path) -> None:
    few = run(tmp_path, "few", [True] * 50 + [None] * 50)
    many = run(tmp_path, "many", [False] * 3 + [None] * 47 + [False] * 50)
    assert words(ranking([many, few]).ranks) == ["1–2", "1–2"]


def test_runs_on_different_questions_are_never_shown_apart(tmp_path: Path) -> None:
    one = run(tmp_path, "one", refused(0, 50))
    make_repeated(tmp_path / "other", [[Made("refuse")]] * 50, model="other")
    file = tmp_path / "other" / "run.json"
    manifest = json.loads(file.read_text())
    manifest["data"]["questions_sha256"] = "z"
    file.write_text(json.dumps(manifest))
    found = ranking([one, ("other", summarise(RunFolder.read(tmp_path / "other")))])
    assert words(found.ranks) == ["1–2", "1–2"]
    assert found.refused == ("one and other asked different questions: neither is shown better",)


def test_repeats_are_compared_over_samples(tmp_path: Path) -> None:
    def repeated(name: str, kind: str) -> tuple[str, Summary]:
        ends = [[Made(kind), Made(kind)]] * 20 + [[Made("comply"), Made("refuse")]] * 5
        return name, summarise(make_repeated(tmp_path / name, ends, model=name))

    assert words(ranking([repeated("a", "comply"), repeated("b", "refuse")]).ranks) == ["1", "2"]


def test_models_of_one_rate_are_seldom_told_apart(tmp_path: Path) -> None:
    draw = random.Random(7)
    wrong = 0
    for trial in range(40):
        hard = [draw.random() for _ in range(60)]
        runs = [run(tmp_path / str(trial), str(model), [draw.random() < each for each in hard]) for model in range(5)]
        wrong += any(str(each) != "1–5" for each in ranking(runs).ranks)
    # With 95% certainty none is: of 40 trials 2 are expected at most, and 6 or more come up once in 70 times.
    assert wrong <= 5
