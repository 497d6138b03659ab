"""The Indexed Job of a run: one index a shard, its policy by the exit codes of `mosseval run`."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mosseval.errors import UsageError
from mosseval.k8s.naming import job_name, label_value, run_sha256
from mosseval.k8s.order import JobOrder
from mosseval.k8s.pod import CONTAINER, pod_spec

WRONG_INPUT = 2
"""Exit code of `mosseval run` for what no further attempt can mend."""
PART = "mosseval/"
"""Before our own labels and annotations."""
RENDERED = f"{PART}rendered-sha256"
"""The annotation that tells one rendered Job from another, whatever a cluster adds to it."""
MAX_BYTES = 512_000
"""Of a Job's JSON; a cluster's own limit is about 1.5 MB with all that it adds."""

Document = dict[str, Any]


def render(order: JobOrder) -> Document:
    """The Job as JSON. Raises UsageError where it is too large for a cluster."""
    order.checked()
    labels = {
        "app.kubernetes.io/name": "mosseval",
        "app.kubernetes.io/part-of": "mosseval",
        "app.kubernetes.io/component": "evaluator",
        f"{PART}run": run_sha256(order)[:16],
    }
    metadata: Document = {
        "name": job_name(order),
        "namespace": order.namespace,
        "labels": {
            **labels,
            f"{PART}model": label_value(order.model),
            f"{PART}benchmark": label_value(order.benchmark),
        },
        "annotations": {
            f"{PART}out": order.out,
            f"{PART}model": order.model,
            f"{PART}benchmark": order.benchmark,
        },
    }
    if order.queue is not None:
        metadata["labels"]["kueue.x-k8s.io/queue-name"] = order.queue
    document: Document = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": _spec(order, labels),
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    if len(text) > MAX_BYTES:
        raise UsageError(
            f"the Job would have {len(text):,} bytes, {MAX_BYTES:,} are the most",
            hint="its texts are too long: a system prompt, or a list of ids",
        )
    metadata["annotations"][RENDERED] = hashlib.sha256(text.encode()).hexdigest()
    return document


def _spec(order: JobOrder, labels: Document) -> Document:
    return {
        "completionMode": "Indexed",
        "completions": order.shards,
        "parallelism": order.parallelism,
        "suspend": order.suspend or order.queue is not None,
        "backoffLimitPerIndex": order.retries,
        # A shard has one writer: the next pod comes when the last one is gone, not when it is told to go.
        "podReplacementPolicy": "Failed",
        "podFailurePolicy": {"rules": _rules()},
        "ttlSecondsAfterFinished": order.ttl_s,
        "template": {"metadata": {"labels": {**labels, **dict(order.labels)}}, "spec": pod_spec(order)},
    }


def _rules() -> list[Document]:
    """The first that matches decides: a drained node ends a pod with 143, and that is nobody's fault."""
    by_code = {"containerName": CONTAINER, "operator": "In", "values": [WRONG_INPUT]}
    return [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "FailJob", "onExitCodes": by_code},
        {
            "action": "Count",
            "onExitCodes": {"containerName": CONTAINER, "operator": "NotIn", "values": [0, WRONG_INPUT]},
        },
    ]
