"""What `mosseval export` wrote becomes a run again: records, verdicts and samples as they were, nothing judged anew."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from mosseval.answer_rows import AnswerRow, Said
from mosseval.store import Lines, Run, RunState
from mosseval.store.codec import judgement_line
from mosseval.transcripts import Transcript
from mosseval.types import Picture, Record, Sample


def record_of(row: AnswerRow, benchmark: str, model: str, sample: Sample) -> Record | None:
    """The row's record under the name that this run gives it; None for what is still owed."""
    if row.record is None:
        return None
    key = f"{benchmark}/{row.sample_id}/{row.repeat}"
    return replace(row.record, key=key, benchmark=benchmark, model=model, tags=sample.tags)


def sample_of(row: AnswerRow, benchmark: str) -> Sample:
    """The row's sample, where the benchmark's data is not at hand. Its pictures are names only."""
    names = [str(each["path"]) for each in row.pictures if each.get("path")]
    pictures = [Picture(Path(name), name) for name in names]
    return Sample(
        benchmark=benchmark,
        id=row.sample_id,
        question=row.question,
        image=pictures[0].path if pictures else None,
        image_name=names[0] if names else None,
        expected=row.expected,
        tags=row.tags,
        more_images=tuple(pictures[1:]),
    )


def samples_of(rows: Iterable[AnswerRow]) -> dict[str, dict[str, Any]]:
    """What `samples.jsonl` said of the pictures of each sample."""
    return {
        row.sample_id: {
            "image": dict(row.pictures[0]) if row.pictures else None,
            **({"images": [dict(each) for each in row.pictures]} if len(row.pictures) > 1 else {}),
        }
        for row in rows
    }


def pictures_of(transcript: Transcript) -> dict[str, dict[str, Any]]:
    """The same of each sample that was collected by hand with its pictures."""
    found = {each.id: each.outcome.pictures for each in transcript.answers if each.outcome and each.outcome.pictures}
    return {
        identifier: {"image": dict(first), **({"images": list(map(dict, (first, *more)))} if more else {})}
        for identifier, (first, *more) in found.items()
    }


def judges_of(transcript: Transcript) -> tuple[str, ...]:
    """Who judged, the one that counts first."""
    rows = [each.row for each in transcript.answers if each.row]
    first = [row.said[0].judge for row in rows if row.headline]
    return tuple(dict.fromkeys((*first, *(said.judge for row in rows for said in row.said))))


def restore_verdicts(folder: Run, transcript: Transcript, benchmark: str) -> None:
    """Writes the verdicts that the rows hold and the folder does not; hold the shard's lock."""
    state = folder.state(0)
    with ExitStack() as stack:
        files: dict[str, Lines] = {}
        for each in transcript.answers:
            for said in each.row.said if each.row and each.text is not None else ():
                key = f"{benchmark}/{each.id}/{each.repeat}"
                if _stands(said, state, key):
                    continue
                if said.judge not in files:
                    files[said.judge] = stack.enter_context(folder.judgements(said.judge, 0))
                files[said.judge].append(_line(key, said, str(each.text)))


def _line(key: str, said: Said, answer: str) -> dict[str, Any]:
    return judgement_line(key, said.judgement, judge=said.judge, judge_version=said.version, answer=answer)


def _stands(said: Said, state: RunState, key: str) -> bool:
    known = state.verdict(said.judge, key)
    return known is not None and (known.label, known.refusal, known.judge_version) == (
        said.judgement.label,
        said.judgement.refusal,
        said.version,
    )
