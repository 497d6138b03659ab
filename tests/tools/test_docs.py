"""What the documentation is made by: docstrings as markup, and pages mended for screen readers."""

from __future__ import annotations

import pytest
from docs_docstrings import as_markup
from docs_html import mended


@pytest.mark.parametrize(
    ("line", "markup"),
    [
        ("The `name` of *one*.", r"The ``name`` of \*one\*."),
        ("`a|b` or a|b", r"``a|b`` or a\|b"),
        ("what ends_ so, not snake_case", r"what ends\_ so, not snake_case"),
        (r"a \n", r"a \\n"),
    ],
)
def test_a_docstring_is_text_but_for_its_code(line: str, markup: str) -> None:
    assert list(as_markup([line])) == [markup]


def test_an_indented_paragraph_is_shown_as_it_stands() -> None:
    lines = ["Tree:", "", "    a_", "    `b`", "", "After a_."]
    assert list(as_markup(lines)) == ["Tree:", "", "::", "", "    a_", "    `b`", "", r"After a\_."]


def test_a_section_of_errors_is_left_to_its_reader() -> None:
    assert list(as_markup(["Raises:", "    UsageError: no `x`."])) == ["Raises:", "    UsageError: no ``x``."]


def test_parameters_are_no_list_of_definitions() -> None:
    one, two = '<em class="sig-param">a</em>,', '<em class="sig-param">b</em>,'
    assert mended(f"<dl>\n<dd>{one}</dd>\n<dd>{two}</dd>\n</dl>") == (
        f'<span class="sig-line">{one}</span>\n<span class="sig-line">{two}</span>\n'
    )
    assert mended("<dl>\n<dt>a</dt><dd>b</dd></dl>") == "<dl>\n<dt>a</dt><dd>b</dd></dl>"


def test_headings_landmarks_and_tables_say_what_they_are() -> None:
    empty = '<th class="head"><p></p></th>'
    page = (
        '<p class="caption" role="heading">Start</p><aside class="toc-drawer no-toc"></aside>'
        f"<thead>\n<tr>{empty}{empty}</tr>\n</thead><thead><tr>{empty}<th>one</th></tr></thead>"
    )
    assert mended(page) == (
        '<p class="caption" role="heading" aria-level="2">Start</p>'
        '<aside aria-label="On this page" class="toc-drawer no-toc"></aside>'
        "<thead><tr><td></td><th>one</th></tr></thead>"
    )
