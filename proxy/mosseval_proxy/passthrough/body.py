"""The body of a request, with the pictures put in as the bytes that came: no JSON encoder sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from mosseval_proxy.passthrough.connection import Piece
from mosseval_proxy.records import Call
from mosseval_proxy.skeleton import MARK

MARKED = re.compile(f"{MARK}(\\d+)".encode())


def body(call: Call, model: str, params: Mapping[str, Any], *, stream: bool) -> list[Piece]:
    """The request in OpenAI's form, in pieces; of a stream the usage is asked for too."""
    document = {"model": model, "messages": call.messages, **params}
    if stream:
        document.update(stream=True, stream_options={"include_usage": True})
    # With one group in the pattern, every second piece is a picture's number.
    texts = MARKED.split(orjson.dumps(document))
    pieces: list[Piece] = [texts[0]]
    for number, text in zip(texts[1::2], texts[2::2], strict=True):
        picture = call.pictures[int(number)]
        pieces += [b"data:%s;base64," % picture.media_type.encode(), picture.payload, text]
    return pieces
