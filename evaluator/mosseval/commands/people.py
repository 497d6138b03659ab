"""What people say of a run's answers, as verdicts: the majority's word, or an adjudicator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mosseval.annotations.places import check_real, own_folder
from mosseval.errors import UsageError
from mosseval.labels import (
    Label,
    Opinion,
    check_known,
    check_task,
    content_sha256,
    current,
    is_journal,
    opinions,
    read_labels,
)
from mosseval.place import Place
from mosseval.store import Run, RunState, Verdict
from mosseval.types import Judgement

TAKEN_BACK = "no label stands any more"


@dataclass(frozen=True, slots=True)
class People:
    """The opinions of a file of labels on one run, by what the file calls its answers; `words` is what each rater said.

    `version` names the file's content; `others` counts its labels of other answers than this run's. `whole`: what the
    file does not say of an answer was taken back.
    """

    said: Mapping[str, Opinion]
    words: Mapping[str, Sequence[str]]
    version: str
    others: int
    whole: bool

    @classmethod
    def read(cls, folder: Run, state: RunState, file: Path) -> People:
        """Reads a file of labels, or a folder of journals. Raises DataError where it is none of this run."""
        texts = {key: answer.answer_sha256 for key, answer in state.answers.items()}
        labels, others = current(read_labels(file), texts)
        check_task(labels, folder.manifest.task, file, folder.name)
        said = opinions(labels)
        check_known(said, folder.manifest.answer_names(), file, folder.name)
        words: dict[str, list[str]] = {}
        for label in labels:
            words.setdefault(label.id, []).append(_word(label))
        return cls(said, words, content_sha256(file)[:16], others, is_journal(file))

    def verdict(self, key: str, earlier: Verdict | None) -> Judgement | None:
        """The verdict on an answer, `earlier` what people said before; None where they say nothing of it."""
        name = key if key in self.said else _plain_id(key)
        if name in self.said:
            return _of(self.said[name], self.words[name])
        if self.whole and earlier is not None:
            return Judgement("unjudged", None, reason=TAKEN_BACK)
        return None


def own_labels(path: Place) -> Path:
    """The journals in a run's own folder, where no others are named."""
    folder = own_folder(path)
    if folder is None or not folder.is_dir():
        raise UsageError(
            "people's verdicts need both --judge human and --labels FILE",
            hint=f"a file of labels, a folder of them, or `mosseval annotate {path}` first",
        )
    check_real(folder)
    return folder


def _word(label: Label) -> str:
    said = label.label if label.label != "partial" else f"partial ({'a' if label.refusal else 'no'} refusal)"
    return f"{label.rater or 'rater'}{', whose word is final' if label.final else ''}: {said}"


def _of(opinion: Opinion, words: Sequence[str]) -> Judgement:
    label = opinion.label if opinion.decided or opinion.label == "empty" else "unjudged"
    reason = "; ".join(words) if label != "unjudged" else f"no majority: {'; '.join(words)}"
    return Judgement(label, opinion.refusal, reason=reason, sure=not opinion.split)  # type: ignore[arg-type]


def _plain_id(key: str) -> str:
    """What a label file calls an answer that has no repeats: its sample's id; a key's own name for any other."""
    _, sample_id, repeat = key.rsplit("/", 2)
    return sample_id if repeat == "0" else key
