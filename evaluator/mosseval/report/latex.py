"""Tables for LaTeX (booktabs): any text in, nothing of it obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from mosseval.report.sheet import Sheet
from mosseval.web.text import shown

ESCAPES = {
    **{"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_"},
    **{"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}"},
    **{"|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "'": r"\textquotesingle{}"},
    **{"–": "--", "→": r"$\rightarrow$", "…": r"\ldots{}", "⟨": r"\textlangle{}", "⟩": r"\textrangle{}"},
}
LONGEST = 400


def escaped(text: str) -> str:
    """Text that LaTeX sets as it is: hyphens do not join to dashes, and no bracket or star is the row end's option."""
    characters = shown(" ".join(text.split()), LONGEST)
    made = "".join(
        f"{{}}{each}" if each == "-" == before else ESCAPES.get(each, each)
        for before, each in zip(f" {characters}", characters, strict=False)
    )
    return f"{{}}{made}" if made[:1] in ("[", "*") else made


def as_latex(sheet: Sheet) -> str:
    """A `table` with its caption."""
    columns = "".join("l" if number < sheet.words else "r" for number in range(len(sheet.columns)))
    rows = [_row(row) for row in sheet.rows]
    lines = [
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{escaped(sheet.title)}}}",
        rf"  \begin{{tabular}}{{{columns}}}",
        r"    \toprule",
        _row(sheet.columns),
        r"    \midrule",
        *rows,
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def document(sheets: Sequence[Sheet]) -> str:
    """The tables, one after the other, for a preamble with booktabs and textcomp.

    A name beyond Latin letters needs LuaLaTeX and a font that has it.
    """
    head = "% Needs \\usepackage{booktabs} and \\usepackage{textcomp}.\n"
    return head + "\n\n".join(map(as_latex, sheets)) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"    {' & '.join(map(escaped, cells))} \\\\"
