"""The open models' Deployments: what the catalogue says, nothing of one's own, and time for the download."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import k8s_models
import pytest
from manifests import K8S, Document, Rendered, template
from mosseval_process import Mosseval

from mosseval_proxy.catalogue import Entry

ENTRIES = {entry.id: entry for entry in k8s_models.open_models()}


def deployment(overlay: Rendered, entry: Entry) -> Document:
    """The model's."""
    name = entry.id.replace(".", "-")
    (found,) = [d for d in overlay.documents if d["kind"] == "Deployment" and d["metadata"]["name"] == name]
    return found


def test_the_component_is_current() -> None:
    assert k8s_models.main(["--check"]) == 0


def test_a_file_that_says_otherwise_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(k8s_models, "FOLDER", tmp_path)
    (tmp_path / "gone.yaml").write_text("{}", encoding="utf-8")
    assert k8s_models.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "llava-1.5-7b.yaml is not current" in said
    assert "gone.yaml is not current" in said
    assert k8s_models.main([]) == 0
    assert k8s_models.main(["--check"]) == 0
    assert not (tmp_path / "gone.yaml").exists()


def test_all_nine_are_there() -> None:
    assert len(ENTRIES) == 9


@pytest.mark.parametrize("name", ENTRIES)
def test_a_model_is_started_as_the_catalogue_says(name: str, overlays: dict[str, Rendered]) -> None:
    entry = ENTRIES[name]
    serve = entry.own.serve
    assert serve is not None
    pod = template(deployment(overlays["gpu"], entry))["spec"]
    container = pod["containers"][0]
    said = [*container.get("command", ["python", "-m", "mosseval_serve"]), *container["args"]]
    wanted = shlex.split(serve.command.rpartition("&& ")[2])
    for word in wanted:
        if word != "ends" and "COMMIT" not in word:
            assert word in said
    assert said[said.index("--port") + 1] == str(container["ports"][0]["containerPort"])
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    if len(serve.requires) == 1 and serve.engine == "vllm":
        assert container["image"] == f"vllm/vllm-openai:v{serve.requires[0].removeprefix('vllm==')}"
    else:
        assert container["image"].startswith(("mosseval-vllm:", "mosseval-serve:"))


@pytest.mark.parametrize("name", ENTRIES)
def test_a_model_has_time_to_be_downloaded(name: str, overlays: dict[str, Rendered]) -> None:
    """Sixteen bits a parameter are less than the card's memory; 10 MB/s are slow."""
    entry = ENTRIES[name]
    found = deployment(overlays["gpu"], entry)
    probe = template(found)["spec"]["containers"][0]["startupProbe"]
    patience = probe["periodSeconds"] * probe["failureThreshold"]
    assert entry.own.serve is not None
    gigabytes = entry.own.serve.gpu_memory_gb
    assert gigabytes is not None
    assert patience * 10e6 >= gigabytes * 1e9
    assert found["spec"]["progressDeadlineSeconds"] > patience


def test_the_gateway_finds_every_model_that_the_overlay_serves(
    overlays: dict[str, Rendered], mosseval: Mosseval
) -> None:
    """By the variables that it is given: none is left without a server, and each URL leads to a Service."""
    documents = overlays["gpu"].documents
    (urls,) = [
        each
        for each in documents
        if each["kind"] == "ConfigMap" and each["metadata"]["name"].startswith("mosseval-model-urls")
    ]
    services = {each["metadata"]["name"] for each in documents if each["kind"] == "Service"}
    assert {url.removeprefix("http://").removesuffix(":8000/v1") for url in urls["data"].values()} <= services
    listed = mosseval("models", "--format", "json", environment=urls["data"])
    assert listed.code == 0, listed.err
    rows: dict[str, Any] = {row["id"]: row for row in json.loads(listed.out)["data"]}
    bare = {row["id"]: row for row in json.loads(mosseval("models", "--format", "json").out)["data"]}
    for name in ENTRIES:
        assert rows[name] != bare[name], f"{name} is as it is without a server"


def test_the_overlay_counts_every_model(overlays: dict[str, Rendered]) -> None:
    counts = {name: deployment(overlays["gpu"], entry)["spec"]["replicas"] for name, entry in ENTRIES.items()}
    assert counts == {name: int(name == "llava-1.5-7b") for name in ENTRIES}
    text = (K8S / "overlays" / "gpu" / "kustomization.yaml").read_text(encoding="utf-8")
    for name in ENTRIES:
        assert name.replace(".", "-") in text
