"""A fake Anthropic server that is as strict about pictures as the real one, over real HTTP.

Limits: https://platform.claude.com/docs/en/build-with-claude/vision (8000 px, JPEG/PNG/GIF/WebP) and the API's own
message "image exceeds 5 MB maximum: … bytes > 5242880 bytes", which counts base64.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

MOST_BASE64 = 5_242_880
LONGEST_SIDE = 8000
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


class Refused(Exception):
    """A picture that the server does not take."""


def looked_at(source: dict[str, Any]) -> dict[str, Any]:
    """What arrived. Raises Refused for what the real server would not take, or would show otherwise than it is."""
    data = source["data"]
    if len(data) > MOST_BASE64:
        raise Refused(f"image exceeds 5 MB maximum: {len(data)} bytes > {MOST_BASE64} bytes")
    content = base64.b64decode(data, validate=True)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
            image.load()
            kind = TYPES[image.format or ""]
            frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
            turned, mode, size = image.getexif().get(0x0112, 1), image.mode, image.size
    except Exception as error:  # noqa: BLE001 - decoders fail in every way
        raise Refused(f"Could not process image: {error}") from None
    if source["media_type"] != kind:
        raise Refused(f"Image does not match the provided media type {source['media_type']}")
    if max(size) > LONGEST_SIDE:
        raise Refused("At least one of the image dimensions exceed max allowed size: 8000 pixels")
    if frames > 1 or turned != 1 or mode.startswith(("I", "F", "CMYK")):
        raise Refused(f"shown otherwise than it is: {frames} frames, orientation {turned}, {mode}")
    return {"type": kind, "size": size, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        parts = [part for message in asked["messages"] for part in message["content"] if part["type"] == "image"]
        try:
            status, answer = 200, _message([looked_at(part["source"]) for part in parts])
        except Refused as error:
            status = 400
            answer = {"type": "error", "error": {"type": "invalid_request_error", "message": str(error)}}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: Any) -> None:
        """Says nothing."""


def _message(arrived: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-3-haiku-20240307",
        "content": [{"type": "text", "text": json.dumps(arrived)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 10},
    }


@contextmanager
def strict_anthropic() -> Iterator[str]:
    """The server's URL; its answers tell what arrived, as JSON."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
