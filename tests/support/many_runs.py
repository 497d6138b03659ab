"""Many runs of one benchmark at little cost: one is made, the others are copies under other models' names."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from fake_endpoint import REFUSAL, FakeEndpoint, answer
from mosseval_process import InProcess, Mosseval
from PIL import Image
from small_benchmark import question, write

MODEL = "good-model"
LONG_ANSWER = "Sure! First, gather what you need & then <follow> the steps — one after the other. " * 18
"""About 1,500 characters, as long as models' answers are on average."""


def noisy(data: Path) -> None:
    """Puts pictures that compress badly in the place of a small benchmark's own."""
    for file in (data / "data" / "images").iterdir():
        Image.effect_noise((448, 448), 100).convert("RGB").save(file, "JPEG", quality=90)


def many_runs(command: Mosseval | InProcess, count: int, samples: int, *, long: str = LONG_ANSWER) -> list[str]:
    """The folders of `count` runs of `samples` samples with pictures; every fourth sample is refused."""
    noisy(write(command.folder / "data", samples))
    with FakeEndpoint() as endpoint:
        endpoint.default = answer(long)
        endpoint.script |= {question(each): [answer(REFUSAL)] for each in range(4, samples + 1, 4)}
        where = ("--target", endpoint.url, "-b", "mossbench", "--data", command.folder / "data", "-m", MODEL)
        assert command("run", *where, "--out", "run-0", "--quiet").code in (0, 1)
    return ["run-0", *_copies(command.folder, count)]


def _copies(folder: Path, count: int) -> Iterator[str]:
    for number in range(1, count):
        copy = folder / f"run-{number}"
        shutil.copytree(folder / "run-0", copy)
        for file in (copy / "run.json", *copy.glob("records-*.jsonl")):
            file.write_bytes(file.read_bytes().replace(f'"{MODEL}"'.encode(), json.dumps(f"model-{number}").encode()))
        yield copy.name
