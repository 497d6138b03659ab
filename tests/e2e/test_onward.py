"""A newcomer with the demo run: every command is found in what the one before it printed."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from mosseval_process import Finished, Mosseval

LONG_S = 120.0
KEYS = "1" * 20 + "4" * 10


def following(done: Finished, command: str) -> list[str]:
    """The words of the `next:` line that names `command`."""
    assert done.code == 0, done.err
    lines = [line for line in (done.out + done.err).splitlines() if line.startswith(f"next: mosseval {command} ")]
    assert lines, f"nothing leads to {command}: {done.out}{done.err}"
    return shlex.split(lines[0])[2:]


def test_from_a_run_to_a_site_without_reading_the_docs(mosseval: Mosseval) -> None:
    ran = mosseval("run", "--model", "simulated/cautious", "--benchmark", "demo", timeout_s=LONG_S)
    reported = mosseval(*following(ran, "report"), timeout_s=LONG_S)
    assert (mosseval.folder / "report.html").is_file()

    app = mosseval.start(*following(reported, "view"), "--port", "0", "--no-browser")
    assert app.stdout is not None
    told = [app.stdout.readline(), app.stdout.readline()]
    app.terminate()
    assert told[0].startswith("view: http://127.0.0.1:")
    assert told[1].startswith("next: mosseval annotate runs/demo-simulated-cautious (or Annotate on the page; Collect")
    annotate = shlex.split(told[1].partition(" (")[0])[2:]

    read = mosseval.start(*annotate, "--rater", "Ada", stdin=subprocess.PIPE)
    out, err = read.communicate("\n".join(KEYS) + "\n", timeout=60)
    labelled = Finished(read.returncode, out, err, 0.0)
    scored = mosseval(*following(labelled, "score"), timeout_s=LONG_S)
    compared = mosseval(*following(scored, "agreement"), timeout_s=LONG_S)
    exported = mosseval(*following(compared, "export"), timeout_s=LONG_S)
    assert (mosseval.folder / "submission.json").is_file()
    published = mosseval(*following(exported, "leaderboard"), timeout_s=LONG_S)
    assert published.code == 0, published.err
    assert (mosseval.folder / "site" / "index.html").is_file()
    assert "next: open site/index.html" in published.out


def test_what_cannot_be_made_is_not_led_to(monkeypatch: pytest.MonkeyPatch) -> None:
    from mosseval.commands import onward

    assert onward.after_run(["runs/a"]) == "next: mosseval report runs/a"
    assert onward.after_report([Path("runs/a"), Path("runs/b")]) == "next: mosseval view runs"
    assert "report runs/a other/b --format pdf" in onward.after_report([Path("runs/a"), Path("other/b")])
    monkeypatch.setitem(onward.NEEDS, "view", ("no_such_package",))
    assert "--format pdf" in onward.after_report([Path("runs/a")])
    monkeypatch.setitem(onward.NEEDS, "report", ("no_such_package",))
    assert onward.after_run(["runs/a"]) == "next: mosseval summary runs/a --format json"


def test_a_hostile_name_is_one_word_of_one_line() -> None:
    from mosseval.commands.onward import onward

    line = onward("report", "a'; rm -rf /\n\x1b[2J")
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.startswith("next: mosseval report 'a'\"'\"'; rm -rf /")
