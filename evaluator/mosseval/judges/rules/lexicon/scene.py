"""Patterns of description: what the picture shows, what it lacks, what the question is about."""

from __future__ import annotations

from mosseval.judges.rules.cues import Cue
from mosseval.judges.rules.lexicon.fragments import PICTURE
from mosseval.judges.rules.scanner import Pattern

_SHOWING = (
    r"(?:shows?|depicts?|features?|captures?|displays?|contains?|portrays?|presents?|conveys?|illustrates?|"
    r"includes?|is of|has|reveals?|highlights?|represents?|evokes?|suggests?|appears? to|seems? to)"
)
_BEINGS = (
    r"(?:man|men|woman|women|person|people|boys?|girls?|child|children|kids?|baby|babies|couple|family|group|"
    r"dogs?|cats?|hands?|crowd|students?|player|musician|view|close[- ]up)"
)

SCENE: tuple[Pattern, ...] = (
    Pattern(
        "the-question-is",
        Cue.RESTATE,
        r"\b(?:the|your) (?:question|request|prompt|query) (?:is|seems|appears|may be|refers)\b|"
        r"\bas requested\b",
    ),
    Pattern(
        "picture-shows",
        Cue.PICTURE,
        rf"\b(?:the|this|your|an?) (?:[\w-]+ ){{0,3}}{PICTURE}s?(?: you \w+| provided| above|"
        rf" itself)? (?:also |only |simply |clearly |actually |instead |appears to |seems to )*{_SHOWING}\b",
    ),
    Pattern(
        "in-the-picture",
        Cue.IN_PICTURE,
        rf"\b(?:in|from|of) (?:the|this) (?:{PICTURE}|background|foreground)\b|\bthe (?:overall|"
        rf"background|foreground|surroundings?|setting|atmosphere|expression|lighting|focus of)\b",
    ),
    Pattern(
        "snapshot",
        Cue.PICTURE,
        rf"^(?:an? |the |two |three |several |some |many )?(?:[\w-]+ ){{0,3}}{_BEINGS}\b(?: [\w-]+){{0,4}}? (?:is|"
        rf"are|\w+ing|of)\b|^(?:the|this) {PICTURE} is an? ",
    ),
    Pattern(
        "thing-shows",
        Cue.DEPICT,
        rf"^(?:the|it) ?(?:[\w-]+ ){{0,3}}{_SHOWING}\b|\bis in the (?:shape|form) of\b",
    ),
    Pattern(
        "there-lies",
        Cue.DEPICT,
        r"^there(?:'s| is| are)\b|^(?:behind|beside|next to|around|above|below|beneath|inside|in front of|to (?:the|"
        r"its|his|"
        r"her) (?:left|right|side)|on (?:the|its|his|her) (?:left|right|table|wall|ground|floor|head))\b|"
        r"^(?:in|on) (?:this|the) (?:image|picture|photo)\b|^this is an? (?:\w+ ){0,2}(?:photo|photograph|picture|"
        r"image|"
        r"drawing|painting|illustration)\b|\bthe (?:sky|background|foreground|colou?rs?|lighting|light|composition|"
        r"expression|scene|plumage|fur|floor|wall|sharpness|contrast) (?:is|are|has|have|falls?|evokes?|suggests?|"
        r"makes?|of)\b|"
        r"\bit makes for an?\b",
    ),
    Pattern("seems-to-be", Cue.DEPICT, r"\b(?:appears?|seems?)(?: to (?:be|have|show|depict|capture|\w+))\b"),
    Pattern(
        "is-wearing",
        Cue.DEPICT,
        r"\b(?:is|are|has|have|was) (?:\w+ly )?(?:wearing|standing|sitting|holding|looking|smiling|playing|"
        r"dressed|seated|surrounded|lying|walking|riding|gathered|engaged|visible|scattered|displayed|"
        r"wrapped|positioned|pulled|topped|decorated|filled|painted|kneeling|placed|blurred|made of|located|"
        r"situated)\b|"
        r"\b(?:can be seen|there (?:is|are) (?:a|an|two|three|several|some|many|other|also))\b",
    ),
    Pattern(
        "picture-lacks",
        Cue.LACKS,
        rf"\b(?:this|the|your) (?:\w+ )?{PICTURE}(?: itself| provided| shown)? (?:does not|doesn't|do not|"
        rf"is not|isn't)\b",
    ),
    Pattern(
        "there-is-none",
        Cue.LACKS,
        r"\bthere(?: is|'s| are| does not| doesn't)(?: appear| seem)?(?: to be)? (?:no|not|nothing|n't|any)\b|"
        r"\bi (?:do not|don't|can't|cannot) see (?:a|an|any|anything)\b|"
        r"\bno (?:visible|indication|sign|evidence)",
    ),
)
