"""What became of the samples, line by line, and what stands when all lines are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from mosseval.collection.begun import About, about
from mosseval.errors import UsageError
from mosseval.types import Block, Failure
from mosseval.values import is_count, mapping, mend, strings

Kind = Literal["answered", "blank", "blocked", "failed", "skipped"]
Where = Literal["input", "output", "model"]
Category = Literal["safety", "recitation", "other", "unknown"]
Code = Literal["picture_refused", "site_error", "no_answer"]
"""What went wrong on the site: it would not take the picture, it showed an error, or nothing came."""
LONGEST_TEXT = 1_000_000
"""Characters of one answer."""
LONGEST_NONCE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What a collector says of one sample.

    `text` is the answer (`answered`), or the words that the site showed (`blocked`, `failed`), or a remark
    (`skipped`). `where` and `category` are a block's, `code` a failure's. `nonce` names this one attempt to store it,
    so that trying again after a lost connection stores nothing twice.
    """

    sample: str
    kind: Kind
    text: str = ""
    where: Where = "output"
    category: Category = "unknown"
    code: Code = "no_answer"
    nonce: str = ""

    def checked(self) -> Said:
        """Itself, its text as it can be written. Raises UsageError where it cannot be meant so."""
        text = mend(self.text)
        if len(text) > LONGEST_TEXT:
            raise UsageError(f"the text has {len(text)} characters; at most {LONGEST_TEXT} are stored")
        if self.kind == "answered" and not text.strip():
            raise UsageError(
                "nothing is pasted", hint="paste the answer, or say that it came back blank, was blocked or failed"
            )
        if self.kind == "blank" and text.strip():
            raise UsageError("a blank answer has no text", hint="empty the field, or save the text as the answer")
        nonce = mend(self.nonce)[:LONGEST_NONCE]
        return Said(self.sample, self.kind, text, self.where, self.category, self.code, nonce)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what was said, as number `number` of the file, when (ISO 8601, UTC), and what the site was then."""

    number: int
    at: str
    said: Said
    about: About = field(default_factory=About)

    @property
    def block(self) -> Block | None:
        """The site's block, in contract 1's words."""
        said = self.said
        reason = said.text.strip() or None
        return Block(said.where, said.category, None, reason) if said.kind == "blocked" else None

    @property
    def failure(self) -> Failure | None:
        """Why there is no answer."""
        said = self.said
        return Failure(said.code, said.text.strip(), attempts=0) if said.kind == "failed" else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a collection says now: the entry that stands for each sample, in the order in which they were stored.

    `last` is the number of the file's last line that could be read, `lines` how many there were.
    """

    entries: Mapping[str, Entry]
    about: About
    roots: tuple[str, ...]
    last: int = 0

    def of(self, sample: str) -> Entry | None:
        """What stands for a sample."""
        return self.entries.get(sample)

    @property
    def latest(self) -> Entry | None:
        """The entry that was stored last, of those that stand."""
        return max(self.entries.values(), key=lambda entry: entry.number, default=None)


def said_line(number: int, at: str, said: Said) -> dict[str, Any]:
    """The line of an entry; a block's and a failure's own fields stand in theirs alone."""
    return {
        "n": number,
        "at": at,
        "sample": said.sample,
        "kind": said.kind,
        "text": said.text,
        **({"where": said.where, "category": said.category} if said.kind == "blocked" else {}),
        **({"code": said.code} if said.kind == "failed" else {}),
        "nonce": said.nonce,
    }


def parse_said(document: Mapping[str, Any]) -> Said | None:
    """What an object says of a sample; None where it says nothing that can be meant."""
    sample, kind, text = document.get("sample"), document.get("kind"), document.get("text")
    if not isinstance(sample, str) or kind not in get_args(Kind) or not isinstance(text, str):
        return None
    where, category, code = document.get("where"), document.get("category"), document.get("code")
    nonce = document.get("nonce")
    return Said(
        sample,
        cast(Kind, kind),
        mend(text),
        cast(Where, where) if where in get_args(Where) else "output",
        cast(Category, category) if category in get_args(Category) else "unknown",
        cast(Code, code) if code in get_args(Code) else "no_answer",
        mend(nonce) if isinstance(nonce, str) else "",
    )


def standing(lines: Iterable[Mapping[str, Any]], first: About, roots: tuple[str, ...]) -> Standing:
    """What the lines after the first come to; a line that says nothing (torn, foreign) is passed over.

    An undo takes back the entry that it names, wherever it stands: what it had replaced stands again.
    """
    told, last = first, 0
    stacks: dict[str, list[Entry]] = {}
    for line in lines:
        number, at = line.get("n"), line.get("at")
        if not isinstance(number, int) or not is_count(number):
            continue
        last = max(last, number)
        said = parse_said(line)
        if said is not None:
            stacks.setdefault(said.sample, []).append(Entry(number, at if isinstance(at, str) else "", said, told))
        elif is_count(line.get("undo")):
            _take_back(stacks, line["undo"])
        elif isinstance(line.get("about"), dict):
            told = about(mapping(line["about"]))
        elif isinstance(line.get("roots"), list):
            roots = tuple(strings(line["roots"]))
    return Standing({sample: stack[-1] for sample, stack in stacks.items() if stack}, told, roots, last)


def _take_back(stacks: Mapping[str, list[Entry]], number: int) -> None:
    for stack in stacks.values():
        stack[:] = [entry for entry in stack if entry.number != number]
