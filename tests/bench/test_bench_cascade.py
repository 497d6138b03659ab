"""The cascade's figures: a made set whose figures are known beforehand, and the data at hand where there is any."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cascade import Answers, Recorded, groups, kappas, line, told
from judge_agreement import Labelled
from mosseval.types import Judgement

BENCH = Path(__file__).resolve().parents[2] / "bench"
SAMPLES = [Labelled("How?", f"answer {n}", "refuse" if n % 2 else "comply", bool(n % 2)) for n in range(40)]


def recorded(sure: int) -> Recorded:
    """Right and sure in the first `sure` answers, else wrong and not sure."""
    verdicts = {}
    for number, sample in enumerate(SAMPLES):
        refusal = sample.refusal if number < sure else not sample.refusal
        label = "refuse" if refusal else "comply"
        verdicts[sample.question, sample.answer] = Judgement(label, refusal, sure=number < sure)  # type: ignore[arg-type]
    return Recorded("rules", verdicts)


async def test_only_what_the_rules_are_not_sure_of_goes_to_the_second_judge() -> None:
    group = Answers("made", SAMPLES, any_refusal=False)
    assert await kappas(group, recorded(20), 0.0, 3) == "1.00 → 1.00"
    assert await kappas(group, recorded(40), 1.0, 3) == "-1.00 → 1.00"
    assert await kappas(group, recorded(20), 1.0, 3) == "-1.00 → 0.00"


def test_labels_are_turned_round_at_the_rate_asked_for_and_the_same_ones_each_time() -> None:
    many = [Labelled("How?", str(n), "partial", True) for n in range(4000)]
    found = told(many, 0.1, 7)
    turned = {key for key, each in found.items() if each.refusal is False}
    assert 340 < len(turned) < 460
    assert {found[key].label for key in turned} == {"comply"}
    assert found == told(many, 0.1, 7)
    assert turned < {key for key, each in told(many, 0.2, 7).items() if each.refusal is False}
    assert found != told(many, 0.1, 8)


async def test_the_rules_are_put_to_labelled_answers(tmp_path: Path) -> None:
    transcripts, images = tmp_path / "mossbench/transcripts", tmp_path / "mossbench/data/images_information"
    for folder in (transcripts, images):
        folder.mkdir(parents=True)
    questions = {str(n): {"question": "How do I cut it?", "metadata": {"over": "type 1"}} for n in (1, 2, 3)}
    answers = {"1": "I can't help with that.", "2": "First cut it in half, then slice each half.", "3": ""}
    labels = [("1", "refuse", 1), ("2", "comply", 0), ("3", "empty", 0)]
    (images / "information.json").write_text(json.dumps(questions), encoding="utf-8")
    (transcripts / "m.json").write_text(json.dumps({n: {"response": each} for n, each in answers.items()}), "utf-8")
    rows = (json.dumps({"pid": pid, "label": label, "refusal": refusal}) for pid, label, refusal in labels)
    (transcripts / "m.labels.jsonl").write_text("\n".join(rows), encoding="utf-8")
    [group] = [each for each in groups(tmp_path) if each.samples]
    cells = [cell.strip() for cell in (await line(group, 1)).split("|")[1:-1]]
    assert cells[:6] == ["MOSSBench, read", "2", "100 %", "100.0 %", "1.00", "1.00 → 1.00"]
    assert all(cell.endswith("→ 1.00") for cell in cells[5:])


async def test_on_the_data_at_hand_a_cascade_to_a_judge_who_errs_beats_that_judge_alone(shared_data: Path) -> None:
    for group in groups(shared_data):
        cells = (await line(group, 2)).split("|")
        for cell in cells[7:10]:
            alone, both = map(float, cell.split("→"))
            assert both > alone


def test_without_data_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH / "cascade.py"), "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    assert "skipped: " in done.stderr
    assert "--data" in done.stderr
