"""What a collection begins with: its first line, which holds all that the pages and the transcript need of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args

from mosseval.types import Task
from mosseval.values import is_count, items, mapping, mend, strings

FORMAT = 1
MARK = "collection"
"""The field of the first line that holds its format."""
LONGEST_WORDS = 2000
"""Characters of one field of `About`."""


@dataclass(frozen=True, slots=True)
class About:
    """Who collects where, in the collector's own words. `shown_as` is what the site calls the model; `note` says what
    else a reader should know: language, kind of account, settings."""

    by: str = ""
    site: str = ""
    shown_as: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture as the data set calls it, with the hash, type and size of its file; `why` says what is wrong with it,
    where it is neither absent nor whole."""

    path: str
    sha256: str | None = None
    type: str | None = None
    bytes: int | None = None
    why: str = ""

    def document(self) -> dict[str, Any]:
        """As in `samples.jsonl`."""
        return {"path": self.path, "sha256": self.sha256, "type": self.type, "bytes": self.bytes}


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `fault` (code, message) is the data's own, where it makes the sample unusable."""

    id: str
    question: str
    pictures: tuple[PictureRef, ...] = ()
    fault: tuple[str, str] | None = None

    @property
    def unusable(self) -> tuple[str, str] | None:
        """Why it cannot be asked, as the code and message of a failure; None where it can."""
        if self.fault is not None:
            return self.fault
        for each in self.pictures:
            if each.why:
                return "image_invalid", f"{each.path}: {each.why}"
            if each.sha256 is None:
                return "missing_image", each.path
        return None


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line. `benchmark` is the data set's name, `named` and `data` are how a command names it and its folder;
    `roots` are the folders in which its pictures may lie."""

    benchmark: str
    model: str
    task: Task
    questions_sha256: str
    images_sha256: str
    items: tuple[Item, ...]
    named: str = ""
    data: str | None = None
    source: str = ""
    revision: str | None = None
    roots: tuple[str, ...] = ()
    about: About = field(default_factory=About)
    begun_at: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {MARK: FORMAT, **asdict(self)}


def parse(document: Mapping[str, Any]) -> Begun:
    """A first line from its JSON form. Raises ValueError saying what is wrong; a stranger may have written it."""
    if document.get(MARK) != FORMAT:
        raise ValueError(f"format {str(document.get(MARK))[:20]!r}, this version reads {FORMAT}")
    if document.get("task") not in get_args(Task):
        raise ValueError(f"its task is none of {', '.join(get_args(Task))}")
    found = tuple(_item(mapping(each)) for each in items(document.get("items")))
    if len({each.id for each in found}) < len(found):
        raise ValueError("a sample stands in it twice")
    return Begun(
        benchmark=_text(document, "benchmark"),
        model=_text(document, "model"),
        task=document["task"],
        questions_sha256=_text(document, "questions_sha256"),
        images_sha256=_text(document, "images_sha256"),
        items=found,
        named=_text(document, "named"),
        data=_text(document, "data") or None,
        source=_text(document, "source"),
        revision=_text(document, "revision") or None,
        roots=tuple(strings(document.get("roots"))),
        about=about(mapping(document.get("about"))),
        begun_at=_text(document, "begun_at"),
        versions={mend(key): mend(each) for key, each in mapping(document.get("versions")).items() if _is_text(each)},
    )


def about(document: Mapping[str, Any]) -> About:
    """The collector's words, each on one line and within its bound; what is no text is empty."""
    return About(**{each.name: " ".join(_text(document, each.name)[:LONGEST_WORDS].split()) for each in fields(About)})


def _item(document: Mapping[str, Any]) -> Item:
    identifier = _text(document, "id")
    if not identifier:
        raise ValueError("a sample has no id")
    fault = strings(document.get("fault"))
    return Item(
        identifier,
        _text(document, "question"),
        tuple(_picture(mapping(each)) for each in items(document.get("pictures"))),
        (fault[0], fault[1]) if len(fault) == 2 else None,
    )


def _picture(document: Mapping[str, Any]) -> PictureRef:
    size = document.get("bytes")
    return PictureRef(
        path=_text(document, "path"),
        sha256=_text(document, "sha256") or None,
        type=_text(document, "type") or None,
        bytes=size if is_count(size) else None,
        why=_text(document, "why"),
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return mend(value) if isinstance(value, str) else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)
