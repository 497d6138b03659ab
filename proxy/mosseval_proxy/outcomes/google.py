"""What Google's APIs say beside an error: https://cloud.google.com/apis/design/errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

DELAY = re.compile(r"(\d{1,5}(?:\.\d{1,9})?)s", re.ASCII)


def google_error(body: Any) -> Mapping[str, Any]:
    """The error in a body; empty where there is none."""
    found = body.get("error") if isinstance(body, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def google_delay_s(body: Any) -> float | None:
    """The seconds that `RetryInfo` asks for: Gemini sends no header Retry-After."""
    details = google_error(body).get("details")
    for detail in details if isinstance(details, list) else ():
        said = detail.get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(said, str) and (delay := DELAY.fullmatch(said)):
            return float(delay[1])
    return None
