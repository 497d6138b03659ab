"""The three tiny models, made once, and servers over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from serve_process import ServerProcess, served
from tiny_open_models import MAKERS

from mosseval_serve.adapters import load
from mosseval_serve.adapters.base import Adapter, Source

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each model's folder."""
    base = tmp_path_factory.mktemp("models")
    for name, make in MAKERS.items():
        make(base / name)
    return {name: base / name for name in MAKERS}


@pytest.fixture(scope="session")
def adapters(folders: dict[str, Path]) -> dict[str, Adapter]:
    """Each model, loaded as the server loads it."""
    return {name: load("auto", Source(str(folder))) for name, folder in folders.items()}


@pytest.fixture(params=list(MAKERS))
def adapter(request: pytest.FixtureRequest, adapters: dict[str, Adapter]) -> Adapter:
    """One model after the other."""
    return adapters[request.param]


@pytest.fixture(scope="session")
def server(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server over the tiny LLaVA, as most of the HTTP tests use it."""
    with served(folders["llava"], tmp_path_factory.mktemp("server"), "--max-waiting", "60") as running:
        yield running
