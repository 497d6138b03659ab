"""What a guardrail of Amazon Bedrock held back, and where, by the trace that comes with the answer.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailTraceAssessment.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.outcomes.endings import text
from mosseval_proxy.records import Block, Category, Where


@dataclass(frozen=True, slots=True)
class _Policy:
    """Where a policy lists its findings, the field that names one, and what precedes the name."""

    name: str
    findings: str
    named_by: str | None
    prefix: str = ""
    category: Category = "safety"


POLICIES = (
    _Policy("contentPolicy", "filters", "type"),
    _Policy("topicPolicy", "topics", "name", "topic "),
    # A custom word is the client's own text, which stands in no reason.
    _Policy("wordPolicy", "customWords", None, "words"),
    _Policy("wordPolicy", "managedWordLists", "type"),
    _Policy("sensitiveInformationPolicy", "piiEntities", "type"),
    _Policy("sensitiveInformationPolicy", "regexes", "name", "pattern "),
    _Policy("contextualGroundingPolicy", "filters", "type", "", "other"),
)


def guardrail_block(raw: Mapping[str, Any], provider: str | None) -> Block:
    """The block of an answer, or of a stream's end, whose `stopReason` is guardrail_intervened.

    Without a trace its policy is unknown, and it struck at the input if nothing was generated.
    """
    trace = raw.get("trace")
    found = trace.get("guardrail") if isinstance(trace, Mapping) else None
    assessed = found if isinstance(found, Mapping) else {}
    places: tuple[tuple[Where, Any], ...] = (
        ("input", assessed.get("inputAssessment")),
        ("output", assessed.get("outputAssessments")),
    )
    for where, assessments in places:
        hits = list(dict.fromkeys(_hits(assessments)))
        if hits:
            category: Category = "safety" if any(kind == "safety" for _, kind in hits) else "other"
            return Block(where, category, provider, f"guardrail: {', '.join(name for name, _ in hits)}")
    usage = raw.get("usage")
    generated = isinstance(usage, Mapping) and usage.get("outputTokens") != 0
    return Block("output" if generated else "input", "unknown", provider, "guardrail_intervened")


def _hits(assessments: Any) -> Iterator[tuple[str, Category]]:
    """Everything that was blocked, by name and category; assessments come by guardrail, those of an output in lists."""
    for one_or_more in assessments.values() if isinstance(assessments, Mapping) else ():
        for assessment in one_or_more if isinstance(one_or_more, list) else [one_or_more]:
            for policy in POLICIES if isinstance(assessment, Mapping) else ():
                yield from _blocked(assessment.get(policy.name), policy)


def _blocked(assessed: Any, policy: _Policy) -> Iterator[tuple[str, Category]]:
    found = assessed.get(policy.findings) if isinstance(assessed, Mapping) else None
    for finding in found if isinstance(found, list) else ():
        if isinstance(finding, Mapping) and finding.get("action") == "BLOCKED":
            name = text(finding.get(policy.named_by)) if policy.named_by else ""
            yield f"{policy.prefix}{name or ''}", policy.category
