"""Logs of inspect_ai, `.json` or `.eval` (a zip of JSON files): each sample's last completion; an epoch is a repeat.

Format: https://inspect.aisi.org.uk/eval-logs.html
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from mosseval.errors import DataError
from mosseval.transcripts import rows
from mosseval.transcripts.base import LARGEST, Recorded, Transcript, content, parsed, transcript
from mosseval.values import items, mapping

SAMPLES, HEADER = "samples/", "header.json"
OURS = "mosseval"
"""The field of a log's and of a sample's `metadata` in which an export keeps what a log has no place for."""
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
    header, samples = _zipped(file) if zipfile.is_zipfile(file) else _whole(file)
    ours = mapping(mapping(header.get("eval")).get("metadata")).get(OURS)
    if not isinstance(ours, dict):
        return transcript(file, "inspect", (_recorded(file, sample) for sample in samples))
    pending = (rows.recorded(f"{file}: a pending sample", mapping(each)) for each in items(ours.get("pending")))
    found = (_exported(file, sample) for sample in samples)
    return transcript(file, "inspect", chain(found, pending), exported=True)


def _whole(file: Path) -> tuple[Mapping[str, Any], list[Any]]:
    """The log without its samples, and these."""
    document = _json(file, content(file))
    samples = document.get("samples") if isinstance(document, dict) else None
    if not isinstance(samples, list):
        raise DataError(f"{file} is no log of inspect_ai: it holds no samples")
    return document, samples


def _zipped(file: Path) -> tuple[Mapping[str, Any], list[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            inside = [each for each in archive.infolist() if each.filename.startswith(SAMPLES)]
            if sum(each.file_size for each in inside) > LARGEST:
                raise DataError(f"{file} unpacks to more than {LARGEST >> 20} MiB", hint="split it")
            names = sorted(inside, key=lambda part: part.filename)
            samples = [_part(file, archive, each) for each in names if each.filename.endswith(".json")]
            headers = [each for each in archive.infolist() if each.filename == HEADER and each.file_size <= LARGEST]
            return mapping(_part(file, archive, headers[0])) if headers else {}, samples
    except NotImplementedError:
        raise DataError(
            f"{file} is compressed in a way that this Python does not know (newer logs use zstd)",
            hint=f"convert it: inspect log convert --to json --output-dir . {file.name}",
        ) from None
    except (zipfile.BadZipFile, EOFError) as error:
        raise DataError(f"{file} is no log of inspect_ai that can be read: {error}") from None


def _part(file: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Any:
    # No more than it said it would be: a bomb says less.
    with archive.open(part) as opened:
        return _json(file, opened.read(part.file_size))


def _json(file: Path, data: bytes) -> Any:
    try:
        return parsed(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file}: unusable JSON: {str(error)[:200]}") from None


def _exported(file: Path, sample: Any) -> Recorded:
    """A sample that `mosseval export` wrote: the answer from where a log has it, the rest from its metadata."""
    log = mapping(sample)
    raw, texts = _completion(log.get("output")), mapping(log.get("attachments"))
    kept, asked = mapping(mapping(log.get("metadata")).get(OURS)), _input(log.get("input"))
    said = {"response": _whole_text(raw, texts) or None, "question": _whole_text(asked, texts)}
    return rows.recorded(f"{file}: sample {str(log.get('id'))[:60]!r}", {**kept, **said})


def _whole_text(text: str | None, apart: Mapping[str, Any]) -> str | None:
    """As `_attached`, but an answer that only looks like such a name is what the model said."""
    found = _attached(text, apart)
    return text if found is None else found


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
