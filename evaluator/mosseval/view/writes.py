"""What a page writes: a bounded form or JSON object of strings, with the token of this process."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from mosseval.view.guard import TOKEN_FIELD, TOKEN_HEADER, Token

MOST_BYTES = 4_000_000
"""Of a body: a pasted answer may be long, a picture never comes this way."""
MOST_FIELDS = 50


async def written(request: Request, token: Token) -> Mapping[str, str]:
    """The fields of a write, without the token.

    Raises HTTPException: 403 with the header `X-Mosseval-Token: stale` where the token is another process's (the page
    asks /token and tries again), 413 for what is too large, 400 for what is no form of strings.
    """
    fields = _fields(request.headers.get("content-type", ""), await _body(request))
    given = request.headers.get(TOKEN_HEADER) or fields.pop(TOKEN_FIELD, "")
    fields.pop(TOKEN_FIELD, None)
    if not token.fits(given):
        why = "the page was opened before the app was started again: load it anew"
        raise HTTPException(403, why, headers={TOKEN_HEADER: "stale"})
    return fields


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"more than {MOST_BYTES:,} bytes")
    return bytes(body)


def _fields(kind: str, body: bytes) -> dict[str, str]:
    try:
        if kind.partition(";")[0].strip() == "application/json":
            found = orjson.loads(body)
        else:
            pairs = parse_qsl(
                body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
            )
            found = dict(pairs)
    except ValueError as error:
        raise HTTPException(400, "neither a form nor JSON") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise HTTPException(400, "a form holds strings")
    return found
