"""Recorded answers on disk, read whole at the start: published transcripts, and our own run folders (contract 2).

Transcripts are `NAME.json`, `{ID: {"response": text or null}}`, or MOSSBench's `NAME/data.js`, which assigns such an
object; they know samples by id alone, and ids stand for other questions in the contrast set, so a transcript answers
for the benchmark `mossbench` and no other. One that was collected by hand says for which it answers, and of each sample
its status: `{"collected": {"benchmark", "model"}, "responses": {ID: {"response", "status", "block", "error"}}}`. Run
folders hold `run.json` and `records-SHARD.jsonl`; there a sample is found by benchmark and id.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast, get_args

import orjson

from mosseval_proxy.catalogue.entries import MODEL_ID
from mosseval_proxy.errors import ConfigError
from mosseval_proxy.outcomes import said, text
from mosseval_proxy.records import Answer, Block, Category, Where

MAX_BYTES = 512 * 1024 * 1024
"""Of all recorded files together: they are held in memory."""
MAX_ENTRIES = 10_000
MAX_NAME = 256
MANIFEST = "run.json"
RUN_FORMAT = 1
"""The `format` of `run.json` that is read here."""
SCRIPT = "data.js"
COLLECTED = "collected"
"""The field in which a transcript that was collected by hand says of what model and on which benchmark."""
TRANSCRIPTS_OF = "mossbench"
"""The benchmark whose published transcripts have that layout."""
ASSIGNMENT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w$.]+\s*=")
KEPT_ASIDE = re.compile(r"\.old-\d+$")
"""What `mosseval run --fresh` calls the run that it replaces."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A sample that was asked and got no answer; `why` says what the record holds in its place."""

    why: str


Recorded = Answer | Unanswered


@dataclass(frozen=True, slots=True)
class Recording:
    """What one file or run folder holds of one model on one benchmark; `samples` by id."""

    model: str
    source: str
    samples: Mapping[str, Recorded]
    benchmark: str
    simulated: bool = False

    def find(self, sample: str) -> Recorded | None:
        """What is recorded for `BENCHMARK/ID`, None if nothing is."""
        prefix = f"{self.benchmark}/"
        return self.samples.get(sample.removeprefix(prefix)) if sample.startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class Recordings:
    """Every recording of a folder by model. `sha256` covers models, samples and answers, not where they lie."""

    by_model: Mapping[str, tuple[Recording, ...]]
    sha256: str


def read_recordings(folder: Path) -> Recordings:
    """Reads a folder of transcripts and run folders, or one run folder.

    Raises ConfigError naming the file and what to do about it, without quoting an answer.
    """
    try:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: is no folder; --replay takes one with transcripts or run folders in it")
        places = _places(folder.resolve())
        _check_size(folder, places)
        found = [_run(place) if place.is_dir() else _transcript(place) for place in places]
    except OSError as error:
        raise ConfigError(f"{error.filename or folder}: cannot be read: {error.strerror}") from None
    if not found:
        raise ConfigError(
            f"{folder}: nothing to replay; it should hold transcripts (NAME.json, NAME/{SCRIPT}) or run folders"
        )
    grouped = _by_model(found)
    return Recordings(grouped, _sha256(grouped))


def _places(folder: Path) -> list[Path]:
    """Transcripts (files) and run folders, by name. What is neither is passed over."""
    alone = folder / SCRIPT
    if (folder / MANIFEST).is_file() or alone.is_file():
        return [alone if alone.is_file() else folder]
    children = list(islice(folder.iterdir(), MAX_ENTRIES + 1))
    if len(children) > MAX_ENTRIES:
        raise ConfigError(f"{folder}: over {MAX_ENTRIES} entries; name the folder that holds the recordings alone")
    found = []
    for child in sorted(children):
        if child.name.startswith(".") or KEPT_ASIDE.search(child.name):
            continue
        if child.is_file():
            found += [child] if child.suffix == ".json" else []
        elif (child / MANIFEST).is_file():
            found.append(child)
        elif (child / SCRIPT).is_file():
            found.append(child / SCRIPT)
    return found


def _check_size(folder: Path, places: Iterable[Path]) -> None:
    files = [file for place in places for file in (_run_files(place) if place.is_dir() else [place])]
    if sum(file.stat().st_size for file in files) > MAX_BYTES:
        raise ConfigError(f"{folder}: over {MAX_BYTES} bytes of recordings; name a folder that holds fewer of them")


def _run_files(folder: Path) -> list[Path]:
    return [folder / MANIFEST, *sorted(folder.glob("records-*.jsonl"))]


def _transcript(file: Path) -> Recording:
    name = file.parent.name if file.name == SCRIPT else file.stem
    source = f"{name}/{SCRIPT}" if file.name == SCRIPT else file.name
    document = _document(file)
    told = document.get(COLLECTED)
    if isinstance(told, dict) and isinstance(document.get("responses"), dict):
        return _collected(file, source, told, document["responses"])
    samples = {text(pid) or "": _response(file, pid, entry) for pid, entry in document.items()}
    return Recording(_model_id(name, file), source, samples, TRANSCRIPTS_OF)


def _collected(file: Path, source: str, told: Mapping[str, Any], responses: Mapping[str, Any]) -> Recording:
    """A transcript that was collected by hand: each response is a record's outcome, its answer in `response`."""
    model, benchmark = text(told.get("model")), text(told.get("benchmark"))
    if not model or not benchmark:
        raise _no_transcript(file, f'"{COLLECTED}" names no model or no benchmark')
    samples: dict[str, Recorded] = {}
    for pid, entry in responses.items():
        answer = _response(file, pid, entry).text
        found = _recorded({**entry, "text": answer})
        if found is None or (answer and answer.strip() and entry["status"] not in ("answered", "blocked")):
            raise _no_transcript(file, f"sample {pid[:60]!r} holds no status that its response can have")
        samples[text(pid) or ""] = found
    return Recording(_model_id(model, file), source, samples, benchmark)


