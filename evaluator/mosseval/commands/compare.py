"""`mosseval compare`: runs beside a baseline, and the release gate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mosseval import comparable
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.comparison import Comparison, compared
from mosseval.contrast import family
from mosseval.errors import UsageError
from mosseval.gate import Gate
from mosseval.place import Place
from mosseval.points import points_of
from mosseval.report import comparison as report
from mosseval.report.comparison import Compared
from mosseval.store import Run, read_run
from mosseval.summary import Summary, summarise
from mosseval.terminal import one_line

FORMATS = {"json": report.as_json, "markdown": report.as_markdown}
FAILED = 4
"""Exit code of a failed gate."""


def compare(
    paths: tuple[Place, ...], *, judge: str | None, format: str, fail_if_worse: float | None, strict: bool
) -> int:
    """Prints the comparison of the runs with the first; returns the exit code."""
    if format not in ("table", *FORMATS):
        raise UsageError(f"there is no format {format!r}", hint=f"table, {', '.join(FORMATS)}")
    if strict and fail_if_worse is None:
        raise UsageError("--strict belongs to --fail-if-worse POINTS")
    summaries = _summaries(paths, judge)
    comparisons = tuple(_comparisons(summaries))
    gate = None if fail_if_worse is None else Gate(fail_if_worse, strict)
    found = Compared(comparisons, points_of(summaries), gate)
    _require_something(found)
    with kept_quiet():
        if format == "table":
            report.show(found, ResultConsole())
        else:
            sys.stdout.write(FORMATS[format](found))
    for each in comparisons:
        if gate and gate.fails(each):
            sys.stderr.write(f"mosseval: {one_line(report.verdict(gate, each), 600)}\n")
    return FAILED if found.failed else 0


def _summaries(paths: Sequence[Place], judge: str | None) -> list[Summary]:
    if len(paths) < 2:
        raise UsageError("one run alone cannot be compared", hint="name the baseline first, then the others")
    seen = [path.resolve() if isinstance(path, Path) else path for path in paths]
    if len(set(seen)) < len(seen):
        raise UsageError("a run is named twice", hint="a run does not differ from itself")
    folders = [read_run(path) for path in paths]
    _require_one_family(folders)
    states = [folder.state() for folder in folders]
    judge = judge or comparable.common_judge(states)
    for folder, state in zip(folders, states, strict=True):
        if (
            judge is not None
            and judge not in state.verdicts
            and any(each.answer_sha256 for each in state.answers.values())
        ):
            known = ", ".join(sorted(state.verdicts)) or "nobody"
            raise UsageError(f"{folder.name} holds no verdicts of {judge!r}", hint=f"it was judged by: {known}")
    return [summarise(folder, judge=judge, state=state) for folder, state in zip(folders, states, strict=True)]


def _require_one_family(folders: Sequence[Run]) -> None:
    first = folders[0]
    for folder in folders[1:]:
        if folder.manifest.task != first.manifest.task:
            raise UsageError(
                f"{first.name} is a {first.manifest.task} run, {folder.name} a {folder.manifest.task} run",
                hint="refusals and accuracies are no comparison",
            )
        ours, theirs = folder.manifest.config.benchmark, first.manifest.config.benchmark
        if family(ours) != family(theirs):
            raise UsageError(
                f"{first.name} answers {theirs}, {folder.name} {ours}",
                hint="compare runs of one benchmark, or of one and its contrast set",
            )


def _comparisons(summaries: Sequence[Summary]) -> list[Comparison]:
    """Each run beside the baseline of its benchmark: the first run's model's, or the first."""
    found = []
    for name in dict.fromkeys(each.manifest.config.benchmark for each in summaries):
        runs = [each for each in summaries if each.manifest.config.benchmark == name]
        model = summaries[0].manifest.config.model
        baseline = next((each for each in runs if each.manifest.config.model == model), runs[0])
        found += [
            compared(baseline, each, comparable.warnings(baseline, each)) for each in runs if each is not baseline
        ]
    return found


def _require_something(found: Compared) -> None:
    """Raises UsageError where nothing pairs: a gate that compared nothing must not pass."""
    if not found.comparisons and (found.gate or not found.points.points):
        raise UsageError(
            "no two of these runs answer the same benchmark", hint="name the baseline first, then another run of it"
        )
    for each in found.comparisons:
        if not each.pairs:
            names = [each.baseline.provenance["run"], each.run.provenance["run"]]
            raise UsageError(
                f"no sample counts in both {names[0]} and {names[1]}",
                hint="`mosseval summary` says how their samples ended",
            )
