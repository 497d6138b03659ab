"""A fake cluster, and the command before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_kubernetes import FakeKubernetes, fake_kubernetes
from k8s_command import SUBMIT, Command
from mosseval_process import InProcess


@pytest.fixture
def cluster() -> Iterator[FakeKubernetes]:
    """A cluster without a Job."""
    with fake_kubernetes() as running:
        yield running


@pytest.fixture
def k8s(cluster: FakeKubernetes, here: InProcess, tmp_path: Path) -> Command:
    """`mosseval k8s`, led to the cluster as kubectl is."""
    here.environment["KUBECONFIG"] = str(cluster.kubeconfig(tmp_path))
    return lambda *arguments: here("k8s", *arguments)


@pytest.fixture
def submitted(cluster: FakeKubernetes, k8s: Command) -> str:
    """The name of a Job that was submitted."""
    done = k8s(*SUBMIT)
    assert done.code == 0, done.err
    return done.out.strip()
