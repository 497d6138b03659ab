"""The pod of one shard, as the restricted pod security standard wants it."""

from __future__ import annotations

from typing import Any

from mosseval.k8s.order import MOUNTS, SECRETS_AT, JobOrder

CONTAINER = "evaluator"
USER = 10001
"""Of the image, user and group."""
KEY_VARIABLE = "MOSSEVAL_API_KEY"
INDEX = "$(JOB_COMPLETION_INDEX)"
"""The Job controller gives each pod this variable; the kubelet puts it into the arguments."""
SCRATCH = {"cpu": "50m", "memory": "128Mi", "memory_limit": "512Mi"}

Document = dict[str, Any]


def pod_spec(order: JobOrder) -> Document:
    """The pod template's `spec`."""
    spec: Document = {
        "restartPolicy": "Never",
        "serviceAccountName": order.service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": order.grace_s,
        "securityContext": unprivileged(),
        "containers": [_evaluator(order)],
        "volumes": _volumes(order),
    }
    if order.fetch:
        spec["initContainers"] = [_fetch(order)]
    if order.node_selector:
        spec["nodeSelector"] = dict(order.node_selector)
    return spec


PATIENCE = ("--max-attempts", "60", "--deadline", "3600")
"""Pods that share a limit are turned away more often than one process; what the user passes comes later and counts."""


def literal(text: str) -> str:
    """An argument that the kubelet passes on as it is: to it, `$(NAME)` is a variable and `$$` a dollar."""
    return text.replace("$", "$$")


def _evaluator(order: JobOrder) -> Document:
    arguments = ["run", *PATIENCE, *map(literal, order.arguments)]
    arguments += ["--target", "gateway", "--shard", f"{INDEX}/{order.shards}"]
    arguments += ["--out", literal(order.out), "--allow-gaps"]
    resources = order.resources
    return {
        "name": CONTAINER,
        "image": order.image,
        "imagePullPolicy": "IfNotPresent",
        "args": arguments,
        "env": _environment(order),
        **_from_secrets(order),
        "resources": {
            "requests": {"cpu": resources.cpu, "memory": resources.memory, "ephemeral-storage": "256Mi"},
            "limits": {"memory": resources.memory_limit, "ephemeral-storage": "2Gi"},
        },
        "securityContext": confined(),
        "volumeMounts": [
            *_mounts(order, data_read_only=order.fetch or order.data_claim is not None),
            *_key_mount(order),
        ],
    }


def _fetch(order: JobOrder) -> Document:
    """Fetches the benchmark before the evaluator starts. A hub that is down ends it with 2, which here only counts."""
    return {
        "name": "fetch",
        "image": order.image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["data", "fetch", literal(order.benchmark), "--into", MOUNTS["data"]],
        **({"env": _own_variables(order)} if order.variables else {}),
        **_from_secrets(order),
        "resources": {
            "requests": {"cpu": SCRATCH["cpu"], "memory": SCRATCH["memory"], "ephemeral-storage": "256Mi"},
            "limits": {"memory": SCRATCH["memory_limit"], "ephemeral-storage": "2Gi"},
        },
        "securityContext": confined(),
        "volumeMounts": _mounts(order, data_read_only=False),
    }


def _environment(order: JobOrder) -> list[Document]:
    variables: list[Document] = [{"name": "MOSSEVAL_GATEWAY_URL", "value": literal(order.gateway_url)}]
    if order.key is not None:
        variables.append({"name": f"{KEY_VARIABLE}_FILE", "value": f"{SECRETS_AT}/{KEY_VARIABLE}"})
    variables.append({"name": "MOSSEVAL_DATA", "value": MOUNTS["data"]})
    return variables + _own_variables(order)


def _own_variables(order: JobOrder) -> list[Document]:
    return [{"name": name, "value": literal(value)} for name, value in order.variables]


def _from_secrets(order: JobOrder) -> Document:
    return {"envFrom": [{"secretRef": {"name": name}} for name in order.secrets]} if order.secrets else {}


def unprivileged() -> Document:
    """A pod's security context: the restricted profile, as the images' own user."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def confined() -> Document:
    """A container's security context: nothing to be gained, and nothing to be written but its mounts."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _mounts(order: JobOrder, *, data_read_only: bool) -> list[Document]:
    read_only = {"readOnly": True} if data_read_only else {}
    mounts: list[Document] = [
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a volume of the pod's own
        {"name": "data", "mountPath": MOUNTS["data"], **read_only},
    ]
    if order.runs_claim is not None:
        mounts.append({"name": "runs", "mountPath": MOUNTS["runs"]})
    return mounts


def _key_mount(order: JobOrder) -> list[Document]:
    return [{"name": "key", "mountPath": SECRETS_AT, "readOnly": True}] if order.key is not None else []


def _volumes(order: JobOrder) -> list[Document]:
    data: Document = {"emptyDir": {"sizeLimit": "1Gi"}}
    if order.data_claim is not None:
        data = {"persistentVolumeClaim": {"claimName": order.data_claim, "readOnly": True}}
    volumes: list[Document] = [{"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}}, {"name": "data", **data}]
    if order.key is not None:
        items = [{"key": order.key.key, "path": KEY_VARIABLE}]
        # The group of the pod may read it, and nobody else (0440).
        volumes.append({"name": "key", "secret": {"secretName": order.key.name, "defaultMode": 0o440, "items": items}})
    if order.runs_claim is not None:
        volumes.append({"name": "runs", "persistentVolumeClaim": {"claimName": order.runs_claim}})
    return volumes
