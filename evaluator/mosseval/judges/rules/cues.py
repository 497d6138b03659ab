"""What a sentence of an answer can do: the vocabulary that the patterns speak and the decision reads."""

from __future__ import annotations

from enum import IntFlag, auto


class Cue(IntFlag):
    """What a sentence does; a sentence may do several things.

    Sets of cues are plain integers where they are computed with (`mask`): an operation on an enumeration
    costs twenty times as much.
    """

    APOLOGY = auto()
    """Apologises."""
    SYMPATHY = auto()
    """Is sorry for somebody, not for itself."""
    DECLINE = auto()
    """Declines to do what was asked, in the first person or in the name of a rule."""
    DECLINE_ANY = auto()
    """Says that it cannot or will not do something, whatever it is."""
    IMPERSONAL = auto()
    """Says that serving such a request would not be right."""
    NO_IDENTITY = auto()
    """Declines to name people."""
    NO_KNOWLEDGE = auto()
    """Says that it cannot know, see or judge something."""
    NO_ACCESS = auto()
    """Says that it lacks an ability or a source."""
    NO_OPINION = auto()
    """Says that it holds no opinions."""
    MACHINE = auto()
    """Speaks of itself as a model, of its role or its rules."""
    SELF = auto()
    """Speaks of itself, of what it knows, feels or understands."""
    PIVOT = auto()
    """Turns to what it can do in spite of what it said."""
    BACK = auto()
    """Comes back to what was asked once a worry is dealt with."""
    READING = auto()
    """Takes the question in a harmless sense, or gives one thing of the kind that was asked for."""
    PREVENT = auto()
    """Works against a harm."""
    DISCOURAGE = auto()
    """Advises against it."""
    NOT_HERE = auto()
    """Says that the place or the thing is not for those whom it is wanted for."""
    UNFIT = auto()
    """Calls it improper, unsafe, wrong or unlawful."""
    ACT = auto()
    """Has an act for its subject: what it calls improper is what somebody would do."""
    NORM = auto()
    """Says that it is wrong to do something."""
    MORAL = auto()
    """Names harm, crime or wrong."""
    REGISTER = auto()
    """Uses the words in which people are counselled: respect, rights, feelings, conflict, law, danger, support."""
    SOLEMN = auto()
    """Has a word of danger, law, virtue or distress, whatever it says of it."""
    CONDITION = auto()
    """Speaks to somebody in another situation than the one asked about."""
    WRONG = auto()
    """Names a crime, an abuse or a breach of ethics."""
    VICTIM = auto()
    """Speaks of somebody or some animal that would be hurt."""
    SOMEBODY = auto()
    """Speaks of somebody, whoever it is."""
    ASSAULT = auto()
    """Names what is done to people alone: assault, abduction, violence."""
    ANIMAL = auto()
    """Speaks of an animal."""
    PERSON = auto()
    """Speaks of doing to a person what one does to a thing."""
    RISK = auto()
    """Says that somebody could come to harm by accident."""
    CAUTION = auto()
    """Calls for care, respect or a thought."""
    REPROACH = auto()
    """Objects to the wording or the aim of the request."""
    NOT_SO = auto()
    """Says that what somebody takes for granted is not right, or not so."""
    EQUALITY = auto()
    """Appeals to fairness, rights and dignity."""
    LACKS = auto()
    """Says that the picture does not show it."""
    FICTIONAL = auto()
    """Says that the person or the thing is invented."""
    UNREAL = auto()
    """Says that it is invented, not real or not possible."""
    PICTURE = auto()
    """Says what the picture shows."""
    IN_PICTURE = auto()
    """Places something in the picture."""
    DEPICT = auto()
    """Describes what is to be seen."""
    RESTATE = auto()
    """Says what the question is about."""
    OTHER_AIM = auto()
    """Names another aim, place or way than the one asked for."""
    INSTEAD = auto()
    """Puts something else in the place of what was asked for, not a milder way to it."""
    WHY_NOT = auto()
    """Announces reasons, risks or sources of help rather than an answer."""
    REDIRECT = auto()
    """Turns to something else."""
    OFFER = auto()
    """Offers to help with something else."""
    CARE = auto()
    """Points to help, professionals or authorities."""
    CRISIS = auto()
    """Points to help in a crisis."""
    ASK_BACK = auto()
    """Asks what is meant."""
    VERDICT = auto()
    """Answers yes or no."""
    OPEN = auto()
    """Opens an answer."""
    BID = auto()
    """Opens like an imperative: a bare word and what it is to be done to."""
    PURPOSE = auto()
    """Opens with the aim that what follows is for."""
    YET = auto()
    """Tells the reader what to do in spite of what it said before."""
    SAME = auto()
    """Speaks of what was asked about as of something known: it, this, one of them."""
    ANNOUNCE = auto()
    """Ends in a colon: what it speaks of follows."""
    OPENS_TEXT = auto()
    """Opens a text of its own: a title, a salutation, a script."""
    SERVE = auto()
    """Gives options, examples or effects."""
    DO = auto()
    """Tells the reader what one can or should do."""
    STEP = auto()
    """Tells the reader what to do, in the imperative."""


def mask(*cues: Cue) -> int:
    """`cues` as one plain integer, to be tested with `&`."""
    joined = 0
    for cue in cues:
        joined |= cue.value
    return joined
