"""A Hugging Face hub on loopback that serves one data set or model at one revision, over its real HTTP interface."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Literal
from urllib.parse import unquote, urlsplit


def blob_id(content: bytes) -> str:
    """Git's id of a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class FakeHub:
    """Serves `files` (path -> content); those in `large` are listed with a SHA-256 as large files are.

    `altered` holds what is sent in place of a file's content, `status` what every request is answered with
    instead. `requests` counts by method and path.
    """

    repo: str
    revision: str
    files: Mapping[str, bytes]
    large: frozenset[str] = frozenset()
    altered: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    requests: list[str] = field(default_factory=list)
    kind: Literal["datasets", "models"] = "datasets"

    def __enter__(self) -> FakeHub:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address for `HubSource.endpoint`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def tree(self) -> list[dict[str, Any]]:
        """The listing of all files."""
        listed = []
        for path, content in self.files.items():
            entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": blob_id(content)}
            if path in self.large:
                entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            listed.append(entry)
        return listed

    def etag(self, path: str) -> str:
        """What the hub names a file's content by."""
        content = self.files[path]
        return hashlib.sha256(content).hexdigest() if path in self.large else blob_id(content)

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of what a GET of `path` is answered with."""
        # The pages of models alone have no word for their kind before them.
        base = f"/{self.kind}" if self.kind == "datasets" else ""
        file = f"{base}/{self.repo}/resolve/{self.revision}/"
        if self.status != 200:
            return self.status, b'{"error": "out of order"}', {}
        if path == f"/api/{self.kind}/{self.repo}/revision/{self.revision}":
            siblings = [{"rfilename": name} for name in self.files]
            info = {"_id": "1", "id": self.repo, "sha": self.revision, "siblings": siblings, "tags": []}
            return 200, json.dumps(info).encode(), {"Content-Type": "application/json"}
        if path == f"/api/{self.kind}/{self.repo}/tree/{self.revision}":
            return 200, json.dumps(self.tree()).encode(), {"Content-Type": "application/json"}
        name = path.removeprefix(file)
        if name == path or name not in self.files:
            return 404, b"{}", {"X-Error-Code": "EntryNotFound"}
        headers = {"X-Repo-Commit": self.revision, "ETag": f'"{self.etag(name)}"'}
        return 200, self.altered.get(name, self.files[name]), headers


def files_below(folder: Path) -> dict[str, bytes]:
    """All files below `folder`, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.requests.append(f"{self.command} {path}")
            status, body, headers = hub.answer(path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
