"""Strips keys and pictures from texts that came from elsewhere, before they reach an answer or a log."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_LENGTH = 2000
"""Characters of a provider's message that are passed on."""
REMOVED = "[key removed]"
KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|hf|r8|fw|csk|nvapi|tgp|pplx)[-_][A-Za-z0-9*_-]{8,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}|\bya29\.[A-Za-z0-9_.-]{8,}|\bA[KS]IA[A-Z0-9]{12,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]{10,}"
    r"|-----BEGIN[A-Z ]*PRIVATE KEY-----.*?(?:-----END[A-Z ]*PRIVATE KEY-----|$)",
    re.S,
)
NAMED = re.compile(
    r"(?i)(\b(?:bearer|basic)\s+|[?&](?:api_?)?key="
    r"|\b(?:x-api-key|api[-_]?key|authorization|x-amz-security-token|access_token|private_key)"
    r"[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic)\s+)?)"
    r"[^\s\"'&,}]{6,}"
)
ENCODED = re.compile(r"(?:data:[a-z0-9.+/-]{1,60};base64,)?[A-Za-z0-9+/]{200,}={0,2}")


class Scrubber:
    """Knows the keys of this process; also removes what merely looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(secret) for secret in known)) if known else None

    def clean(self, text: str) -> str:
        """The text without keys, pictures and control characters, bounded in length."""
        text = text[: 50 * MAX_LENGTH]
        if self._known is not None:
            text = self._known.sub(REMOVED, text)
        text = NAMED.sub(lambda match: match[1] + REMOVED, text)
        text = ENCODED.sub("[data removed]", KEY_LIKE.sub(REMOVED, text))
        text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in text)
        return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}…"
