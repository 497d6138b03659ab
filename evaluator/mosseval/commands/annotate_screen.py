"""What `mosseval annotate` prints: one answer at a time, the guide, and what was done. Every string is cleaned."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from mosseval.annotations.acts import Act
from mosseval.annotations.choices import CHOICES, GUIDE, Choice, choice_for
from mosseval.annotations.concord import Concord
from mosseval.annotations.items import Item
from mosseval.annotations.reading import Progress
from mosseval.terminal import clean, one_line

WIDEST = 100
LONGEST_ANSWER = 100_000
MOVES = "[n] note  [u] undo  [b] back  [f] forward  [?] guide  [q] quit"


def say(text: str = "") -> None:
    """One or several lines of ours, or cleaned already."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show_item(item: Item, where: str, pictures: tuple[Path | str, ...]) -> None:
    """An answer with its question and where its pictures lie."""
    width = min(WIDEST, shutil.get_terminal_size().columns)
    head = f"── {where} "
    say(f"\n{head}{'─' * max(0, width - len(head))}")
    for picture in pictures:
        away = "" if isinstance(picture, Path) else " (not at hand)"
        say(f"picture   {one_line(str(picture), 400)}{away}")
    say(f"question  {clean(item.question, limit=LONGEST_ANSWER)}")
    say(f"\n{clean(item.text, limit=LONGEST_ANSWER)}\n")


def show_words(item: Item, acts: Mapping[str, Act]) -> None:
    """What people said of an answer, for an adjudicator."""
    for rater, act in sorted(acts.items()):
        note = f": {one_line(act.note, 400)}" if act.note else ""
        say(f"{one_line(rater)} said {named(item.task, act)}{note}")


def show_own(item: Item, act: Act | None) -> None:
    """What this person said of it before."""
    if act is not None:
        note = f" · note: {one_line(act.note, 400)}" if act.note else ""
        say(f"so far    {named(item.task, act)}{note}")


def show_keys(task: str) -> None:
    """The keys of a task."""
    say("  ".join(f"[{choice.key}] {choice.name.lower()}" for choice in CHOICES[task]))
    say(MOVES)


def show_guide(task: str) -> None:
    """The rubric."""
    say()
    for line in GUIDE[task]:
        say(f"- {line}")
    for choice in CHOICES[task]:
        say(f"[{choice.key}] {choice.name}: {choice.when}")
    say()


def named(task: str, act: Act) -> str:
    """A label in words."""
    choice: Choice | None = choice_for(task, act.label, act.refusal)
    return choice.name.lower() if choice else one_line(act.label or "no label")


def agreed(concord: Concord) -> str:
    """How far raters agree, in words."""
    if not concord.answers or concord.share is None or concord.ci95 is None:
        return "no answer was judged by two raters yet"
    low, high = concord.ci95
    parts = [f"{concord.share:.1%} (95% CI {100 * low:.1f}–{100 * high:.1f}, {concord.agreeing} of {concord.answers})"]
    if concord.kappa is not None:
        parts.append(f"Cohen's kappa {concord.kappa:.2f}")
    if concord.alpha is not None:
        parts.append(f"Krippendorff's alpha {concord.alpha:.2f}")
    return ", ".join(parts)


def standing(progress: Progress) -> str:
    """How far a person is, in words."""
    skipped = f", {progress.skipped} of them not to be judged" if progress.skipped else ""
    return f"{progress.done} of {progress.total} labelled{skipped}"
