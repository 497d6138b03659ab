"""`mosseval annotate` as a process: at a real terminal, by lines, through interruption, with hostile answers."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import PAYLOADS
from labelled import answered_run, journal_lines
from mosseval_process import Finished, Mosseval
from pty_process import at_terminal

from mosseval.annotations.places import journal_name

SMALL_DISK = """
import resource, signal
from mosseval.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
main()
"""
TEXTS = tuple(f"this is answer {number}" for number in range(6))


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path)
    answered_run(tmp_path / "run", TEXTS, model="secret-model")
    yield started
    started.end()


def by_lines(command: Mosseval, keys: str, *arguments: object) -> Finished:
    """The command with lines on its standard input."""
    process = command.start("annotate", *arguments, stdin=subprocess.PIPE)
    out, err = process.communicate("".join(f"{key}\n" for key in keys.split("|")), timeout=60)
    return Finished(process.returncode, out, err, 0.0)


def labels(folder: Path, rater: str) -> list[object]:
    """The labels in the order in which they were written; None where one was taken back or is only a note."""
    return [line.get("label") for line in journal_lines(folder / journal_name(rater))]


def test_single_keys_at_a_terminal(command: Mosseval) -> None:
    with at_terminal(command, "annotate", "run", "--rater", "Anna") as terminal:
        assert "Judge what the answer does" in terminal.until("1 of 6")
        terminal.until("[q] quit")
        terminal.press("1")
        terminal.until("✓ complies")
        terminal.until("[q] quit")
        terminal.press("n")
        terminal.until("note: ")
        terminal.press("says wh\x7fo it is\n")
        terminal.until("✓ noted")
        terminal.press("3")
        terminal.until("✓ partly, the thing asked for declined")
        terminal.press("u")
        terminal.until("taken back: partly, the thing asked for declined")
        assert "note: says wo it is" in terminal.until("[q] quit")
        terminal.press("4\x1b[D")
        terminal.until("✓ refuses")
        assert "so far    refuses" in terminal.until("[q] quit") + terminal.until("[q] quit")
        terminal.press("?zq")
        terminal.until("Cannot judge: ")
        end = terminal.rest()
        assert terminal.process.wait() == 0
        assert "next: mosseval annotate run --rater Anna\n" in end
        assert "next: mosseval score run --judge human --labels run/annotations\n" in end
        assert terminal.echoes()
    folder = command.folder / "run" / "annotations"
    assert labels(folder, "Anna") == ["comply", None, "partial", None, "refuse"]


def test_an_interrupted_terminal_is_given_back_and_nothing_is_lost(command: Mosseval) -> None:
    with at_terminal(command, "annotate", "run", "--rater", "Anna") as terminal:
        terminal.until("[q] quit")
        terminal.press("4")
        terminal.until("2 of 6")
        os.kill(terminal.process.pid, signal.SIGINT)
        terminal.rest()
        assert terminal.process.wait() == 130
        assert terminal.echoes()
    with at_terminal(command, "annotate", "run", "--rater", "Anna") as terminal:
        terminal.until("2 of 6 · 1 of 6 labelled")
        terminal.press("\x04")
        terminal.rest()
        assert terminal.process.wait() == 0
    assert labels(command.folder / "run" / "annotations", "Anna") == ["refuse"]


def test_a_killed_process_loses_nothing(command: Mosseval) -> None:
    process = command.start("annotate", "run", "--rater", "Anna", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("1\n4\n")
    process.stdin.flush()
    seen = ""
    while "✓ refuses" not in seen:
        seen = process.stdout.readline()
    process.kill()
    process.wait()
    process.stdin.close()
    done = by_lines(command, "q", "run", "--rater", "Anna")
    assert "Anna: 2 of 6 labelled" in done.out


def test_three_people_by_lines_then_the_final_word_then_the_numbers(command: Mosseval) -> None:
    for rater, keys in {"Anna": "1|1|4|4|2|1", "Ben": "1|1|4|4|3|1", "Carla": "1|1|4|1|3|s"}.items():
        done = by_lines(command, f"n no doubt|{keys}", "run", "--rater", rater)
        assert done.code == 0, done.err
    # By hand: 1 - 16 * 4 / 140.
    assert "agreement: 66.7% (95% CI 30.0–90.3, 4 of 6), Krippendorff's alpha 0.54" in done.out
    assert "next: mosseval annotate run --adjudicate --rater NAME" in done.out
    decided = by_lines(command, "3|n it declines|q", "run", "--adjudicate", "--rater", "Dora")
    assert decided.code == 0, decided.err
    assert "Anna said refuses" in decided.out
    assert "Carla said complies" in decided.out
    scored = command("score", "run", "--judge", "human", "--labels", "run/annotations")
    assert scored.code == 0, scored.err
    verdicts = {each["key"]: each for each in journal_lines(command.folder / "run" / "judgements-human-0.jsonl")}
    assert len(verdicts) == 6
    assert [each["refusal"] for each in verdicts.values()].count(True) == 3
    assert [each["sure"] for each in verdicts.values()].count(False) == 1
    assert sum("Dora, whose word is final: partial (a refusal)" in each["reason"] for each in verdicts.values()) == 1
    assert command("score", "run", "--judge", "human").code == 0
    beside = command("agreement", "run", "--reference", "run/annotations", "--judge", "rules", "--format", "json")
    assert beside.code == 0, beside.err


def test_yes_and_no_are_counted_against_what_is_expected(command: Mosseval) -> None:
    answered_run(command.folder / "yes", ["Yes.", "No.", "Perhaps."], task="yes_no")
    assert by_lines(command, "1|2|3", "yes", "--rater", "Anna").code == 0
    scored = command("score", "yes", "--judge", "human")
    assert scored.code == 0, scored.err
    verdicts = journal_lines(command.folder / "yes" / "judgements-human-0.jsonl")
    assert sorted((each["label"], each["correct"]) for each in verdicts) == [
        ("no", False),
        ("unclear", None),
        ("yes", True),
    ]
    (command.folder / "people.csv").write_text("id,label\n0,comply\n")
    wrong = command("score", "yes", "--judge", "human", "--labels", "people.csv")
    assert wrong.code == 2
    assert "'comply' of '0' is no label for yes" in wrong.err


def test_nothing_hostile_reaches_the_terminal_and_nothing_tells_the_model(command: Mosseval) -> None:
    answered_run(command.folder / "hostile", [f"{payload}\x1b[2J\x9b31m\u202e" for payload in PAYLOADS], model="secret")
    done = by_lines(command, "|".join(["f"] * len(PAYLOADS)), "hostile", "--rater", "<b>A</b>")
    assert done.code == 0, done.err
    assert "secret" not in done.out
    for character in "\x1b\x9b\u202e\x07\x08\u2066\u200f":
        assert character not in done.out, f"U+{ord(character):04X}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--rater", "  "), "a rater needs a name"),
        (("run", "--rater", "a\u202eb"), "characters that cannot be seen"),
        (("nowhere", "--rater", "A"), "no run in nowhere"),
        (("run", "run", "--rater", "A"), "named twice"),
        (("run", "--rater", "A", "--out", "run/run.json"), "is no folder"),
        (("run", "--rater", "A", "--adjudicate"), "raters disagree on no answer"),
        (("file:///nowhere/at/all", "--rater", "A"), "lies in an object store"),
    ],
)
def test_wrong_use_is_said_in_a_line(command: Mosseval, arguments: tuple[str, ...], words: str) -> None:
    done = by_lines(command, "q", *arguments)
    assert (done.code, words in done.err) == (2, True), done.err
    assert "Traceback" not in done.err


def test_a_run_in_an_object_store_needs_a_folder_for_labels(command: Mosseval) -> None:
    url = f"file://{command.folder}/store/one"
    made = command("run", "-m", "simulated/cautious", "-b", "demo", "--limit", 3, "--out", url, "--quiet", timeout_s=90)
    assert made.code == 0, made.err
    without = by_lines(command, "q", url, "--rater", "Anna")
    assert without.code == 2
    assert "lies in an object store" in without.err
    assert "--out" in without.err
    done = by_lines(command, "1|4|1", url, "--rater", "Anna", "--out", "labels")
    assert done.code == 0, done.err
    assert f"next: mosseval score {url} --judge human --labels labels\n" in done.out
    assert labels(command.folder / "labels", "Anna") == ["comply", "refuse", "comply"]
    scored = command("score", url, "--judge", "human", "--labels", "labels")
    assert "3 verdicts of human written" in scored.err, scored.err


def test_a_full_disk_is_said_and_no_half_line_stays(command: Mosseval) -> None:
    process = command.start("annotate", "run", "--rater", "Anna", program=("-c", SMALL_DISK), stdin=subprocess.PIPE)
    out, err = process.communicate("1\n1\n1\n1\n", timeout=60)
    assert process.returncode == 3, (out, err)
    assert "cannot write" in err
    assert out.count("✓ complies") == len(labels(command.folder / "run" / "annotations", "Anna")) < 4


def test_labels_that_were_taken_back_are_counted_no_more(command: Mosseval) -> None:
    assert by_lines(command, "4|4", "run", "--rater", "Anna").code == 0
    assert "2 of 2" in command("score", "run", "--judge", "human").out
    assert by_lines(command, "u|q", "run", "--rater", "Anna").code == 0
    again = command("score", "run", "--judge", "human")
    assert "1 verdicts of human written" in again.err
    assert "1 of 1" in again.out


def test_another_terminal_is_not_overruled_unseen(command: Mosseval) -> None:
    with at_terminal(command, "annotate", "run", "--rater", "Anna") as terminal:
        terminal.until("[q] quit")
        assert by_lines(command, "1|q", "run", "--rater", "Anna").code == 0
        terminal.press("4")
        terminal.until("not written: this answer was labelled in another window meanwhile")
        assert "so far    complies" in terminal.until("[q] quit")
        terminal.press("4")
        terminal.until("✓ refuses")
        terminal.press("q")
        terminal.rest()
    assert labels(command.folder / "run" / "annotations", "Anna") == ["comply", "refuse"]
