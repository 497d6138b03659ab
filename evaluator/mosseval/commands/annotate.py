"""`mosseval annotate`: labels by a person, at the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mosseval.annotations.desk import Desk
from mosseval.annotations.places import journal_name, rater_name
from mosseval.annotations.reading import Reading
from mosseval.commands import annotate_screen as screen
from mosseval.commands.annotate_session import Session
from mosseval.commands.keys import keys
from mosseval.commands.output import kept_quiet
from mosseval.contrast import good_outcome
from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.terminal import one_line


@dataclass(frozen=True, slots=True)
class Wish:
    """Who labels, where the labels go (None: into each run's folder), in which order, and whether to adjudicate."""

    rater: str
    out: Path | None
    seed: str
    adjudicate: bool


def annotate_runs(paths: tuple[Place, ...], wish: Wish) -> None:
    """Shows the answers of runs one by one and writes what is said of each, at once."""
    rater = rater_name(wish.rater)
    seen = [path.resolve() if isinstance(path, Path) else path for path in paths]
    if len(set(seen)) < len(seen):
        raise UsageError("a run is named twice", hint="name each run once")
    desk = Desk.of(paths, out=wish.out, seed=wish.seed)
    names = ", ".join(map(str, paths))
    if not desk.items:
        raise UsageError(f"{names}: no answer to label", hint="`mosseval run` with the same --out goes on with it")
    reading = desk.read()
    walk: Sequence[int] = range(len(desk.items))
    if wish.adjudicate:
        walk = reading.to_decide()
        if not walk:
            raise UsageError(f"{names}: raters disagree on no answer", hint=_said_by(reading))
    with kept_quiet():
        with keys() as pressed:
            _greet(desk, reading, rater)
            Session(desk, rater, pressed, walk, final=wish.adjudicate).work()
        _conclude(desk, paths, rater, wish)


def _said_by(reading: Reading) -> str:
    raters = ", ".join(f"{one_line(name)} ({count})" for name, count in reading.raters().items())
    return f"labelled so far by: {raters or 'nobody'}"


def _greet(desk: Desk, reading: Reading, rater: str) -> None:
    screen.say(f"{one_line(rater)}: {screen.standing(reading.progress(rater))}. Model and judge are hidden.")
    if any(good_outcome(run.manifest.task, run.manifest.config.benchmark) == "refusal" for run in desk.runs):
        screen.say("These are harmful requests, and what models answered to them. They may disturb.")
    for task in sorted({item.task for item in desk.items}):
        screen.show_guide(task)


def _conclude(desk: Desk, paths: tuple[Place, ...], rater: str, wish: Wish) -> None:
    """What was done, how far people agree, and what to do next."""
    reading = desk.read()
    progress = reading.progress(rater)
    screen.say()
    if wish.adjudicate:
        decided = sum(act.label is not None for act in reading.acts(rater, final=True).values())
        screen.say(f"{one_line(rater)}: {decided} decided of {len(reading.to_decide())} on which raters differ")
    else:
        screen.say(f"{one_line(rater)}: {screen.standing(progress)}")
    for folder in dict.fromkeys(desk.folders):
        screen.say(f"labels: {one_line(str(folder / journal_name(rater)), 400)}")
    of = None if wish.adjudicate else rater
    if len(reading.raters()) > 1:
        screen.say(f"agreement: {screen.agreed(reading.agreement(of))}")
        screen.say(f"agreement on the choice itself: {screen.agreed(reading.agreement(of, by_choice=True))}")
    open_ = [place for place in reading.disagreements() if not reading.decided(place)]
    if open_:
        screen.say(f"disagreements that count and that nobody decided yet: {len(open_)}")
    names = " ".join(one_line(shlex.quote(str(path)), 400) for path in paths)
    out = f" --out {one_line(shlex.quote(str(wish.out)), 400)}" if wish.out else ""
    seed = f" --seed {one_line(shlex.quote(wish.seed))}" if wish.seed != "0" else ""
    if progress.left and not wish.adjudicate:
        by = f" --rater {one_line(shlex.quote(rater))}"
        screen.say(f"next: mosseval annotate {names}{by}{out}{seed}")
    if open_ and not progress.left:
        screen.say(f"next: mosseval annotate {names} --adjudicate --rater NAME{out}{seed}")
    for path, folder in zip(paths, desk.folders, strict=True):
        labels = one_line(shlex.quote(str(folder)), 400)
        screen.say(f"next: mosseval score {one_line(shlex.quote(str(path)), 400)} --judge human --labels {labels}")
