"""A real Redis server (Debian's) on a Unix socket of its own, with a password, for as long as a block lasts."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from debian import needs_debian_package

PASSWORD = "planted-redis-password-5f1d"


@dataclass
class RedisServer:
    """Can be stopped and started again; what it held is gone then."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/redis.sock?password={PASSWORD}"

    def start(self) -> None:
        socket = self.folder / "redis.sock"
        settings = ["--port", "0", "--unixsocket", str(socket), "--requirepass", PASSWORD, "--save", "", "--dir"]
        self.process = subprocess.Popen(
            ["redis-server", *settings, str(self.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.exceptions.ConnectionError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Skips the test where the package is missing."""
    needs_debian_package("redis-server")
    # A socket's path is short; a test's own folder may not be.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
