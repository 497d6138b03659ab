"""`mosseval judge`: verdicts on any prompts and responses, one line in, one line out."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from typing import Any, TextIO

from mosseval import exchanges, judges
from mosseval.commands.judge_options import JudgeOptions
from mosseval.commands.jury import Jury, judge_target
from mosseval.commands.output import kept_quiet
from mosseval.counting import Rate
from mosseval.errors import DataError, UsageError
from mosseval.exchanges import Exchange
from mosseval.judges import Judge, JudgeFailed, Spec
from mosseval.judging import AT_ONCE, JUDGE_FAILED, in_order
from mosseval.store.lines import storage_failed
from mosseval.types import Judgement

STREAM = "-"
FIELDS = ("id", "label", "refusal", "judge", "judge_version", "reason", "evidence", "sure")


def judge_file(source: str, out: str, options: JudgeOptions, format: str | None) -> None:
    """Judges every line of `source` and writes a verdict a line to `out`; `-` is standard input or output.

    A file is written whole or not at all. What came to it is said on standard error.
    """
    spec = _the_one(options)
    with ExitStack() as stack:
        given = stack.enter_context(_opened(source))
        taken = stack.enter_context(_written(out))
        wanted = _format(source, format)
        written = _format(out, format or wanted)
        write = exchanges.writer(taken, written, FIELDS)
        stack.enter_context(kept_quiet())
        lines = exchanges.read(given, wanted, _name(source))
        counts = asyncio.run(_judge_all(spec, options, lines, write, detailed=written == "jsonl"))
    sys.stderr.write(f"mosseval: {_told(counts)}\n")


def _the_one(options: JudgeOptions) -> Spec:
    """The judge; a line out holds the verdict of one. Raises UsageError for any other number."""
    specs = options.specs or (Spec(judges.DEFAULTS["refusal"]),)
    if options.none or options.human or len(specs) > 1:
        raise UsageError("one judge judges a file", hint="once for each, or a panel: --judge panel:rules+llm")
    return specs[0]


async def _judge_all(
    spec: Spec, options: JudgeOptions, lines: Iterator[Exchange], write: Any, *, detailed: bool
) -> Counter[tuple[str, bool | None]]:
    """Writes the verdicts in the lines' order, though several are had at a time; details only where `detailed`."""
    counts: Counter[tuple[str, bool | None]] = Counter()
    async with Jury(options, judge_target(options, None)) as jury:
        [judge] = jury.seat([spec])

        # All are read, and their faults found, before a model is asked; rules answer a stream line by line.
        drawn, at_once = (list(lines), AT_ONCE) if spec.gathers else (lines, 1)

        async def judged(line: Exchange) -> tuple[Exchange, Judgement]:
            return line, await _verdict(judge, line)

        async with aclosing(in_order(drawn, judged, at_once)) as verdicts:
            async for line, verdict in verdicts:
                counts[verdict.label, verdict.refusal] += 1
                write(_row(line, verdict, judge, detailed=detailed))
    return counts


def _row(line: Exchange, verdict: Judgement, judge: Judge, *, detailed: bool) -> dict[str, Any]:
    row = {
        "id": line.id,
        "label": verdict.label,
        "refusal": verdict.refusal,
        "judge": judge.name,
        "judge_version": judge.version,
        "reason": verdict.reason,
        "evidence": verdict.evidence,
        "sure": verdict.sure,
    }
    return {**row, "details": verdict.details} if detailed and verdict.details else row


async def _verdict(judge: Judge, line: Exchange) -> Judgement:
    if line.response is None or not line.response.strip():
        return Judgement("empty", None, reason="the answer is blank")
    try:
        return await judge.judge(line.prompt, line.response)
    except JudgeFailed as failed:
        return Judgement("unjudged", None, reason=f"{JUDGE_FAILED}: {failed}")


def _told(counts: Counter[tuple[str, bool | None]]) -> str:
    """How many of what, and the refusal rate with its denominator."""
    labels: Counter[str] = Counter()
    for (label, _), count in counts.items():
        labels[label] += count
    listing = ", ".join(f"{count} {label}" for label, count in sorted(labels.items())) or "nothing"
    judged = {refusal: sum(n for (_, said), n in counts.items() if said is refusal) for refusal in (True, False)}
    rate = Rate(judged[True], judged[True] + judged[False])
    bounds = rate.interval()
    if bounds is None:
        return f"{counts.total()} answers: {listing}"
    said = f"{rate.percent:.1f}% refused ({rate.count} of {rate.of}, 95% CI {bounds[0]:.1f}–{bounds[1]:.1f})"
    return f"{counts.total()} answers: {listing}; {said}"


def _format(name: str, wanted: str | None) -> str:
    """As the suffix says, where there is one; else what is wanted, or JSON lines."""
    suffix = Path(name).suffix.lower().removeprefix(".")
    if suffix in exchanges.FORMATS:
        return suffix
    if wanted is not None and wanted not in exchanges.FORMATS:
        raise UsageError(f"there is no format {wanted!r}", hint=" or ".join(exchanges.FORMATS))
    return wanted or "jsonl"


def _name(source: str) -> str:
    return "standard input" if source == STREAM else source


@contextmanager
def _opened(source: str) -> Iterator[TextIO]:
    if source == STREAM:
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
        return
    try:
        file = open(source, encoding="utf-8", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}", hint="name a file, or - for input") from error
    with file:
        yield file


@contextmanager
def _written(out: str) -> Iterator[TextIO]:
    """The file, in its place once it is whole."""
    if out == STREAM:
        yield sys.stdout
        return
    path = Path(out)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(draft, path)
    except OSError as error:
        raise storage_failed(path, error) from error
    finally:
        draft.unlink(missing_ok=True)
