"""Answers of models that live only on a web page, collected by hand: one file for one model and one benchmark.

Append-only JSON lines. The first says what is collected: the questions, the pictures by their hashes, the folders that
they lie in. Every further one is what became of a sample, an undo, or what is known of the site; each is on the disk
before anybody is told so. What the file comes to is a transcript that `import` and the gateway's replay read.

    begun        the first line
    entries      the further lines, and what stands when all of them are read
    file         the file: begun, read, and appended to under its lock
    beginning    a benchmark's data becomes a collection, or one to go on with
    transcript   what it comes to
"""

from mosseval.collection.beginning import Wish, begin, place_of
from mosseval.collection.begun import About, Begun, Item, PictureRef
from mosseval.collection.entries import Entry, Said, Standing
from mosseval.collection.file import Collection, Overtaken
from mosseval.collection.transcript import transcript

__all__ = [
    "About",
    "Begun",
    "Collection",
    "Entry",
    "Item",
    "Overtaken",
    "PictureRef",
    "Said",
    "Standing",
    "Wish",
    "begin",
    "place_of",
    "transcript",
]
