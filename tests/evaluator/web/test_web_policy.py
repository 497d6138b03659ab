"""The content security policy, and pages put together with it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from mosseval.web.page import LOOK, THEME, asset, templates, whole_page
from mosseval.web.policy import policy


def test_policy_names_each_inline_part_by_its_hash_and_allows_nothing_else() -> None:
    made = dict(part.split(" ", 1) for part in policy(scripts=["a()"], styles=["b{}"]).split("; "))
    digest = base64.b64encode(hashlib.sha256(b"a()").digest()).decode()
    assert made["script-src"] == f"'sha256-{digest}'"
    assert made["default-src"] == made["connect-src"] == made["base-uri"] == made["form-action"] == "'none'"
    assert made["img-src"] == "data:"
    assert "unsafe" not in str(made)


def test_policy_of_the_local_app_adds_its_own_origin() -> None:
    assert "connect-src 'self'" in policy(own_origin=True)
    assert "http" not in policy(own_origin=True)


def test_policy_lets_our_scripts_add_further_ones_only_where_that_is_asked_for() -> None:
    assert "strict-dynamic" not in policy(scripts=["a()"])
    made = dict(part.split(" ", 1) for part in policy(scripts=["a()"], loads=True).split("; "))
    assert made["script-src"].endswith(" 'strict-dynamic'")
    assert made["style-src"] == made["connect-src"] == "'none'"


def test_our_sheet_and_script_can_stand_inline() -> None:
    for inline in (asset(LOOK), asset(THEME), asset("report.css", "mosseval.report.page")):
        assert "</" not in inline
        assert "http" not in inline
        assert "@import" not in inline


@pytest.mark.parametrize("spoiled", ["a</style>b", "a<!--b", "a\r\nb"])
def test_an_inline_part_that_would_end_early_is_refused(spoiled: str) -> None:
    environment = templates("mosseval.report.page")
    environment.loader = None
    environment.get_template = lambda *_a, **_k: environment.from_string("{{ style }}")  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="inline"):
        whole_page(environment, "x", {}, styles=(spoiled,), scripts=())


def test_every_value_of_a_template_is_shown_and_escaped() -> None:
    made = templates("mosseval.report.page").from_string('<a title="{{ x }}">{{ x }}</a>').render(x='"<b>\u202e')
    assert made == '<a title="&#34;&lt;b&gt;⟨U+202E⟩">&#34;&lt;b&gt;⟨U+202E⟩</a>'
