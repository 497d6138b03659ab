"""`mosseval view` as a real process, and requests to it that a browser would, and would not, send."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from mosseval_process import Mosseval


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Viewed:
    """The running app. `url` ends with a slash; `process` may be killed."""

    url: str
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        """What a browser sends as Origin from its pages."""
        return self.url.rstrip("/")

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or 0

    def get(self, path: str, **headers: str) -> Answer:
        """A read; `_` in a header's name is `-`."""
        return self.ask("GET", path, headers)

    def token(self) -> str:
        """The token of its pages."""
        return self.get("/token").body

    def post(self, path: str, fields: Mapping[str, str], *, token: str | None = None, **headers: str) -> Answer:
        """A form, as a page of the app sends it; `token` in place of the right one."""
        body = urlencode({**fields, "token": self.token() if token is None else token})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        return self.ask("POST", path, {**kind, **headers}, body)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: str | bytes | None = None) -> Answer:
        """Any request; a header Host replaces the right one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(reply.status, found, reply.read().decode(errors="replace"))
        finally:
            connection.close()


@contextmanager
def viewing(command: Mosseval, root: Path | str, *flags: str, port: int = 0) -> Iterator[Viewed]:
    """The app over a folder; it is killed at the end."""
    process = command.start("view", root, "--port", port, "--no-browser", *flags)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("view: http://"):
        process.kill()
        raise AssertionError(f"no app: {line}{process.communicate()[1]}")
    try:
        yield Viewed(line.split()[1], process)
    finally:
        process.kill()
        process.wait()
