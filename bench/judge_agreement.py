"""How far an offline judge agrees with recorded labels and with the paper's human evaluation.

    python bench/judge_agreement.py TRANSCRIPTS [--questions FILE] [--published FILE] [--xstest DIR]
                                    [--only NAME ...] [--unread NAME ...] [--judge NAME]

TRANSCRIPTS holds `NAME.json` (`{pid: {"response": text|null}}`) with `NAME.labels.jsonl` (`pid`, `label`,
`refusal` 0/1) beside it; `--questions` is MOSSBench's `information.json`; `--published` the paper's tables;
`--xstest` a folder of XSTest's `xstest_v2_completions_NAME.csv`. Nothing but figures over whole files is
printed: kappa and accuracy over refusal with the confusion of labels, the share where the judge is sure and
its accuracy there, both over the files that were read while the rules were written and over those that were
not (`--unread`) and their gap. Blank answers are left out of all of these.

Human evaluation: the mean absolute difference in points between the share of refusals and the paper's, over
the cells model x stimulus type. As in the paper, blanks are refusals and the denominator is every sample of
the transcript; a sample that the transcript lacks leaves both; an unjudged answer counts as answered.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from mosseval.judges import Judge, create

UNREAD = ("gemini-pro-1.5", "gpt-4o", "mistralinstruct")
"""The files that nobody read before the rules stood."""

STIMULI = {
    "type 1": "exaggerated_risk",
    "type 2": "negated_harm",
    "type 3": "counterintuitive_interpretation",
}
XSTEST_LABELS = {"1_full_compliance": "comply", "2_full_refusal": "refuse", "3_partial_refusal": "partial"}
XSTEST_PREFIX = "xstest_v2_completions_"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, an answer and what a person said of it; `refusal` is what kappa is taken over."""

    question: str
    answer: str
    label: str
    refusal: bool
    stimulus: str = ""


@dataclass(slots=True)
class Agreement:
    """Counts over one or more files: refusals (label, judge), the same where the judge is sure, and labels
    (label, judge); unjudged ones apart. `cells` are the labels with `+` where a partial counts as a refusal.
    """

    refusals: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    sure: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    unjudged: int = 0

    def add(self, other: Agreement) -> None:
        """Take in the counts of `other`."""
        self.refusals.update(other.refusals)
        self.sure.update(other.sure)
        self.labels.update(other.labels)
        self.cells.update(other.cells)
        self.unjudged += other.unjudged

    @property
    def accuracy(self) -> float:
        """Share of judged answers with the label's own refusal, 0 to 1."""
        return _same(self.refusals)

    @property
    def classes(self) -> float:
        """Share of judged answers with the label itself, 0 to 1; `other` counts as `refuse`."""
        return sum(count for (want, got), count in self.labels.items() if want == got) / max(1, self.labels.total())

    @property
    def sure_share(self) -> float:
        """Share of all answers where the judge is sure, 0 to 1."""
        return self.sure.total() / max(1, self.refusals.total() + self.unjudged)

    @property
    def sure_accuracy(self) -> float:
        """`accuracy` where the judge is sure."""
        return _same(self.sure)

    @property
    def kappa(self) -> float:
        """Cohen's kappa over refusal; 0 where one side never varies."""
        total = max(1, self.refusals.total())
        person = (self.refusals[True, True] + self.refusals[True, False]) / total
        judge = (self.refusals[True, True] + self.refusals[False, True]) / total
        chance = person * judge + (1 - person) * (1 - judge)
        return (self.accuracy - chance) / (1 - chance) if chance < 1 else 0.0

    def line(self, name: str) -> str:
        """One line of figures."""
        cells = " ".join(f"{want}>{got}:{count}" for (want, got), count in sorted(self.cells.items()))
        return (
            f"{name:24s} n {self.refusals.total():4d}  kappa {self.kappa:.3f}  refusal {self.accuracy:.3f}  "
            f"classes {self.classes:.3f}  sure {self.sure_share:.3f} right {self.sure_accuracy:.3f}  "
            f"unjudged {self.unjudged}  {cells}"
        )


def _cell(label: str, refusal: bool) -> str:
    return f"{label}+" if label == "partial" and refusal else label


def _same(counts: Counter[tuple[bool, bool]]) -> float:
    return (counts[True, True] + counts[False, False]) / max(1, counts.total())


@dataclass(slots=True)
class Cells:
    """Refusals in points of a hundred for each (model, stimulus): the judge's, the labels', the paper's humans'."""

    judge: dict[tuple[str, str], float] = field(default_factory=dict)
    labels: dict[tuple[str, str], float] = field(default_factory=dict)
    human: dict[tuple[str, str], float] = field(default_factory=dict)

    def line(self, name: str) -> str:
        """One line of figures."""
        return (
            f"{name:24s} cells {len(self.human):2d}  mean absolute difference to the human evaluation "
            f"{distance(self.judge, self.human):.2f} points (perfect agreement with the labels: "
            f"{distance(self.labels, self.human):.2f})"
        )


def distance(one: Mapping[tuple[str, str], float], other: Mapping[tuple[str, str], float]) -> float:
    """The mean absolute difference over the cells of `other`, in points; 0 where there are none."""
    return fmean(abs(one[cell] - other[cell]) for cell in other) if other else 0.0


def mossbench(transcripts: Path, name: str, questions: Path) -> Iterator[Labelled]:
    """The labelled answers of one model, blanks left out."""
    return (sample for sample in transcript(transcripts, name, questions) if sample.label != "empty")


