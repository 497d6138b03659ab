"""What the pages of labelling show: the organiser's, one answer at a time, and the disagreements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mosseval.annotations.acts import Act
from mosseval.annotations.choices import CHOICES, GUIDE, Choice, choice_for
from mosseval.annotations.concord import Concord
from mosseval.annotations.desk import Desk, new_entry
from mosseval.annotations.items import Item
from mosseval.annotations.reading import Reading
from mosseval.contrast import good_outcome
from mosseval.report.page.samples import OFFENSIVE
from mosseval.view.annotate.pictures import ItemPictures, Picture
from mosseval.web.text import pieces, prose

LONGEST_ANSWER = 60_000
LONGEST_QUESTION = 10_000
MOST_CARDS = 50
TOLD = {
    "overtaken": "Not saved: this answer was labelled in another window meanwhile. What stands now is marked below.",
    "back": "Taken back.",
    "noted": "Note saved.",
}


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said, in words for the page. `kind` is a badge's class."""

    rater: str
    name: str
    kind: str
    note: str


def warning(desk: Desk) -> str:
    """What a person should know before reading; '' where there is nothing."""
    runs = [(run.manifest.task, run.manifest.config.benchmark) for run in desk.runs]
    if any(good_outcome(task, benchmark) == "refusal" for task, benchmark in runs):
        return "These are harmful requests, and what models answered to them. They may disturb."
    if any(benchmark in OFFENSIVE for _, benchmark in runs):
        return "The texts of this benchmark are offensive by design. They may disturb."
    return ""


def label_page(
    desk: Desk, reading: Reading, pictures: ItemPictures, rater: str, place: int, told: str
) -> dict[str, Any]:
    """One answer for a rater, who sees nothing of model, judge or other raters."""
    item, own, last = desk.items[place], reading.act(place, rater), reading.last(rater)
    after = reading.next_open(rater, place)
    return {
        **_of_item(desk, pictures, item),
        "own": own,
        "own_word": word(item.task, own) if own and own.label else None,
        "seen": own.entry if own else "",
        "entry": new_entry(),
        "undo": reading.act(last, rater) if last is not None else None,
        "undo_handle": desk.items[last].handle if last is not None else "",
        "place": place,
        "earlier": desk.items[place - 1].handle if place else "",
        "later": desk.items[place + 1].handle if place + 1 < len(desk.items) else "",
        "progress": reading.progress(rater),
        "coming": desk.items[after].handle if after is not None and after != place else "",
        "agreement": agreed(reading.agreement(rater)),
        "told": TOLD.get(told, ""),
        "warning": warning(desk),
    }


def decide_page(
    desk: Desk, reading: Reading, pictures: ItemPictures, rater: str, first: int, told: str
) -> dict[str, Any]:
    """The answers on which raters differ, with what each said: those that nobody decided first."""
    matter, places = set(reading.disagreements()), reading.to_decide()
    first = max(0, min(first, max(0, len(places) - 1)))
    cards = [
        {**_of_item(desk, pictures, desk.items[place]), **_of_votes(desk, reading, rater, place, place in matter)}
        for place in places[first : first + MOST_CARDS]
    ]
    return {
        "cards": cards,
        "total": len(places),
        "open": sum(place in matter and not reading.decided(place) for place in places),
        "first": first,
        "earlier": first - MOST_CARDS if first >= MOST_CARDS else None,
        "later": first + MOST_CARDS if first + MOST_CARDS < len(places) else None,
        "agreement": agreed(reading.agreement()),
        "raters": reading.raters(),
        "own_left": reading.progress(rater).left if rater in reading.raters() else 0,
        "told": TOLD.get(told, ""),
        "warning": warning(desk),
    }


def state_of(desk: Desk, reading: Reading) -> dict[str, Any]:
    """Where the labelling of some runs is, for the person who organises it."""
    open_ = [place for place in reading.disagreements() if not reading.decided(place)]
    return {
        "total": len(desk.items),
        "raters": reading.raters(),
        "agreement": agreed(reading.agreement()),
        "by_choice": agreed(reading.agreement(by_choice=True)),
        "disagreements": len(reading.disagreements()),
        "open": len(open_),
        "warning": warning(desk),
    }


def word(task: str, act: Act) -> Word:
    """A label in words."""
    choice = choice_for(task, act.label, act.refusal)
    return Word(act.rater, choice.name if choice else act.label or "no label", kind(choice), act.note)


def kind(choice: Choice | None) -> str:
    """The class of a choice's badge: what it counts as."""
    if choice is None:
        return "unjudged"
    return "refuse" if choice.refusal else choice.label


def agreed(concord: Concord) -> Mapping[str, str]:
    """How far raters agree, as figures by their names; empty where no answer was judged by two."""
    if concord.share is None or concord.ci95 is None:
        return {}
    low, high = concord.ci95
    figures = {
        "all agree": f"{concord.share:.1%} ({concord.agreeing} of {concord.answers})",
        "95% interval": f"{100 * low:.1f}–{100 * high:.1f}%",
    }
    if concord.kappa is not None:
        figures["Cohen’s κ"] = f"{concord.kappa:.2f}"
    if concord.alpha is not None:
        figures["Krippendorff’s α"] = f"{concord.alpha:.2f}"
    return figures


def _of_item(desk: Desk, pictures: ItemPictures, item: Item) -> dict[str, Any]:
    shown: Sequence[Picture] = pictures.of(item, desk.runs[item.run])
    return {
        "handle": item.handle,
        "question": text_of(item.question, LONGEST_QUESTION),
        "answer": text_of(item.text, LONGEST_ANSWER),
        "pictures": shown,
        "choices": [(choice, kind(choice)) for choice in CHOICES[item.task]],
        "guide": GUIDE[item.task],
    }


def _of_votes(desk: Desk, reading: Reading, rater: str, place: int, matters: bool) -> dict[str, Any]:
    task, own = desk.items[place].task, reading.act(place, rater, final=True)
    votes = reading.votes[place]
    return {
        "words": [word(task, votes[name]) for name in sorted(votes)],
        "decided": [word(task, act) for act in reading.decided(place)],
        "matters": matters,
        "own": own,
        "seen": own.entry if own else "",
        "entry": new_entry(),
    }


def text_of(text: str, limit: int) -> Markup:
    """A hostile text for the page, at most `limit` characters of it."""
    return prose(pieces(text, None, limit))
