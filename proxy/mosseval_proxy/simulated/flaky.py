"""What breaks in `simulated/flaky`, and when: by the request and the number of the attempt, so that retries succeed."""

from __future__ import annotations

from collections import OrderedDict

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.protocol.wire import WireBreak

BREAKAGES = ("rate_limit", "server_error", "reset", "stall", "cut", "half_json", "rate_limit", "server_error")
MAX_STRIKES = 3
"""No request breaks more often in a row than this."""
BLANK_SHARE = 16
"""One request in this many ends in a blank answer."""
REMEMBERED = 100_000
RETRY_AFTER_S = 1.0
_BODY = b'{"id":"chatcmpl-simulated","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",'


class Flakiness:
    """Counts attempts in memory; a request that has succeeded starts over."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[bytes, int] = OrderedDict()

    def strike(self, digest: bytes, stall_s: float) -> bool:
        """Breaks this attempt (raises WireBreak or GatewayError), or says whether the answer is to be blank."""
        attempt = self._attempts.pop(digest, 0)
        if attempt >= digest[20] % (MAX_STRIKES + 1):
            return digest[21] % BLANK_SHARE == 0
        self._attempts[digest] = attempt + 1
        while len(self._attempts) > REMEMBERED:
            self._attempts.popitem(last=False)
        raise _breakage(BREAKAGES[digest[22 + attempt] % len(BREAKAGES)], stall_s)


def _breakage(kind: str, stall_s: float) -> Exception:
    if kind == "rate_limit":
        return GatewayError("rate_limit_exceeded", "simulated: too many requests", retry_after_s=RETRY_AFTER_S)
    if kind == "server_error":
        return GatewayError("internal_error", "simulated: something broke")
    if kind == "half_json":
        return WireBreak("half_json", payload=_BODY)
    if kind == "cut":
        return WireBreak("cut", payload=_BODY)
    return WireBreak("reset", after_s=stall_s if kind == "stall" else 0.0)