def transcript(transcripts: Path, name: str, questions: Path) -> Iterator[Labelled]:
    """The labelled answers of one model, blanks as label `empty` and refusals."""
    asked = json.loads(questions.read_text("utf-8"))
    answers = json.loads((transcripts / f"{name}.json").read_text("utf-8"))
    for line in (transcripts / f"{name}.labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        sample, text = asked[row["pid"]], answers[row["pid"]]["response"] or ""
        stimulus = STIMULI[sample["metadata"]["over"]]
        if text.strip() and row["label"] != "empty":
            label = "refuse" if row["label"] == "other" else row["label"]
            yield Labelled(sample["question"], text, label, bool(row["refusal"]), stimulus)
        else:
            yield Labelled(sample["question"], "", "empty", True, stimulus)


def xstest(folder: Path, name: str) -> Iterator[Labelled]:
    """The labelled answers of one model; a partial refusal counts as a refusal, as XSTest's 'any refusal' does."""
    with (folder / f"{XSTEST_PREFIX}{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            label = XSTEST_LABELS[row["final_label"]]
            yield Labelled(row["prompt"], row["completion"], label, label != "comply")


async def measure(judge: Judge, samples: Iterable[Labelled], *, any_refusal: bool) -> Agreement:
    """Judge every sample. With `any_refusal` the judge's partial counts as a refusal too, whatever it served."""
    result = Agreement()
    for sample in samples:
        verdict = await judge.judge(sample.question, sample.answer)
        if verdict.refusal is None:
            result.unjudged += 1
            continue
        refused = verdict.label != "comply" if any_refusal else verdict.refusal
        result.refusals[sample.refusal, refused] += 1
        result.labels[sample.label, verdict.label] += 1
        result.cells[_cell(sample.label, sample.refusal), _cell(verdict.label, refused)] += 1
        if verdict.sure:
            result.sure[sample.refusal, refused] += 1
    return result


async def fill(cells: Cells, judge: Judge, name: str, samples: Iterable[Labelled], human: Mapping[str, float]) -> None:
    """Add the cells of one model to `cells`; `human` maps stimulus to the paper's human evaluation in points."""
    total: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    for sample in samples:
        total[sample.stimulus] += 1
        labelled[sample.stimulus] += sample.refusal
        blank = sample.label == "empty"
        refused[sample.stimulus] += blank or (await judge.judge(sample.question, sample.answer)).refusal is True
    for stimulus, count in total.items():
        cells.judge[name, stimulus] = 100 * refused[stimulus] / count
        cells.labels[name, stimulus] = 100 * labelled[stimulus] / count
        cells.human[name, stimulus] = human[stimulus]


def human_evaluation(published: Path) -> dict[str, dict[str, float]]:
    """The paper's human evaluation by the model's bare name (letters and digits), then by stimulus, in points."""
    tables = json.loads(published.read_text("utf-8"))
    return {_bare(row["model"]): row["human_evaluation"] for row in tables["models"]}


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


async def report_mossbench(judge: Judge, options: argparse.Namespace) -> None:
    """A line for each transcript, for those read and unread together, and for the distance to the humans."""
    questions = options.questions or options.transcripts.parent / "data/images_information/information.json"
    published = options.published or options.transcripts.parents[1] / "published/mossbench.json"
    human = human_evaluation(published) if published.is_file() else {}
    names = sorted(path.name.removesuffix(".labels.jsonl") for path in options.transcripts.glob("*.labels.jsonl"))
    sides = {"read": Agreement(), "unread": Agreement()}
    cells = Cells()
    for name in (name for name in names if not options.only or name in options.only):
        one = await measure(judge, mossbench(options.transcripts, name, questions), any_refusal=False)
        sides["unread" if name in options.unread else "read"].add(one)
        print(one.line(name))
        if _bare(name) in human:
            await fill(cells, judge, name, transcript(options.transcripts, name, questions), human[_bare(name)])
    report_sides("mossbench", sides)
    print(cells.line("mossbench"))


async def report_xstest(judge: Judge, options: argparse.Namespace) -> None:
    """A line for each of XSTest's files, and for those read and unread together."""
    sides = {"read": Agreement(), "unread": Agreement()}
    for path in sorted(options.xstest.glob(f"{XSTEST_PREFIX}*.csv")):
        name = path.stem.removeprefix(XSTEST_PREFIX)
        if not options.only or name in options.only:
            one = await measure(judge, xstest(options.xstest, name), any_refusal=True)
            sides["unread" if name in options.unread else "read"].add(one)
            print(one.line(f"xstest {name}"))
    report_sides("xstest", sides)


def report_sides(title: str, sides: Mapping[str, Agreement]) -> None:
    """The pooled figures of what was read and what was not, and how far they lie apart."""
    for side, agreement in sides.items():
        if agreement.refusals:
            print(agreement.line(f"{title} {side}"))
    if all(agreement.refusals for agreement in sides.values()):
        print(f"{title + ' gap':24s} kappa {sides['read'].kappa - sides['unread'].kappa:+.3f}")


async def report(options: argparse.Namespace) -> None:
    """Print everything that was asked for."""
    judge = create(options.judge)
    await report_mossbench(judge, options)
    if options.xstest is not None:
        await report_xstest(judge, options)


def main() -> None:
    """Parse and report."""
    parser = argparse.ArgumentParser(description="Agreement of an offline judge with recorded labels.")
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--published", type=Path, help="the paper's tables (default: beside the data)")
    parser.add_argument("--xstest", type=Path)
    parser.add_argument("--only", nargs="*", help="names of the files to measure; all by default")
    parser.add_argument("--unread", nargs="*", default=UNREAD, help="names that were not read while writing rules")
    parser.add_argument("--judge", default="rules")
    asyncio.run(report(parser.parse_args()))


if __name__ == "__main__":
    main()
