"""What pages say is what is there: links of the repository's own pages, code, figures, the command reference."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import docs_commands
import docs_figures
import pytest
from docs_commands import Command, commands
from mosseval_process import InProcess

from mosseval.published import MOSSBENCH

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OUTSIDE_THE_SITE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]+)?\)")
COMMANDS = list(commands())


def text(page: str) -> str:
    """A page of docs/."""
    return (DOCS / page).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", OUTSIDE_THE_SITE)
def test_links_of_pages_beside_the_site_lead_somewhere(name: str) -> None:
    for target, anchor in LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        file = ROOT / (target or name)
        assert file.exists(), f"{name}: {target}"
        assert not anchor or anchor[1:] in anchors(file), f"{name}: {target}{anchor}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_examples_of_the_command_line_are_taken_by_it(command: Command) -> None:
    examples = re.findall(r"^mosseval (.*?)(?:\n\n|\Z)", command.tree.help or "", re.MULTILINE | re.DOTALL)
    for example in examples:
        words = shlex.split(" ".join(example.split()).partition(" | ")[0], comments=True)
        own = words[len(command.words) :] if tuple(words[: len(command.words)]) == command.words else None
        if own is not None:
            command.tree.make_context(command.name, own)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_the_command_reference_has_every_flag(command: Command) -> None:
    page = docs_commands.page(command)
    for flag in command.tree.params:
        if flag.name != "help" and not flag.hidden:
            assert all(name in page for name in (*flag.opts, *flag.secondary_opts) if name.startswith("-")), flag.name
    assert page.startswith(f"# {command.name}\n")
    assert f"({command.file}.md)" in docs_commands.index(COMMANDS)


def test_pages_of_commands_that_are_gone_go_too(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("# mosseval gone\n")
    docs_commands.write(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"index.md", *(f"{each.file}.md" for each in COMMANDS)}


def test_the_code_of_the_library_page_runs(here: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    assert here("run", "--model", "simulated/cautious", "--quiet").code == 0
    monkeypatch.chdir(here.folder)
    written: list[str] = []
    for block in re.findall(r"^```python\n(.*?)^```$", text("api.md"), re.DOTALL | re.MULTILINE):
        ast.parse(block)
        exec(compile(block, "api.md", "exec"), {"print": lambda *said: written.append(" ".join(map(str, said)))})
    assert written == ["13 of 30 (43.3333, 43.3333)", "refuse (0, 38) declines and serves nothing of the request"]


def test_the_list_of_providers_own_page_is_what_its_reader_is_given() -> None:
    given = Path(__file__).resolve().parent / "given" / "add-a-provider" / "acme.yaml"
    assert f"```yaml\n{given.read_text(encoding='utf-8')}```" in text("add-a-provider.md")


def test_published_rates_are_those_of_the_package() -> None:
    rows = re.findall(r"^\| `([\w.-]+)` \| (web|api|weights) \| (.*) \|$", text("papers.md"), re.MULTILINE)
    told = {name: (access, *figures.replace("*", "").split(" | ")) for name, access, figures in rows}
    mean = {name: [f"{sum(cells) / 3:.1f}" for cells in (row.gpt, row.people)] for name, row in MOSSBENCH.items()}
    assert told == {
        name: (row.access, *map(str, row.gpt), mean[name][0], *map(str, row.people), mean[name][1])
        for name, row in MOSSBENCH.items()
    }


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> docs_figures.Rows:
    """What `reproduce` finds in the published answers at hand."""
    return docs_figures.found(shared_data / "mossbench")


def test_what_is_found_again_is_what_reproduce_says(rows: docs_figures.Rows) -> None:
    """Where it is not: `python tools/docs_figures.py DATA`."""
    assert len(rows) == 16
    for name in docs_figures.DISTANCES:
        assert docs_figures.written(name, text(name), rows) == text(name), name


def test_figures_of_other_answers_change_the_pages(rows: docs_figures.Rows) -> None:
    changed = [dict(row) | {"paper_counting": {"percent": row["published_people"] + 1.0}} for row in rows]
    page = docs_figures.written("papers.md", text("papers.md"), changed)
    assert "the rules find lies 1.00 points" in page
    assert "| `gpt-4o` | 6.3 | 8.0 | 9.0 |" in page
    with pytest.raises(ValueError, match="0 times"):
        docs_figures.written("method.md", "nothing", rows)
