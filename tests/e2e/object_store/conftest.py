"""A real S3 server for all tests here, a prefix and a faulty proxy for each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from fake_endpoint import FakeEndpoint
from mosseval_process import Mosseval
from pods import Pods
from s3_faults import S3Faults
from s3_server import S3Server, s3_server


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    """One for all tests."""
    with s3_server() as running:
        yield running


@pytest.fixture
def s3(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, with its keys in the tester's own environment too."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def faults(s3: S3Server) -> Iterator[S3Faults]:
    """A proxy before the server, without a fault yet."""
    with S3Faults(s3.url) as proxy:
        yield proxy


@pytest.fixture
def pods(mosseval: Mosseval, endpoint: FakeEndpoint, s3: S3Server) -> Pods:
    """Pods that write one empty prefix."""
    return Pods(mosseval, endpoint, s3, f"s3://{s3.bucket}/{uuid.uuid4().hex}/run")
