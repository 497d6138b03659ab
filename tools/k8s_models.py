"""Writes k8s/components/models from the built-in catalogue: `python tools/k8s_models.py [--check]`.

One file for each open model, with what the catalogue says of how it is served; with `--check` nothing is written, and
the exit code is 1 where a file is not current.
"""

from __future__ import annotations

import argparse
import math
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from mosseval.k8s.pod import confined, unprivileged
from mosseval.version import __version__
from mosseval_proxy.catalogue import Entry, build
from mosseval_proxy.catalogue.model_info import Serve

FOLDER = Path(__file__).resolve().parent.parent / "k8s" / "components" / "models"
HEAD = "# Written by tools/k8s_models.py from the catalogue; change it there.\n"
BY_HAND = {"network.yaml", "gateway-policy.yaml"}
PORT = 8000
IMAGES = {
    "minicpm-v-2.0": ("mosseval-vllm", "timm"),
    "qwen-vl-chat": ("mosseval-vllm", "qwen"),
    "idefics-9b-instruct": ("mosseval-serve", "cuda"),
    "instructblip-vicuna-7b": ("mosseval-serve", "cuda"),
    "internlm-xcomposer2-7b": ("mosseval-serve", "xcomposer2"),
    "mplug-owl2": ("mosseval-serve", "mplug-owl2"),
}
"""Of docker/vllm.Dockerfile and docker/serve.Dockerfile, by variant; the others run in vLLM's own image."""
UPSTREAM = "vllm/vllm-openai"
ENDS = re.compile(r"^mkdir -p ends && echo '(?P<json>\{.*?\})' > ends/generation_config\.json && ")
ENDS_FOLDER = "/etc/mosseval/ends"
COMMIT = "MOSSEVAL_XCOMPOSER2_COMMIT"
DOWNLOAD_BYTES_PER_S = 10_000_000
"""What a startup probe allows for: the card's memory stands for the size of the weights, which are less."""
PROBE_S = 10
CARD_TOLERANCE = 0.95
"""A card of "24 GB" names itself 22.5 to 24 GiB."""
MIB = 1024 * 1024

Document = dict[str, Any]


class _Plain(yaml.SafeDumper):
    """Writes what is used twice twice: a reader of one place need not look at another."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


def files(entries: Sequence[Entry]) -> dict[str, str]:
    """Each file of the component by its name."""
    made = {f"{entry.id}.yaml": _text(_documents(entry)) for entry in entries}
    made["kustomization.yaml"] = _text([_kustomization(entries)])
    return made


def open_models() -> list[Entry]:
    """The models that are served on hardware of one's own, in the catalogue's order."""
    return [entry for entry in build(environment={}) if entry.own.serve is not None]


def _text(documents: Sequence[Document]) -> str:
    dumped = (yaml.dump(each, Dumper=_Plain, sort_keys=False, width=120) for each in documents)
    return HEAD + "---\n".join(dumped)


def _kustomization(entries: Sequence[Entry]) -> Document:
    ends = [(entry, found) for entry in entries if (found := ENDS.match(_command(entry)))]
    generators: list[Document] = [
        {
            "name": "mosseval-model-urls",
            "namespace": "mosseval",
            "behavior": "merge",
            "literals": [f"{_variable(entry)}=http://{_name(entry)}:{PORT}/v1" for entry in entries],
        },
        {"name": "mosseval-trusted-code", "namespace": "mosseval", "literals": [f"{COMMIT}=unset"]},
    ]
    for entry, found in ends:
        literal = f"generation_config.json={found['json']}"
        generators.append({"name": f"{_name(entry)}-ends", "namespace": "mosseval", "literals": [literal]})
    return {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["network.yaml", *(f"{entry.id}.yaml" for entry in entries)],
        "configMapGenerator": generators,
        "patches": [{"path": "gateway-policy.yaml", "target": {"kind": "NetworkPolicy", "name": "gateway"}}],
    }


def _documents(entry: Entry) -> list[Document]:
    labels = {"app.kubernetes.io/name": "mosseval", "app.kubernetes.io/component": "model", "mosseval/model": entry.id}
    name = _name(entry)
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": labels},
        "spec": {"selector": labels, "ports": [{"name": "http", "port": PORT, "targetPort": "http"}]},
    }
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{name}-cache", "labels": labels},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{_gigabytes(entry) * 2}Gi"}},
        },
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": 0,
            "strategy": {"type": "Recreate"},
            "progressDeadlineSeconds": _patience_s(entry) + 600,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod(entry)},
        },
    }
    return [service, claim, deployment]


def _pod(entry: Entry) -> Document:
    # Of NVIDIA's GPU feature discovery, in MiB.
    least = int(_gigabytes(entry) * 1e9 * CARD_TOLERANCE / MIB)
    expression = {"key": "nvidia.com/gpu.memory", "operator": "Gt", "values": [str(least)]}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 60,
        "nodeSelector": {"nvidia.com/gpu.present": "true"},
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [expression]}]
                }
            }
        },
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "securityContext": unprivileged(),
        "containers": [_container(entry)],
        "volumes": _volumes(entry),
    }


def _container(entry: Entry) -> Document:
    gigabytes = _gigabytes(entry)
    path = "/health" if _serve(entry).engine == "vllm" else "/healthz"
    probe = {"httpGet": {"path": path, "port": "http"}, "periodSeconds": PROBE_S, "timeoutSeconds": 5}
    mounts = [
        {"name": "cache", "mountPath": "/models"},
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "shm", "mountPath": "/dev/shm"},
    ]
    if ENDS.match(_command(entry)):
        mounts.append({"name": "ends", "mountPath": ENDS_FOLDER})
    return {
        "name": "model",
        "image": _image(entry),
        **_started(entry),
        "ports": [{"name": "http", "containerPort": PORT}],
        "env": _environment(entry),
        "startupProbe": {**probe, "failureThreshold": _patience_s(entry) // PROBE_S},
        "readinessProbe": {**probe, "failureThreshold": 3},
        "livenessProbe": {**probe, "failureThreshold": 12},
        "resources": {
            "requests": {"cpu": "2", "memory": f"{math.ceil(gigabytes / 2) + 2}Gi", "ephemeral-storage": "1Gi"},
            "limits": {"memory": f"{gigabytes + 4}Gi", "ephemeral-storage": "9Gi", "nvidia.com/gpu": "1"},
        },
        "securityContext": confined(),
        "volumeMounts": mounts,
    }


def _started(entry: Entry) -> Document:
    """`command` and `args`: the catalogue's, without a shell."""
    words = shlex.split(ENDS.sub("", _command(entry)))
    words = [ENDS_FOLDER if word == "ends" else word.replace("COMMIT", f"$({COMMIT})") for word in words]
    if words[:2] == ["vllm", "serve"]:
        return {"command": words[:2], "args": [*words[2:], "--host", "0.0.0.0", "--port", str(PORT)]}
    assert words[:3] == ["python", "-m", "mosseval_serve"], entry.id
    # The network policy lets the gateway alone in; a key is asked for where the Secret has one.
    return {"args": [*words[3:], "--host", "0.0.0.0", "--port", str(PORT), "--no-auth"]}