def _response(file: Path, pid: str, entry: Any) -> Answer:
    response = entry.get("response", entry) if isinstance(entry, dict) else entry
    if not isinstance(entry, dict) or not (response is None or isinstance(response, str)):
        raise _no_transcript(file, f'sample {pid[:60]!r} holds no "response" that is text or null')
    return Answer(text(response))


def _run(folder: Path) -> Recording:
    manifest, *shards = _run_files(folder)
    document = _document(manifest)
    config = document.get("config")
    model, benchmark = (config.get(name) if isinstance(config, dict) else None for name in ("model", "benchmark"))
    if document.get("format") != RUN_FORMAT or not isinstance(model, str) or not isinstance(benchmark, str):
        raise ConfigError(f"{manifest}: is no run of this version; move its folder away")
    samples: dict[str, Recorded] = {}
    for shard in shards:
        samples.update(_records(shard, model, benchmark))
    simulated = document.get("simulated") is True
    return Recording(_model_id(model, manifest), folder.name, samples, benchmark, simulated)


def _records(file: Path, model: str, benchmark: str) -> Iterator[tuple[str, Recorded]]:
    """Sample id and outcome of each record of repeat 0, in the order written; what is no record is passed over."""
    with file.open("rb") as lines:
        for line in lines:
            record = _line(line)
            sample = text(record.get("sample_id"))
            if (record.get("model"), record.get("benchmark"), record.get("repeat")) != (model, benchmark, 0):
                continue
            recorded = _recorded(record)
            if sample is not None and recorded is not None:
                yield sample, recorded


def _line(line: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _recorded(record: Mapping[str, Any]) -> Recorded | None:
    """The outcome that a record's status stands for, None where the record is none."""
    words, status, block = text(record.get("text")), record.get("status"), record.get("block")
    if status in ("error", "missing_image"):
        error = record.get("error")
        code = text(error.get("code")) if isinstance(error, dict) else None
        return Unanswered(f"{status}: {code[:60]}" if code else str(status))
    reasoning, served = text(record.get("reasoning")), text(record.get("served_model"))
    if status == "blocked" and isinstance(block, dict):
        found = _block(block)
        refusal = text(record.get("refusal")) or said(found)
        return Answer(words, "content_filter", reasoning, refusal, found, served_model=served)
    if status == "empty" or (status == "answered" and words is not None):
        # The token limit is why some blanks are blank; any other reason is a stop once the answer is whole.
        finish = "length" if record.get("finish_reason") == "length" else "stop"
        return Answer(words, finish, reasoning, served_model=served)
    return None


def _block(block: Mapping[str, Any]) -> Block:
    where, category = block.get("where"), block.get("category")
    return Block(
        where=cast(Where, where) if where in get_args(Where) else "output",
        category=cast(Category, category) if category in get_args(Category) else "unknown",
        provider=text(block.get("provider")),
        reason=text(block.get("reason")),
    )


def _document(file: Path) -> dict[str, Any]:
    """The JSON object of a file; of a script, the one that it assigns."""
    try:
        content = file.read_bytes().decode("utf-8-sig")
        if file.name == SCRIPT:
            content = ASSIGNMENT.sub("", content, count=1) if ASSIGNMENT.match(content) else content
            content = content.rstrip().removesuffix(";")
        document = json.loads(content, object_pairs_hook=_without_doubles)
    except UnicodeDecodeError:
        raise _no_transcript(file, "not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _no_transcript(file, f"not valid JSON: line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise _no_transcript(file, str(error)[:200]) from None
    if not isinstance(document, dict):
        raise _no_transcript(file, "not a JSON object")
    return document


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, unless a name stands in it twice: which of two answers was meant cannot be known."""
    document: dict[str, Any] = {}
    for name, value in pairs:
        if name in document:
            raise ValueError(f"{name[:60]!r} stands twice")
        document[name] = value
    return document


def _no_transcript(file: Path, why: str) -> ConfigError:
    form = "run.json of a run" if file.name == MANIFEST else 'transcript {"ID": {"response": text or null}}'
    return ConfigError(f"{file}: {why}; this should be a {form}: mend it, or move it out of the folder")


def _model_id(name: str, file: Path) -> str:
    if MODEL_ID.fullmatch(name) is None or ".." in name or len(name) > MAX_NAME:
        raise ConfigError(f"{file}: {name[:60]!r} is no model id (letters, digits and ._:@+- only); rename it")
    return name


def _by_model(found: Iterable[Recording]) -> dict[str, tuple[Recording, ...]]:
    grouped: dict[str, tuple[Recording, ...]] = {}
    for recording in found:
        others = grouped.get(recording.model, ())
        for other in others:
            if recording.benchmark == other.benchmark:
                raise ConfigError(
                    f"{recording.model} is recorded twice: {other.source} and {recording.source}; move one of them away"
                )
        grouped[recording.model] = (*others, recording)
    return grouped


def _sha256(grouped: Mapping[str, tuple[Recording, ...]]) -> str:
    digest = hashlib.sha256()
    ordered = sorted((r for group in grouped.values() for r in group), key=lambda r: (r.model, r.benchmark))
    for recording in ordered:
        digest.update(orjson.dumps([recording.model, recording.benchmark, recording.simulated]))
        for sample in sorted(recording.samples):
            digest.update(orjson.dumps([sample, recording.samples[sample]]))
    return digest.hexdigest()
