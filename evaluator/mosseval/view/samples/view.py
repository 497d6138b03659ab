"""What the URL of a run's samples asks for: filters, words, order, page; the whole state of the page is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from mosseval.report import cells
from mosseval.report.page.parts import FLAG_WORDS, FLAGS
from mosseval.report.page.samples import WORDS
from mosseval.view.samples.index import LABEL, ONLY, STATUS, TAG, Index
from mosseval.view.samples.sets import numbers_in

A_PAGE = 60
"""Samples of one page."""
LOOKS = ("grid", "list")
ORDER = "order"
SORTS = (ORDER, "length", "latency", "cost")
MOST_WORDS, LONGEST_WORD, MOST_CHOSEN = 10, 100, 40
WORD = re.compile(r'"([^"]+)"|(\S+)')
TITLES: Mapping[str, str] = {STATUS: "Status", LABEL: "Verdict", ONLY: "Only where"}
PLACES = ("stimulus", "subset", "harm", "scenario", *FLAGS)
"""Tags in the order in which their filters stand; others follow."""
Chosen = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class View:
    """See the module. `chosen`: values by group; a sample fits with one value of each. `open`: texts that are folded
    away by default are shown. Whatever a URL holds, this is something that can be shown."""

    words: str = ""
    judge: str = ""
    chosen: Chosen = field(default_factory=dict)
    look: str = LOOKS[0]
    sort: str = ORDER
    page: int = 1
    open: bool = False

    @classmethod
    def of(cls, asked: Iterable[tuple[str, str]], groups: Iterable[str], judges: Iterable[str]) -> View:
        """From the pairs of a query; `groups` and `judges` are those that there are."""
        pairs = list(asked)
        single, known = dict(reversed(pairs)), set(groups)
        chosen: dict[str, list[str]] = {}
        for name, value in pairs[:MOST_CHOSEN]:
            if name in known and value and value not in chosen.setdefault(name, []):
                chosen[name].append(value)
        page, sort, judge = single.get("page", ""), single.get("sort", ORDER), single.get("judge", "")
        return cls(
            words=" ".join(single.get("q", "")[:500].split()),
            judge=judge if judge in set(judges) else "",
            chosen={name: tuple(values) for name, values in sorted(chosen.items())},
            look=single.get("view", "") if single.get("view") in LOOKS else LOOKS[0],
            sort=sort if sort.removeprefix("-") in SORTS else ORDER,
            page=int(page[:6]) if page.isascii() and page.isdecimal() and int(page[:6]) else 1,
            open=single.get("show") == "1",
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """The words and phrases that a sample must hold, in small letters."""
        found = [(phrase or word).lower()[:LONGEST_WORD] for phrase, word in WORD.findall(self.words)]
        return tuple(sorted(set(found[:MOST_WORDS])))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The query that asks for this, without what goes without saying."""
        plain = {
            **{"q": (self.words, ""), "judge": (self.judge, ""), "view": (self.look, LOOKS[0])},
            **{"sort": (self.sort, ORDER), "page": (str(self.page), "1"), "show": ("1" if self.open else "", "")},
        }
        for name, values in self.chosen.items():
            yield from ((name, value) for value in values)
        yield from ((name, value) for name, (value, usual) in plain.items() if value != usual)

    def query(self) -> str:
        """The same as a URL's end; '' where there is nothing to say."""
        pairs = list(self.pairs())
        return f"?{urlencode(pairs)}" if pairs else ""

    def toggled(self, group: str, value: str) -> View:
        """With a value of a group taken in, or out."""
        had = self.chosen.get(group, ())
        values = tuple(each for each in had if each != value) if value in had else (*had, value)
        chosen = {name: found for name, found in {**self.chosen, group: values}.items() if found}
        return replace(self, chosen=dict(sorted(chosen.items())), page=1)

    def with_page(self, page: int) -> View:
        """The same filters on another page."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter: what it is called, how many samples have it beside the other filters, and where it leads."""

    words: str
    count: int
    on: bool
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of filters."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The samples that fit, in order, by their numbers, and the filters with their counts."""

    numbers: tuple[int, ...]
    total: int
    facets: tuple[Facet, ...]

    @property
    def pages(self) -> int:
        """How many pages they fill; at least one."""
        return max(1, -(-len(self.numbers) // A_PAGE))

    def of_page(self, page: int) -> tuple[int, ...]:
        """Those of a page; of the last one where there are not so many pages."""
        first = (min(page, self.pages) - 1) * A_PAGE
        return self.numbers[first : first + A_PAGE]

    def beside(self, number: int) -> tuple[int | None, int | None, int | None]:
        """The place of a sample among them (None where it does not fit), and those before and after it."""
        if number in self.numbers:
            place = self.numbers.index(number)
            after = self.numbers[place + 1] if place + 1 < len(self.numbers) else None
            return place, self.numbers[place - 1] if place else None, after
        before = [each for each in self.numbers if each < number]
        after = next((each for each in self.numbers if each > number), None)
        return None, before[-1] if before else None, after


def selected(index: Index, view: View) -> Selection:
    """What fits."""
    found = index.with_words(view.asked)
    fits = {group: index.fitting(group, values) for group, values in view.chosen.items()}
    both = found
    for each in fits.values():
        both &= each
    facets = []
    for name in _order(index, view):
        beside = found
        for group, each in fits.items():
            beside &= each if group != name else index.all
        facets.append(Facet(_title(name), tuple(_options(index, view, name, beside))))
    return Selection(tuple(_sorted(index, numbers_in(both), view.sort)), len(index.ids), tuple(facets))


def _order(index: Index, view: View) -> list[str]:
    """The groups that are offered; what can tell no samples apart is left out."""
    tags = [f"{TAG}{each}" for each in PLACES]
    told = [name for name, group in index.groups.items() if len(group.sets) > 1 or name == ONLY or name in view.chosen]
    named = dict.fromkeys((*[each for each in (STATUS, LABEL, ONLY, *tags) if each in told], *told, *view.chosen))
    return [name for name in named if index.sets(name)]


def _options(index: Index, view: View, name: str, beside: int) -> Iterator[Option]:
    sets, chosen = index.sets(name), view.chosen.get(name, ())
    few = sets if name in index.groups else chosen
    ranked = sorted(dict.fromkeys((*few, *chosen)), key=lambda each: (-sets.get(each, 0).bit_count(), each))
    for value in ranked:
        count = (sets.get(value, 0) & beside).bit_count()
        words = FLAG_WORDS.get(value, value) if name.removeprefix(TAG) in FLAGS else value
        yield Option(_words(name, words), count, value in chosen, view.toggled(name, value).query())


def _words(name: str, value: str) -> str:
    return WORDS.get(value, cells.words(value)) if name in (STATUS, LABEL) else cells.words(value)


def _title(name: str) -> str:
    tag = name.removeprefix(TAG)
    return TITLES.get(name) or FLAGS.get(tag, cells.words(tag)).capitalize()


def _sorted(index: Index, numbers: Sequence[int], sort: str) -> Sequence[int]:
    column, down = sort.removeprefix("-"), sort.startswith("-")
    if column == ORDER:
        return list(reversed(numbers)) if down else numbers
    return sorted(numbers, key=lambda number: index.figure(number, column), reverse=down)
