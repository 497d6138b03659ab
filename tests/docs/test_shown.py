"""What runs the documentation's commands finds what is wrong with a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shown import Block, blocks, missing
from shown_page import Otherwise, Page, opened


def written(folder: Path, *lines: str) -> list[Block]:
    """The blocks of a page with these lines."""
    page = folder / "page.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(blocks(page))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened(tmp_path, 1, {}) as running:
        yield running


@pytest.mark.parametrize(
    ("fence", "line", "fault"),
    [
        ("```console run", "$ true", None),
        ("```sh run exit=2 stop", "$ true", None),
        ("```bash needs=docker", "$ docker ps", None),
        ("```console", "$ true", "say `run`"),
        ("```console run needs=gpu", "$ true", "say `run`"),
        ("```console needs=patience", "$ true", "none of"),
        ("```console run twice", "$ true", "no mark"),
        ("```console run", "true", "no line begins"),
        ("```", "$ true", "say `run`"),
    ],
)
def test_a_block_must_say_what_becomes_of_it(tmp_path: Path, fence: str, line: str, fault: str | None) -> None:
    [block] = written(tmp_path, "text", fence, line, "```")
    said = block.fault()
    assert (said is None) == (fault is None)
    assert fault is None or fault in str(said)


def test_other_languages_are_no_commands(tmp_path: Path) -> None:
    assert not written(tmp_path, "```text", "$ rm", "```", "````", "```console", "````", "```yaml", "a: 1", "```")


def test_a_fence_in_a_list_is_one_too(tmp_path: Path) -> None:
    [block] = written(tmp_path, "- text", "", "  ```console run", "  $ echo a", "  a", "  ```")
    assert [(each.text, each.shown) for each in block.commands] == [("echo a", ("a",))]


def test_commands_go_on_after_a_backslash_and_own_the_lines_below(tmp_path: Path) -> None:
    [block] = written(tmp_path, "```console run", "$ echo one \\", "    two", "one two", "$ true", "```")
    assert [(each.text, each.shown) for each in block.commands] == [
        ("echo one \\\n    two", ("one two",)),
        ("true", ()),
    ]


@pytest.mark.parametrize(
    ("shown", "came", "wrong"),
    [
        ("13 of 30   43.3%", "13 of 30 43.3%", False),
        ("13 of 30", "14 of 30", True),
        ("30/30 · 156.7/s · 2 refused", "30/30 · 9.1/s · 2 refused", False),
        ("30/30 · 156.7/s · 2 refused", "30/30 · 9.1/s · 3 refused", True),
        ("2026-11-24T23:53:51.363880Z listening", "2027-01-01T00:00:00.1Z listening", False),
        ("run: … done", "run: a b c done", False),
        ("run: …", "ran: a", True),
        (" ────── ", "", False),
        ("…", "", False),
    ],
)
def test_an_output_is_held_against_what_is_shown(tmp_path: Path, shown: str, came: str, wrong: bool) -> None:
    [block] = written(tmp_path, "```console run", "$ true", shown, "```")
    assert missing(block.commands[0], f"before\n{came}\nafter") == ([shown] if wrong else [])


@pytest.mark.parametrize(
    ("marks", "lines", "wrong"),
    [
        ("run", ["$ echo a", "a"], ""),
        ("run", ["$ echo a >file", "$ cat file", "a"], ""),
        ("run", ["$ export A=one", "$ echo $A", "one"], ""),
        ("run", ["$ echo a", "b"], "did not come: ['b']"),
        ("run", ["$ false"], "ended with 1, expected 0"),
        ("run", ["$ false | true"], "ended with 1, expected 0"),
        ("run exit=1", ["$ false"], ""),
        ("run exit=1", ["$ true"], "ended with 0, expected 1"),
        ("run exit=1", ["$ false", "$ false"], "expected 0"),
        ("run stop", ["$ echo up; sleep 600", "up"], ""),
        ("run stop", ["$ echo up", "down"], "did not come: ['down']"),
        ("run", ["$ sh -c 'echo listening; sleep 600' &", "$ true"], ""),
        ("run", ["$ sh -c 'echo no' &", "$ true"], "ended with"),
    ],
)
def test_commands_run_as_marked(page: Page, marks: str, lines: list[str], wrong: str) -> None:
    [block] = written(page.folder, f"```console {marks}", *lines, "```")
    if not wrong:
        page.run(block)
        return
    with pytest.raises(Otherwise) as error:
        page.run(block)
    assert wrong in str(error.value)
