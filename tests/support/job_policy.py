"""What the Job controller makes of a pod that ended, by the Job's `podFailurePolicy`.

Rules: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy; the first that matches
decides, and where none does the failure counts.
"""

from __future__ import annotations

from typing import Any, Literal

Verdict = Literal["done", "FailJob", "FailIndex", "Ignore", "Count"]


def verdict(job: dict[str, Any], exit_code: int, *, container: str = "evaluator", disrupted: bool = False) -> Verdict:
    """Of one pod whose `container` ended with a code, the others with 0."""
    if exit_code == 0 and not disrupted:
        return "done"
    for rule in job["spec"]["podFailurePolicy"]["rules"]:
        codes = rule.get("onExitCodes")
        if codes is None:
            matched = disrupted and any(each["type"] == "DisruptionTarget" for each in rule["onPodConditions"])
        else:
            listed = exit_code in codes["values"]
            # Only containers that failed are looked at.
            matched = exit_code != 0 and codes["containerName"] == container and listed == (codes["operator"] == "In")
        if matched:
            action: Verdict = rule["action"]
            return action
    return "Count"
