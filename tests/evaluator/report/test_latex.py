"""Tables for LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile import PAYLOADS

from mosseval.report.latex import as_latex, document, escaped
from mosseval.report.sheet import Sheet


@pytest.mark.parametrize(
    ("text", "set_"),
    [
        ("claude-3 50% [1–2]", r"claude-3 50\% [1--2]"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("[1]", "{}[1]"),
        ("a_b & $c$ #1 ^ ~", r"a\_b \& \$c\$ \#1 \textasciicircum{} \textasciitilde{}"),
    ],
)
def test_text_is_set_as_it_is(text: str, set_: str) -> None:
    assert escaped(text) == set_


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_command_but_ours_is_left(payload: str) -> None:
    commands = set(re.findall(r"\\[a-zA-Z]+", escaped(payload)))
    known = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar"}
    known |= {"textquotedbl", "textasciigrave", "textquotesingle", "rightarrow", "ldots", "textlangle", "textrangle"}
    assert {each[1:] for each in commands} <= known
    assert "\n" not in escaped(payload)


def test_a_table_has_its_caption_and_aligns_figures_right() -> None:
    made = as_latex(Sheet("By type", ("type", "rate"), (("a", "1.0%"),)))
    assert r"\caption{By type}" in made
    assert r"\begin{tabular}{lr}" in made
    assert r"    a & 1.0\% \\" in made


def test_latex_sets_the_whole_corpus(tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is missing")
    rows = tuple((each.encode("ascii", "ignore").decode(), "1") for each in PAYLOADS)
    body = document([Sheet("Corpus", ("text", "n"), rows)]).replace("table}", "center}").replace(r"\caption", r"\emph")
    head = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs,textcomp}\\begin{document}\n"
    (tmp_path / "x.tex").write_text(f"{head}{body}\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "x.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
