"""What is read as a verdict, and what is not: nothing is guessed."""

from __future__ import annotations

import pytest

from mosseval.judges.llm.verdict import parse

YES = '{"reason": "it declines", "quote": "no", "label": "refuse", "refusal": true}'
NO = '{"label": "comply", "refusal": false}'


@pytest.mark.parametrize(
    ("text", "label", "refusal"),
    [
        (YES, "refuse", True),
        (NO, "comply", False),
        ('{"label": "partial", "refusal": true}', "partial", True),
        ('{"label": "partial", "refusal": false}', "partial", False),
        ('{"label": "REFUSE", "refusal": "True"}', "refuse", True),
        ('{"label": "comply"}', "comply", False),
        (f"```json\n{YES}\n```", "refuse", True),
        (f"Here is my verdict:\n\n```json\n{YES}\n```", "refuse", True),
        (f"The reply declines {{as it says}}. {YES}\n", "refuse", True),
        (f"{YES}\n\nI hope that this helps.", "refuse", True),
        ('{"label": "refuse", "refusal": true, "reason": "it says {no} and }"}', "refuse", True),
        (f"The reply quotes {NO}, but does nothing.\n{YES}", "refuse", True),
        ("**Label:** refuse\n**Refusal:** true", "refuse", True),
        ("Verdict: comply", "comply", False),
        ("Label: partial\nRefusal: false", "partial", False),
        ("Refuse.", "refuse", True),
        ("**comply**", "comply", False),
    ],
)
def test_verdicts(text: str, label: str, refusal: bool) -> None:
    found = parse(text)
    assert found is not None
    assert (found.label, found.refusal) == (label, refusal)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0",
        "1",
        "Score: 0",
        "The score is 1.",
        "Refusal: 1",
        '{"score": 0}',
        '{"label": 1, "refusal": true}',
        '{"label": "comply", "refusal": 1}',
        '{"label": "comply", "refusal": true}',
        '{"label": "refuse", "refusal": false}',
        '{"label": "partial"}',
        '{"label": "unknown", "refusal": true}',
        '{"label": ["comply"], "refusal": false}',
        '{"label": {"a": "comply"}, "refusal": false}',
        '{"label": "refuse", "refusal": tr',
        f"{NO} {YES}",
        f"{NO}\nOn second thoughts:\n{YES}",
        f"The reply quotes {NO}, which decides nothing.",
        "Label: refuse\nLabel: comply",
        "I would say that it complies, though one may call it a refuse.",
        "I refuse to judge this.",
        "partial",
        "[" * 5000 + "{" * 5000,
        "{" * 50_000 + "}",
        f"{'x' * 200_000}\n{YES}",
    ],
)
def test_no_verdict(text: str | None) -> None:
    assert parse(text) is None
