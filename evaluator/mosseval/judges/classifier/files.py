"""A classifier's files, looked at before anything is loaded from them: hostile, as every model that was downloaded is.

Only safetensors are read: a pickle runs its author's code when it is loaded. Code that comes with a model never runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.errors import DataError, MissingExtra, UsageError
from mosseval.judges.classifier.network import Origin

READ = ("*.json", "*.txt", "*.model", "*.safetensors")
"""All that is fetched, loaded and hashed."""
WEIGHTS = "*.safetensors"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
SUITED = "ForSequenceClassification"
AT_A_TIME = 1 << 20
LARGEST_DOCUMENT = 16 << 20
MOST_LABELS, LONGEST_LABEL = 64, 100
AS_A_JUDGE = "a model that writes text is served behind an endpoint and asked with --judge llm:MODEL"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder that may be loaded. `labels` are the model's, in the order of their probabilities."""

    folder: Path
    origin: Origin
    labels: tuple[str, ...]


def model_files(model: str) -> ModelFiles:
    """The files of a folder, or of `OWNER/NAME` or `OWNER/NAME@REVISION` of the hub.

    Raises:
        UsageError: there is no such folder.
        DataError: it is no sequence classifier that can be loaded safely.
        MissingExtra: a model of the hub without the extra 'serve'.
    """
    folder, revision = Path(model).expanduser(), None
    if not folder.is_dir():
        if model.startswith((".", "/", "~")) or model.count("/") != 1:
            raise UsageError(
                f"{model} is no folder that is there", hint="name a model's folder, or OWNER/NAME for one of the hub"
            )
        folder = _fetched(model)
        revision = folder.name
    config = _document(folder / "config.json", model)
    labels = _labels(config, model)
    _refuse_unsafe(folder, model, config)
    name = model.rstrip("/").rpartition("/")[2].partition("@")[0]
    return ModelFiles(folder, Origin(name, _digest(folder), revision), labels)


def _fetched(model: str) -> Path:
    """The hub's snapshot, from the cache where it is there; nothing but what READ names is fetched."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtra("serve", f"the judge classifier:{model}") from error
    name, _, revision = model.partition("@")
    try:
        return Path(snapshot_download(name, revision=revision or None, allow_patterns=list(READ)))
    except Exception as error:  # the library lets errors of several HTTP and file stacks through
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(
            f"the model {model} could not be had from the hub: {reason}",
            hint="check name and revision (OWNER/NAME@REVISION), or name a folder",
        ) from error


def _document(file: Path, model: str) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > LARGEST_DOCUMENT:
            raise DataError(f"{model}: {file.name} is larger than {LARGEST_DOCUMENT >> 20} MiB")
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{model} has no {file.name} that can be read: {type(error).__name__}", hint="name a model's folder"
        ) from None
    if not isinstance(found, dict):
        raise DataError(f"{model}: {file.name} holds no object")
    return found


def _labels(config: Mapping[str, Any], model: str) -> tuple[str, ...]:
    """Raises DataError where it is no sequence classifier with exclusive labels."""
    named = config.get("architectures")
    architectures = [str(each) for each in named] if isinstance(named, list) else []
    if not any(each.endswith(SUITED) for each in architectures):
        found = ", ".join(architectures)[:200] or "no architecture"
        raise DataError(f"{model} is no sequence classifier: its config names {found}", hint=AS_A_JUDGE)
    if config.get("problem_type") in ("multi_label_classification", "regression"):
        raise DataError(
            f"{model} has labels that do not exclude each other ({config['problem_type']})",
            hint="a judge needs a model of single-label classification",
        )
    given = config.get("id2label")
    labels = given if isinstance(given, dict) else {"0": "LABEL_0", "1": "LABEL_1"}
    found_labels = tuple(str(labels.get(str(number), "")) for number in range(len(labels)))
    if len(set(found_labels)) < max(2, len(labels)) or not all(found_labels):
        raise DataError(f"{model}: config.json's id2label does not name two labels or more, each once")
    if len(found_labels) > MOST_LABELS or any(len(label) > LONGEST_LABEL for label in found_labels):
        raise DataError(f"{model} has {len(found_labels)} labels: more, or longer ones, than a judge's are")
    return found_labels


def _refuse_unsafe(folder: Path, model: str, config: Mapping[str, Any]) -> None:
    if _names_code(config):
        raise DataError(
            f"{model} needs code of its own, which is never run here",
            hint="serve it behind an endpoint, and ask it with --judge llm:MODEL",
        )
    if (folder / "adapter_config.json").exists():
        raise DataError(f"{model} is an adapter, which would bring another model in", hint="merge it into its base")
    if not any(folder.glob(WEIGHTS)):
        pickled = next((file.name for pattern in PICKLES for file in sorted(folder.glob(pattern))), None)
        if pickled is not None:
            raise DataError(
                f"{model} has its weights as a pickle ({pickled}), which runs code when it is loaded",
                hint="convert it to safetensors where you trust it: model.save_pretrained(FOLDER)",
            )
        raise DataError(
            f"{model} has no weights as safetensors",
            hint="only these are read; a pickle (.bin) runs code when it is loaded",
        )
    for index in folder.glob("*.index.json"):
        _refuse_foreign_shards(_document(index, model), model)


def _names_code(config: Mapping[str, Any]) -> bool:
    """Whether a config, or one within it, would have the library run more than its own code: a module of the model's,
    or a kernel of the hub (OWNER/NAME as the implementation of a layer)."""
    kernels = [value for key, value in config.items() if key.endswith("_implementation") and "/" in json.dumps(value)]
    inner = [value for value in config.values() if isinstance(value, dict)]
    return bool(config.get("auto_map") or kernels) or any(map(_names_code, inner))


def _refuse_foreign_shards(index: Mapping[str, Any], model: str) -> None:
    """An index may name any file at all as the one that holds a weight. Raises DataError."""
    shards = index.get("weight_map")
    names = set(map(str, shards.values())) if isinstance(shards, dict) else {""}
    if foreign := sorted(name for name in names if "/" in name or not name.endswith(".safetensors")):
        raise DataError(f"{model}: its index names {foreign[0][:80]!r} among its weights, which is not read")


def _digest(folder: Path) -> str:
    """Over the names and the content of all files that are read."""
    total = hashlib.sha256()
    for file in sorted({file for pattern in READ for file in folder.glob(pattern) if file.is_file()}):
        one = hashlib.sha256()
        with file.open("rb") as content:
            while piece := content.read(AT_A_TIME):
                one.update(piece)
        total.update(f"{file.name}\0{one.hexdigest()}\n".encode())
    return total.hexdigest()
