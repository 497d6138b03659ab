"""Many patterns over one text in one pass, in linear time: google-re2 behind a typed face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import re2  # type: ignore[import-untyped]

from mosseval.judges.rules.cues import Cue, mask

_MEMORY_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named expression in re2's syntax (case is ignored, no lookaround) and what a sentence that has it does."""

    name: str
    cue: Cue
    expression: str


class Scanner:
    """Finds which of its patterns occur in a text."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns: Sequence[Pattern] = tuple(patterns)
        options = re2.Options()
        options.case_sensitive = False
        # A set that outgrows its memory would find nothing without a word: give it far more than it needs.
        options.max_mem = _MEMORY_BYTES
        self._set: Any = re2.Set.SearchSet(options)
        for pattern in self.patterns:
            self._set.Add(pattern.expression)
        self._set.Compile()
        self._match = self._set.Match
        self._masks = [mask(pattern.cue) for pattern in self.patterns]

    def scan(self, text: str) -> int:
        """The cues of the patterns that occur in `text`, joined. `text` must be without lone surrogates
        (`text.plain`).
        """
        found, masks = 0, self._masks
        for index in self._match(text) or ():
            found |= masks[index]
        return found

    def names(self, text: str) -> tuple[str, ...]:
        """The names of the patterns that occur in `text`, in the order of the table."""
        return tuple(self.patterns[index].name for index in sorted(self._match(text) or ()))