def _environment(entry: Entry) -> list[Document]:
    values = {"HOME": "/tmp", "HF_HOME": "/models/hub", "HF_HUB_DISABLE_TELEMETRY": "1"}
    if _serve(entry).engine == "vllm":
        # No name belongs to the user in that image, and its caches must lie on a volume.
        values |= {"USER": "mosseval", "LOGNAME": "mosseval", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        values |= {"VLLM_CACHE_ROOT": "/models/vllm", "TRITON_CACHE_DIR": "/tmp/triton"}
        values |= {"TORCHINDUCTOR_CACHE_DIR": "/tmp/inductor"}
    variables: list[Document] = [{"name": name, "value": value} for name, value in values.items()]
    if _serve(entry).engine == "mosseval_serve":
        secret = {"name": "mosseval-provider-keys", "key": "MOSSEVAL_SERVE_KEY", "optional": True}
        variables.append({"name": "MOSSEVAL_SERVE_KEY", "valueFrom": {"secretKeyRef": secret}})
    if "COMMIT" in _command(entry):
        reference = {"name": "mosseval-trusted-code", "key": COMMIT}
        variables.append({"name": COMMIT, "valueFrom": {"configMapKeyRef": reference}})
    return variables


def _volumes(entry: Entry) -> list[Document]:
    volumes: list[Document] = [
        {"name": "cache", "persistentVolumeClaim": {"claimName": f"{_name(entry)}-cache"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "8Gi"}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}},
    ]
    if ENDS.match(_command(entry)):
        volumes.append({"name": "ends", "configMap": {"name": f"{_name(entry)}-ends"}})
    return volumes


def _serve(entry: Entry) -> Serve:
    assert entry.own.serve is not None
    return entry.own.serve


def _command(entry: Entry) -> str:
    return _serve(entry).command


def _image(entry: Entry) -> str:
    if entry.id in IMAGES:
        name, variant = IMAGES[entry.id]
        return f"{name}:{__version__}-{variant}"
    (pinned,) = _serve(entry).requires
    return f"{UPSTREAM}:v{pinned.removeprefix('vllm==')}"


def _name(entry: Entry) -> str:
    return entry.id.replace(".", "-")


def _variable(entry: Entry) -> str:
    assert entry.own.needs
    return entry.own.needs[0]


def _gigabytes(entry: Entry) -> int:
    return math.ceil(_serve(entry).gpu_memory_gb or 0)


def _patience_s(entry: Entry) -> int:
    return math.ceil(_gigabytes(entry) * 1e9 / DOWNLOAD_BYTES_PER_S)


def stale(made: Mapping[str, str]) -> list[str]:
    """The names of files that are not as they should be, and of those that should not be there."""
    there = {path.name for path in FOLDER.glob("*.yaml")} - BY_HAND
    return sorted(
        name
        for name in there | set(made)
        if name not in made or name not in there or (FOLDER / name).read_text(encoding="utf-8") != made[name]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    made = files(open_models())
    if options.check:
        for name in stale(made):
            print(f"{FOLDER / name} is not current: run python tools/k8s_models.py")
        return 1 if stale(made) else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale(made):
        (FOLDER / name).unlink(missing_ok=True)
        if name in made:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
