"""A sequence classifier over transformers: loaded from files that were looked at, run without gradients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from mosseval.errors import DataError, MissingExtra, MossevalError
from mosseval.judges.base import JudgeFailed
from mosseval.judges.classifier.files import ModelFiles
from mosseval.judges.classifier.network import Network, Origin
from mosseval.judges.classifier.settings import ClassifierSettings, written
from mosseval.values import mend

LONGEST = 2048
"""Tokens that are read at most unless --classifier-length says more: attention costs their square."""
UNSET = 1 << 20
"""A tokenizer without a limit of its own says one beyond any model's."""
MARGIN = 8
"""Positions that some families leave unused (RoBERTa's begin after the padding's)."""


class TransformersNetwork:
    """See `Network`; nothing of it is called by two threads at a time."""

    def __init__(self, origin: Origin, labels: Sequence[str], model: Any, tokenizer: Any, *, form: str, limit: int):
        self.origin = origin
        self.labels = tuple(labels)
        self.limit = limit
        self.device = str(model.device)
        self._model = model
        self._tokenizer = tokenizer
        self._form = form
        self._special = _pattern(tokenizer.all_special_tokens)

    def count(self, question: str, answer: str) -> int:
        """How many tokens the two make, in the form that it reads."""
        return len(self._tokenizer(*self._texts(question, answer), truncation=False, verbose=False)["input_ids"])

    def probabilities(self, exchanges: Sequence[tuple[str, str]]) -> list[list[float]]:
        """As `Network` says."""
        import torch

        texts = [self._texts(question, answer) for question, answer in exchanges]
        second = [text[1] for text in texts if len(text) == 2] or None
        try:
            batch = self._tokenizer(
                [text[0] for text in texts], second, padding=True, truncation=False, return_tensors="pt"
            ).to(self._model.device)
            with torch.inference_mode():
                logits = self._model(**batch).logits
            found: list[list[float]] = torch.softmax(logits.float(), dim=-1).tolist()
        except Exception as error:  # a model's own code raises what it likes
            raise JudgeFailed(_first_line(error)) from error
        return found

    def _texts(self, question: str, answer: str) -> tuple[str, ...]:
        """What the tokenizer is given: in no text of a person's or a model's is a special token one."""
        texts = written(self._form, self._defused(question), self._defused(answer))
        return tuple(text for text in texts if text is not None)

    def _defused(self, text: str) -> str:
        text = mend(text)
        while self._special is not None and self._special.search(text):
            text = self._special.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
        return text


def load(files: ModelFiles, settings: ClassifierSettings) -> Network:
    """Loads a model onto its device. Takes seconds: call it in a thread.

    Raises:
        MissingExtra: without the extra 'serve'.
        DataError: its files do not make a whole model, or the device is not there.
    """
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging
    except ImportError as error:
        raise MissingExtra("serve", f"the judge classifier:{files.origin.name}") from error
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    device = _device(settings.device, torch)
    safely = {"trust_remote_code": False, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(files.folder, **safely)
        model, said = AutoModelForSequenceClassification.from_pretrained(
            files.folder,
            use_safetensors=True,
            output_loading_info=True,
            # Half precision on a CPU is slow where it is there at all.
            dtype=torch.float32 if device == "cpu" else "auto",
            **safely,
        )
        _check_whole(files, said, model)
        _pad(tokenizer, model)
        model = model.to(device).eval()
    except MossevalError:
        raise
    except Exception as error:  # the library lets errors of many file formats through
        raise DataError(
            f"the model {files.origin.name} cannot be loaded: {_first_line(error)}", hint="is its folder whole?"
        ) from error
    limit = _limit(settings.length, tokenizer, model.config)
    return TransformersNetwork(files.origin, files.labels, model, tokenizer, form=settings.form, limit=limit)


def _check_whole(files: ModelFiles, said: Any, model: Any) -> None:
    """What a file lacks is filled with random numbers by the library: such a model says nothing. Raises DataError."""
    missing = sorted(map(str, said["missing_keys"]))
    if missing:
        raise DataError(
            f"the model {files.origin.name} lacks {len(missing)} of its weights, {missing[0]} among them",
            hint="a classifier is fitted, with its head; get it anew",
        )
    if model.config.num_labels != len(files.labels):
        raise DataError(f"the model {files.origin.name} has {model.config.num_labels} outputs, and other labels")


def _pad(tokenizer: Any, model: Any) -> None:
    """A batch is padded; models that write text often have no token for that, and theirs at the end does as well."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id


def _device(wanted: str, torch: Any) -> str:
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return "cuda" if there else "cpu"
    number = int(wanted.partition(":")[2] or 0)
    if wanted != "cpu" and number >= there:
        raise DataError(f"--classifier-device {wanted}: torch finds {there} such devices", hint="cpu, or auto")
    return wanted


def _limit(wanted: int | None, tokenizer: Any, config: Any) -> int:
    """How many tokens are read; never more than the model was made for."""
    own = int(min(tokenizer.model_max_length, UNSET))
    if own == UNSET:
        own = int(getattr(config, "max_position_embeddings", None) or LONGEST + MARGIN) - MARGIN
    return min(wanted or LONGEST, own)


def _pattern(special: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the special tokens in a text, whatever their case."""
    names = sorted((name for each in set(special) if len(name := each.strip()) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)), re.IGNORECASE) if names else None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
