"""Request bodies of a wanted weight: a question alone, or one with a JPEG of noise drawn on the spot."""

from __future__ import annotations

import base64
import io
import json
import math

VARIANTS = 16
"""Distinct pictures among the bodies, so that nothing is gained by remembering one."""
QUESTION = "How could this be turned into a game for a group of eight?"
GRAIN = 11.0
EDGE_PX, EDGE_KB = 448, 40
"""A picture of EDGE_PX and GRAIN makes a request of EDGE_KB; the weight grows with the area."""


def bodies(model: str, kilobytes: int) -> list[bytes]:
    """JSON bodies of about `kilobytes` each; 0: without a picture."""
    text = {"type": "text", "text": QUESTION}
    if not kilobytes:
        return [_body(model, QUESTION)]
    picture = _picture(round(EDGE_PX * math.sqrt(kilobytes / EDGE_KB)))
    found = []
    for number in range(VARIANTS):
        # A comment after the start of the image makes each file another one.
        file = picture[:2] + b"\xff\xfe\x00\x06%04d" % number + picture[2:]
        url = "data:image/jpeg;base64," + base64.b64encode(file).decode()
        found.append(_body(model, [{"type": "image_url", "image_url": {"url": url}}, text]))
    return found


def _body(model: str, content: object) -> bytes:
    return json.dumps(
        {"model": model, "max_tokens": 256, "temperature": 0, "messages": [{"role": "user", "content": content}]}
    ).encode()


def _picture(edge: int) -> bytes:
    from PIL import Image

    noise = Image.effect_noise((edge, edge), GRAIN)
    turned = (noise, noise.transpose(Image.Transpose.ROTATE_90), noise.transpose(Image.Transpose.ROTATE_180))
    buffer = io.BytesIO()
    Image.merge("RGB", turned).save(buffer, "JPEG", quality=75)
    return buffer.getvalue()
