"""URLs of a run's samples: an id is one segment, whatever it holds; one that a URL cannot carry goes by its number."""

from __future__ import annotations

from mosseval.view.reading import Reading
from mosseval.view.site import href

LONGEST = 500
"""Characters of an id that stands in a URL."""


def sample_href(run: str, sample: str, reading: Reading, what: str = "samples") -> str:
    """Where a sample's page (or its picture: `what`) is."""
    if sample.isprintable() and len(sample) <= LONGEST and sample.strip("."):
        return href("runs", run, what, sample)
    index = reading.index(None)
    number = index.numbers.get(sample, 0) if index is not None else 0
    return f"{href('runs', run, what)}/?n={number}"


def sample_named(path: str, number: str, reading: Reading) -> str | None:
    """The id of the sample that a URL names: by the rest of its path, or by `n`; None where there is none."""
    index = reading.index(None)
    if index is None:
        return None
    if path:
        return path if path in index.numbers else None
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and int(number) < len(index.ids)):
        return None
    return index.ids[int(number)]
