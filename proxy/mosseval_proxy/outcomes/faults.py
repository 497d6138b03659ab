"""What goes wrong beside an answer, as plain data: exceptions on the way to a provider, and the parts of a rejection.

By duck typing: litellm itself is imported in `upstream` alone.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Iterator

from mosseval_proxy.outcomes import ProviderFault
from mosseval_proxy.outcomes.failures import BY_KIND

ADDED = re.compile(r"\n+LiteLLM: model group|\nTraceback \(most|\nmodel=|\n+Set '|\s*Original exception: ")
"""Where litellm's additions to its own words begin."""
PREFIX = re.compile(r"^(?:litellm\.)?\w*(?:Error|Timeout|Exception)(?:: | - )")
FIELD = re.compile(r"[A-Za-z_][\w.\[\]]{0,99}", re.ASCII)
"""A field's name in a provider's error (`messages[0].content`): anything else is no name."""
MAX_RETRY_AFTER_S = 24 * 3600.0


def describe(error: BaseException, provider: str | None) -> ProviderFault:
    """An exception that is not a provider's rejection: litellm would not send the request, or a connection broke.

    Only of the former are the words kept: others may tell of addresses within a network.
    """
    chain = list(_chain(error))
    names = [type(each).__name__ for each in chain]
    kind = next((name for name in names if name in BY_KIND), names[-1])
    # litellm folds some statuses into others: the innermost is the provider's own.
    status = next((code for each in reversed(chain) if (code := _status(each)) is not None), None)
    if status is not None and 400 <= status < 500 and kind not in CONNECTION:
        return ProviderFault(kind, _words(error), provider, status)
    return ProviderFault(kind, kind, provider)


CONNECTION = frozenset(name for name, code in BY_KIND.items() if code == "timeout")
"""The kinds to which litellm gives a status that no provider sent."""


def wait_s(value: str) -> float | None:
    """The seconds that a header Retry-After asks for, within bounds; None for one that says nothing."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value.strip()):
        seconds = float(value)
    else:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _words(error: BaseException) -> str:
    text = ADDED.split(str(getattr(error, "message", "") or error), maxsplit=1)[0].strip()
    while (prefix := PREFIX.match(text)) is not None:
        text = text[prefix.end() :]
    return text


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it was raised from, outermost first; a wrapper of mid-stream errors is looked through."""
    original = getattr(error, "original_exception", None)
    seen: set[int] = set()
    cause: BaseException | None = original if isinstance(original, BaseException) else error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
