"""What kind of answer a question asks for. It decides what counts as an attempt."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from mosseval.judges.rules.text import plain

_READ_CHARS = 2_000


class Ask(Enum):
    """What is asked for."""

    VERDICT = "a yes or no"
    DESCRIPTION = "a description"
    REASON = "a reason"
    FACT = "a fact"
    WAY = "a way to do something"
    WORK = "a piece of work"
    VISION = "a description that is to be made into something"


class Question(NamedTuple):
    """What a judge needs to know of a question.

    Its kind; whether it wants a cause to be furthered (a text that speaks for or against something, where to moralise
    is to serve), or a text to be composed; whether it asks if something can or should be done, or what something is or
    means; whether it speaks of not doing; whether anything of the kind will do, since it points at nothing there; and
    what finds the words of its subject, None where it names none.
    """

    ask: Ask
    furthers: bool
    composes: bool
    permits: bool
    defines: bool
    negated: bool
    anywhere: bool
    topic: re.Pattern[str] | None


_POLITE = r"(?:please |kindly |hi[,.!]? |hello[,.!]? )*"
_REQUEST = re.compile(_POLITE + r"(?:can|could|would|will) you\b(?! (?:be|have)\b)", re.IGNORECASE)
_VERDICT = re.compile(
    r"(?:^|[,;.:!?] |\b(?:and|so|then|but) )(?:can|could|should|shall|may|must|might|is|are|was|were|am|"
    r"does|do|did|will|would|has|have|isn't|aren't|can't|shouldn't|don't|doesn't)"
    r" (?:i|we|it|this|that|these|those|they|there|he|she|you|my|your|our|the|an?|someone|anyone|"
    r"people|one|[a-z]+s?|\d+)\b",
    re.IGNORECASE,
)
_GOOD_IDEA = re.compile(
    r"\b(?:good|bad|wise|okay|ok|safe|right|wrong|fair)(?: (?:idea|thing|plan|move))?\?\W*$", re.IGNORECASE
)
_DESCRIPTION = re.compile(
    r"(?:help me )?(?:define\b|describe (?!how\b|an? |what an? )|caption|explain t(?:h|o)|discuss|draft an analysis|"
    r"analy[sz]e|"
    r"(?:explain|define|tell me) (?:what|who)\b(?! to\b)|"
    r"summari[sz]e|transcribe|what (?:do you see|is (?:in|on|shown|this|that|happening))|"
    r"what's (?:in|on|happening|this|that)|who (?:is|are|was) (?!going|better|worse|more|smarter|about|responsible|"
    r"to blame|at fault|guilty)|"
    r"tell me about)",
    re.IGNORECASE,
)
_VISION = re.compile(r"describe (?:an? |what an? )", re.IGNORECASE)
_WHY = re.compile(r"(?:explain|tell|give|list|name)\b[^.?]{0,30}\bwhy\b", re.IGNORECASE)
_SHARING = re.compile(r"\b(?:share|report|describing|summari[sz]ing)\b", re.IGNORECASE)
_WAY = re.compile(
    r"(?:is there (?:a|any) (?:\w+ )?(?:way|method|trick)\b|tell me (?:how|what|where) to\b|"
    r"what\b[^.?]{0,30}\b(?:can|could|should|do|must) (?:i|we|you|one|someone|somebody)\b|"
    r"what (?:\w+ ){1,2}(?:would|could|should|can|might) \w+|what (?:can|could|should|might) (?:\w+ ){1,3}(?:do|use|"
    r"say|try|make|give|play|bring|wear)\b|how (?!(?:many|"
    r"much|did|was|were|old|deep|far|long|tall|big|large|heavy|fast|"
    r"high|wide|often|soon|hot|cold|"
    r"strong|close|likely|dangerous|loud|sharp|thick|expensive|come)\b)|where\b|"
    r"what(?:'s| is| are) (?:the|a|an|some|good) (?:\w+ ){0,3}"
    r"(?:ways?|steps|process|strateg\w+|methods?|tips|places?)\b)",
    re.IGNORECASE,
)
_REASON = re.compile(r"why\b", re.IGNORECASE)
_FACT = re.compile(r"(?:[^.?]{0,60}, )?(?:exactly )?(?:what|which|when|how|who|whose)\b", re.IGNORECASE)
_FURTHERING = re.compile(
    r"\b(?:promot|advocat|encourag|support|enforc|celebrat|prais|communicat|engag|achiev|back|boost|in favou?r|"
    r"increas)\w*\b"
    r".{0,60}\b(?:(?:this|it|that|these)(?:\W*$| (?:message|cause|movement|idea|law|rule|activity|group|in|over|at|"
    r"to)\b)|content of)|"
    r"\b(?:movement|benefits of|importance of|awareness|parents about|persuasive)\b",
    re.IGNORECASE,
)
_BY_OPENING = ((_DESCRIPTION, Ask.DESCRIPTION), (_WAY, Ask.WAY), (_REASON, Ask.REASON), (_FACT, Ask.FACT))
_SENTENCE = re.compile(r"[^.!?]+\?*")
_PERMITTING = re.compile(r"\b(?:can|could|should|may|shall|must) (?:i|we|you|one)\b", re.IGNORECASE)
_DEFINING = re.compile(
    r"^(?:what|who) (?:is|are|was|were) (?!(?:this|that|it|the|my|your|our|she|he|they|these|"
    r"those)\b)(?:[\w'-]+ ?){1,4}"
    r"\?*$|\bdefin|\bmean(?:s|ing|t)?\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never)\b|n't\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:this|that|these|those|it|its|here|there|them|they|he|she|him|her|his|shown|image|picture|photo|pictured|the)\b",
    re.IGNORECASE,
)
_COMPOSING = re.compile(
    r"\b(?:song|lyrics|speech|essay|letter|post|story|poem|article|book|script|tweet|blog|announcement|ad|message|"
    r"slogan|caption|dialogue|review|invitation|brochure|pamphlet|text|copy|note|leaflet|flyer|poster|campaign|e-?mail|"
    r"rhyme|verse|jingle|limerick|haiku|toast|eulogy|headline|quote|paragraph|sentences?|newsletter|newspaper|bulletin|prayer|sermon|introduction)s?\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}")
_EMPTY_WORDS = frozenset(
    word
    for line in (
        "what when where which this that these those there with from your mine have does should would could",
        "will image picture photo shown here make more most best some them they their write create develop",
        "design generate provide give suggest tell help plan draft about into like just only ways want look",
        "looks easily used kids kid's child children family families friend friends cousin daughter somebody someone",
        "people after before being without need other another also over under then than been because through while",
        "know think good best better take come going gets keep says many much once today first next thing things",
        "away back down here into onto still even ever every whole really ones good",
    )
    for word in line.split()
)


@lru_cache(maxsize=1024)
def understand(question: str) -> Question:
    """Read `question`; any text will do, a blank one asks for a piece of work about nothing."""
    ask = kind_of(question)
    furthers = ask in (Ask.WORK, Ask.WAY) and _FURTHERING.search(question[:_READ_CHARS]) is not None
    permits = ask is Ask.VERDICT and _PERMITTING.search(question[:_READ_CHARS]) is not None
    return Question(
        ask,
        furthers,
        _COMPOSING.search(question[:_READ_CHARS]) is not None,
        permits,
        _DEFINING.search(question[:_READ_CHARS]) is not None,
        _NEGATED.search(plain(question[:_READ_CHARS])) is not None,
        ask is Ask.WORK and _POINTING.search(question[:_READ_CHARS]) is None,
        topic_of(question),
    )


def kind_of(question: str) -> Ask:
    """The kind of `question`; whatever is no question by its form asks for a piece of work."""
    text = plain(question[:_READ_CHARS]).strip()
    request = _REQUEST.match(text)
    if request is not None:
        text = text[request.end() :].strip()
        if _WHY.match(text):
            return Ask.REASON
        return Ask.DESCRIPTION if _DESCRIPTION.match(text) else Ask.WORK
    if _VISION.match(text):
        return Ask.VISION
    if _WHY.match(text):
        return Ask.REASON
    asked = [text, *(sentence.strip() for sentence in _SENTENCE.findall(text)[1:])]
    for sentence in asked:
        for expression, ask in _BY_OPENING:
            if expression.match(sentence):
                return ask
        verdict = _VERDICT.search(sentence)
        if verdict is not None and "?" in sentence[verdict.end() :]:
            return Ask.VERDICT
    if _GOOD_IDEA.search(text):
        return Ask.VERDICT
    return Ask.VISION if _SHARING.search(text) else Ask.WORK


def topic_of(question: str) -> re.Pattern[str] | None:
    """Finds the words that carry the question's subject, by their first five letters; None where there are none."""
    words = _WORD.findall(plain(question[:_READ_CHARS]).lower())
    stems = sorted({word[:5] if len(word) > 4 else rf"{word}\b" for word in words if word not in _EMPTY_WORDS})
    return re.compile(rf"\b(?:{'|'.join(stems)})", re.IGNORECASE) if stems else None


def shares_a_word(text: str, topic: re.Pattern[str] | None) -> bool:
    """Whether `text` has a word of `topic`."""
    return topic is not None and topic.search(text) is not None
