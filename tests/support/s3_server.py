"""A real S3-speaking server (moto's) as a process of its own, for as long as a block lasts."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

KEY, SECRET = "planted-access-key-41c0", "planted-secret-key-9be2d7"


@dataclass(frozen=True)
class S3Server:
    """`url` is the server's own address; `bucket` is there from the start."""

    url: str
    bucket: str = "runs"

    def environment(self, url: str | None = None) -> dict[str, str]:
        """What a process needs to speak to the server, or to what stands before it at `url`."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url or self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """A client of the server's own, for looking and for meddling."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def names(self, prefix: str = "") -> list[str]:
        """The keys in the bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def read(self, name: str) -> bytes:
        """One object."""
        body: bytes = self.client().get_object(Bucket=self.bucket, Key=name)["Body"].read()
        return body

    def write(self, name: str, data: bytes) -> None:
        """One object, whatever was there."""
        self.client().put_object(Bucket=self.bucket, Key=name, Body=data)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """The server on a free port, with one bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = S3Server(f"http://127.0.0.1:{port}")
        _wait_for(server.url)
        server.client().create_bucket(Bucket=server.bucket)
        yield server
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(f"{url}/moto-api/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "moto's server does not answer"
            time.sleep(0.1)
