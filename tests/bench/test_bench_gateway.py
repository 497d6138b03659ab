"""The gateway's benchmark in its smallest size: every side of ours answers, and what is printed adds up."""

from __future__ import annotations

from gateway import BARE, BODIES, CLAUDE, PASSED, Plan, measure


def test_every_side_is_measured_under_every_body() -> None:
    printed, figures = measure(Plan(rounds=1, seconds=0.2, single=5, pictures=40), with_stock=False)
    rates = figures["rates"]
    assert isinstance(rates, dict)
    assert list(rates) == [str(body) for body in BODIES]
    for sides in rates.values():
        assert list(sides) == [BARE, PASSED, CLAUDE]
        for [sample] in sides.values():
            assert sample["load"]["requests"] > 0
            assert sample["load"]["p50_ms"] > 0
    sample = rates["0"][PASSED][0]["load"]
    assert f"| {PASSED} | {sample['requests'] / sample['seconds']:,.0f}/s" in printed
    assert "Ready " in printed
