"""Names that follow from what a run is: the same run has the same name, so that it cannot be started twice."""

from __future__ import annotations

import hashlib
import json
import re

from mosseval.k8s.order import JobOrder

PREFIX = "mosseval"
LONGEST_SLUG = 30
LONGEST_VALUE = 63
"""Of a label."""


def run_sha256(order: JobOrder) -> str:
    """Over where a run is written, what is asked and in how many shards; not over how fast, or by which image."""
    document = {"out": order.out, "shards": order.shards, "gateway": order.gateway_url, "run": dict(order.identity)}
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def job_name(order: JobOrder) -> str:
    """The Job's name: at most 50 characters, so that a pod's host name (`NAME-INDEX`) is no longer than 63."""
    slug = _slug(f"{order.benchmark}-{order.model}")[:LONGEST_SLUG].strip("-")
    return "-".join(part for part in (PREFIX, slug, run_sha256(order)[:10]) if part)


def label_value(text: str) -> str:
    """A text as the value of a label: what no label may hold becomes `-`."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:LONGEST_VALUE].strip("-_.")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
