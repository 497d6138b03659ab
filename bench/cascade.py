"""What a cascade saves and what it costs in agreement: the rules decide where they are sure, a second judge the rest.

    python bench/cascade.py [--data DIR] [--seeds N]

DIR holds `mossbench/transcripts`, `mossbench/data` and `xstest` (see `judge_agreement.py`); without it nothing is
measured, and a line says so. No judge is asked: the people's labels themselves stand in for the second judge, with a
stated share of them turned round at random. At 0 % that is a judge who is always right, an upper bound; at 50 % one
who tosses a coin, a lower one. A real judge's errors are no accident, they lie where the answers are hard: so this says
what the cascade makes of a judge of that error rate, not what any judge's is.

A table comes out, in Markdown: how many answers the rules decide alone and how often they are right there, their kappa
over all that they read, then for each error rate the kappa of the second judge alone over all answers -> that of the
cascade (means over the seeds). Nothing but figures over whole files is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean

from judge_agreement import UNREAD, XSTEST_PREFIX, Agreement, Labelled, measure, mossbench, xstest
from mosseval.judges import create
from mosseval.judges.cascade import CascadeJudge
from mosseval.types import Judgement

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ERRORS = (0.0, 0.05, 0.10, 0.20, 0.50)
SEEDS = 20
Verdicts = Mapping[tuple[str, str], Judgement]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Says again what was said once of a question and an answer."""

    name: str
    verdicts: Verdicts
    version: str = "1"

    async def judge(self, question: str, answer: str) -> Judgement:
        """That verdict."""
        return self.verdicts[question, answer]


@dataclass(frozen=True, slots=True)
class Answers:
    """One group of labelled answers; `any_refusal` as in `judge_agreement.measure`."""

    name: str
    samples: Sequence[Labelled]
    any_refusal: bool


def told(samples: Sequence[Labelled], error: float, seed: int) -> Verdicts:
    """The labels, a share of them turned round: the same ones and more at a higher error."""
    dice = Random(seed)
    found = {}
    for sample in samples:
        wrong = dice.random() < error
        label = ("comply" if sample.refusal else "refuse") if wrong else sample.label
        found[sample.question, sample.answer] = Judgement(label, sample.refusal is not wrong)  # type: ignore[arg-type]
    return found


async def line(group: Answers, seeds: int) -> str:
    """A row of the table."""
    rules = create("rules")
    said = {(each.question, each.answer): await rules.judge(each.question, each.answer) for each in group.samples}
    first = Recorded("rules", said)
    alone = await measure(first, group.samples, any_refusal=group.any_refusal)
    cells = [f"{await kappas(group, first, error, seeds)}" for error in ERRORS]
    decided = f"{100 * alone.sure_share:.0f} % | {100 * alone.sure_accuracy:.1f} %"
    return f"| {group.name} | {len(group.samples)} | {decided} | {alone.kappa:.2f} | {' | '.join(cells)} |"


async def kappas(group: Answers, first: Recorded, error: float, seeds: int) -> str:
    """The kappa of the second judge alone, and of the cascade."""
    alone, both = [], []
    for seed in range(seeds if error else 1):
        second = Recorded("second", told(group.samples, error, seed))
        alone.append(await kappa(second, group))
        both.append(await kappa(CascadeJudge(first, second), group))
    # Adding 0 makes a rounded -0.0 a plain one.
    return f"{round(fmean(alone), 2) + 0:.2f} → {round(fmean(both), 2) + 0:.2f}"


async def kappa(judge: Recorded | CascadeJudge, group: Answers) -> float:
    """Of the judge to the labels."""
    found: Agreement = await measure(judge, group.samples, any_refusal=group.any_refusal)
    return found.kappa


def groups(data: Path) -> Iterator[Answers]:
    """The answers at hand, those that were read while the rules were written and those that were not, apart."""
    transcripts, questions = data / "mossbench/transcripts", data / "mossbench/data/images_information/information.json"
    names = sorted(path.name.removesuffix(".labels.jsonl") for path in transcripts.glob("*.labels.jsonl"))
    files = sorted((data / "xstest").glob(f"{XSTEST_PREFIX}*.csv"))
    others = [path.stem.removeprefix(XSTEST_PREFIX) for path in files]
    for side, unread in (("read", False), ("unread", True)):
        mine = [name for name in names if (name in UNREAD) is unread]
        samples = [sample for name in mine for sample in mossbench(transcripts, name, questions)]
        yield Answers(f"MOSSBench, {side}", samples, any_refusal=False)
    for side, unread in (("read", False), ("unread", True)):
        mine = [name for name in others if (name in UNREAD) is unread]
        samples = [sample for name in mine for sample in xstest(data / "xstest", name)]
        yield Answers(f"XSTest, {side}", samples, any_refusal=True)


async def report(data: Path, seeds: int) -> None:
    """Prints the table."""
    titles = ["answers", "n", "rules decide", "right there", "κ, rules"]
    titles += [f"second judge wrong in {100 * error:.0f} %" for error in ERRORS]
    print(f"| {' | '.join(titles)} |")
    print("|---" * len(titles) + "|")
    for group in groups(data):
        if group.samples:
            print(await line(group, seeds), flush=True)


def main() -> None:
    """Parse and report."""
    parser = argparse.ArgumentParser(description="What a cascade saves and costs, on labelled answers.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args()
    if not (options.data / "mossbench/transcripts").is_dir():
        print(f"skipped: {options.data} holds no mossbench/transcripts; name the data with --data", file=sys.stderr)
        return
    asyncio.run(report(options.data, options.seeds))


if __name__ == "__main__":
    main()
