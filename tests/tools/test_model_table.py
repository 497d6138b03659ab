"""docs/models.md: its tables are those of the catalogue, and a change of either is noticed."""

from __future__ import annotations

from pathlib import Path

import model_table
import pytest

from mosseval_proxy.catalogue import build


def test_the_page_is_current() -> None:
    assert model_table.main(["--check"]) == 0


def test_every_model_of_the_papers_says_how_it_was_shown() -> None:
    assert {entry.id for entry in build(environment={}) if entry.own.papers} == model_table.SHOWN.keys()


def test_every_table_has_its_place() -> None:
    text = model_table.PAGE.read_text(encoding="utf-8")
    for name in model_table.tables(build(environment={})):
        assert text.count(f"<!-- table: {name} -->") == 1


def test_a_page_that_says_otherwise_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "models.md"
    page.write_text(model_table.PAGE.read_text(encoding="utf-8").replace("2026-01-05", "2026-01-06"), encoding="utf-8")
    monkeypatch.setattr(model_table, "PAGE", page)
    assert model_table.main(["--check"]) == 1
    assert "models.md is not current" in capsys.readouterr().out
    assert model_table.main([]) == 0
    assert model_table.main(["--check"]) == 0
