"""Logs of inspect_ai, `.json` or `.eval` (a zip of JSON files): each sample's last completion; an epoch is a repeat.

Format: https://inspect.aisi.org.uk/eval-logs.html
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mosseval.errors import DataError
from mosseval.transcripts.base import LARGEST, Recorded, Transcript, content, transcript

SAMPLES = "samples/"
ATTACHED = "attachment://"
START = 64 * 1024
"""Within so many bytes of a log its parts begin to show."""


def looks_like(file: Path) -> bool:
    """Whether a `.json` file is such a log, by how it begins."""
    try:
        with file.open("rb") as opened:
            start = opened.read(START)
    except OSError:
        return False
    return b'"eval"' in start and b'"version"' in start


def read(file: Path) -> Transcript:
    """The answers of one log. Raises DataError."""
    samples = list(_zipped(file) if zipfile.is_zipfile(file) else _whole(file))
    return transcript(file, "inspect", [_recorded(file, sample) for sample in samples])


def _whole(file: Path) -> Iterator[Any]:
    document = _json(file, content(file))
    samples = document.get("samples") if isinstance(document, dict) else None
    if not isinstance(samples, list):
        raise DataError(f"{file} is no log of inspect_ai: it holds no samples")
    yield from samples


def _zipped(file: Path) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            inside = [each for each in archive.infolist() if each.filename.startswith(SAMPLES)]
            if sum(each.file_size for each in inside) > LARGEST:
                raise DataError(f"{file} unpacks to more than {LARGEST >> 20} MiB", hint="split it")
            for each in sorted(inside, key=lambda part: part.filename):
                if each.filename.endswith(".json"):
                    # No more than it said it would be: a bomb says less.
                    with archive.open(each) as opened:
                        yield _json(file, opened.read(each.file_size))
    except NotImplementedError:
        raise DataError(
            f"{file} is compressed in a way that this Python does not know (newer logs use zstd)",
            hint=f"convert it: inspect log convert --to json --output-dir . {file.name}",
        ) from None
    except (zipfile.BadZipFile, EOFError) as error:
        raise DataError(f"{file} is no log of inspect_ai that can be read: {error}") from None


def _json(file: Path, data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file}: unusable JSON: {str(error)[:200]}") from None


def _recorded(file: Path, sample: Any) -> Recorded:
    if not isinstance(sample, Mapping) or not isinstance(sample.get("id"), str | int):
        raise DataError(f"{file}: a sample without an id")
    identifier, epoch = str(sample["id"]), sample.get("epoch", 1)
    if not isinstance(epoch, int) or epoch < 1:
        raise DataError(f"{file}: sample {identifier[:60]!r}: its epoch is no number from 1")
    error = sample.get("error")
    said = str(error.get("message", "error"))[:500] if isinstance(error, Mapping) else None
    apart = sample.get("attachments")
    texts = apart if isinstance(apart, Mapping) else {}
    raw = _completion(sample.get("output"))
    answer = _attached(raw, texts)
    if answer is None and raw is not None:
        said = "the log lacks the answer's text"
    return Recorded(identifier, answer, epoch - 1, _attached(_input(sample.get("input")), texts), said)


def _attached(text: str | None, apart: Mapping[str, Any]) -> str | None:
    """A long text stands beside the sample, under the name that stands in its place; None where it does not."""
    if text is None or not text.startswith(ATTACHED):
        return text
    found = apart.get(text.removeprefix(ATTACHED))
    return found if isinstance(found, str) else None


def _completion(output: Any) -> str | None:
    choices = output.get("choices") if isinstance(output, Mapping) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return None
    message = choices[0].get("message")
    return _words(message.get("content")) if isinstance(message, Mapping) else None


def _input(given: Any) -> str | None:
    if isinstance(given, str):
        return given
    messages = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    asked = [_words(each.get("content")) for each in messages if each.get("role") == "user"]
    return asked[-1] if asked else None


def _words(said: Any) -> str | None:
    """A message's content: text, or parts of which the texts count."""
    if isinstance(said, str):
        return said
    parts = [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
    texts = [each["text"] for each in parts if each.get("type") == "text" and isinstance(each.get("text"), str)]
    return "\n".join(texts) if texts else None
