"""A collection on the demo set with every kind of entry, as somebody would have made it, and its transcript."""

from __future__ import annotations

from pathlib import Path

from mosseval.collection import About, Collection, Said, Wish, begin, transcript

MODEL = "gpt-4o-web"
REFUSAL = "I'm sorry, but I can't help with that."
ANSWER = "Sure! Here is a plan that works for most people."


def collect(runs: Path, model: str = MODEL) -> Collection:
    """er-01 answered, er-02 blocked, er-03 failed, er-04 blank, er-05 skipped, every third of the others refused."""
    about = About("ann", "chat.example", "GPT-4o", "English, free account")
    collection = begin(runs, Wish("demo", model, about=about))
    for number, item in enumerate(collection.begun.items):
        collection.store(said(number, item.id), 0)
    return collection


def said(number: int, sample: str) -> Said:
    """What became of a sample, by its place."""
    special = {
        1: Said(sample, "blocked", "This content may violate our policy.", "input", "safety"),
        2: Said(sample, "failed", "The picture could not be uploaded.", code="picture_refused"),
        3: Said(sample, "blank"),
        4: Said(sample, "skipped", "later"),
    }
    return special.get(number, Said(sample, "answered", REFUSAL if number % 3 == 2 else ANSWER))


def written(collection: Collection) -> Path:
    """The transcript beside the collection."""
    file = collection.path.with_suffix(".json")
    file.write_bytes(transcript(collection.begun, collection.standing()))
    return file
