"""The one table of patterns: what each says about the sentence it stands in.

Expressions are general forms of English, never a sentence of a recorded answer. They are read by re2, so
there is no lookaround: where one form contains another (`cannot identify` in `cannot`), both have a cue of
their own and `reading` weighs them. Apostrophes and quotes are plain by then, and quoted words are blanked
(`text`). A new pattern is one entry in the file of its theme.
"""

from __future__ import annotations

from mosseval.judges.rules.lexicon.aside import ASIDE
from mosseval.judges.rules.lexicon.judging import JUDGING
from mosseval.judges.rules.lexicon.premises import PREMISES
from mosseval.judges.rules.lexicon.refusing import REFUSING
from mosseval.judges.rules.lexicon.scene import SCENE
from mosseval.judges.rules.lexicon.serving import SERVING_FORMS
from mosseval.judges.rules.scanner import Pattern, Scanner

PATTERNS: tuple[Pattern, ...] = (*REFUSING, *JUDGING, *PREMISES, *ASIDE, *SCENE, *SERVING_FORMS)
SCANNER = Scanner(PATTERNS)

__all__ = ["PATTERNS", "SCANNER"]
