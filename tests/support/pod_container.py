"""A pod of a rendered Job as one container of a Docker engine: the options of `docker run` that mean the same.

Every field of the pod must be known here: one that is not stops the translation, so that none is lost on the way.
Without a meaning for a single engine: requests and limits of disk, the service account, and labels. A disk-backed
`emptyDir` becomes a tmpfs of its size, which counts towards the memory limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from manifests import Document, expanded, template

INDEX = "JOB_COMPLETION_INDEX"
WITHOUT_MEANING = {
    "restartPolicy": "Never",
    "serviceAccountName": "mosseval-evaluator",
    "automountServiceAccountToken": False,
    "enableServiceLinks": False,
}
"""Of a pod, with the only values that may be passed over."""
SHARES_OF_A_CORE = 1024
UNITS = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}


class NoSuchMeaning(ValueError):
    """A field of the manifest that this translation does not know."""


@dataclass(frozen=True)
class Given:
    """What a cluster would have: Docker volumes by the names of claims and Secrets, and variables by Secret."""

    claims: Mapping[str, str]
    secrets: Mapping[str, str]
    variables: Mapping[str, Mapping[str, str]]


def run_options(job: Document, index: int, given: Given) -> list[str]:
    """What comes after `docker run` for the pod of an index: options, image, arguments."""
    spec = dict(template(job)["spec"])
    for name, value in WITHOUT_MEANING.items():
        _only(spec.pop(name, value) == value, name)
    (container,) = spec.pop("containers")
    container = dict(container)
    options = [*_pod_security(spec.pop("securityContext")), *_security(container.pop("securityContext"))]
    options += ["--stop-timeout", str(spec.pop("terminationGracePeriodSeconds"))]
    options += _resources(container.pop("resources"))
    options += _mounts(container.pop("volumeMounts"), spec.pop("volumes"), given)
    builtin = {INDEX: str(index)}
    options += _variables(container.pop("env"), container.pop("envFrom", []), builtin, given)
    image = container.pop("image")
    arguments = [expanded(each, builtin) for each in container.pop("args")]
    _only(container.pop("imagePullPolicy") == "IfNotPresent", "imagePullPolicy")
    _only(container.pop("name") == "evaluator", "name")
    _only(not container, *container)
    _only(not spec, *spec)
    return [*options, image, *arguments]


def _only(known: bool, *names: str) -> None:
    if not known:
        raise NoSuchMeaning(f"not known to a container: {', '.join(names)}")


def _pod_security(given: Mapping[str, Any]) -> list[str]:
    context = dict(given)
    user, group = context.pop("runAsUser"), context.pop("runAsGroup")
    options = ["--user", f"{user}:{group}", "--group-add", str(context.pop("fsGroup"))]
    _only(context.pop("runAsNonRoot") is True and user != 0, "runAsNonRoot")
    # The engine's own profile is what RuntimeDefault means.
    _only(context.pop("seccompProfile") == {"type": "RuntimeDefault"}, "seccompProfile")
    context.pop("fsGroupChangePolicy", None)
    _only(not context, *context)
    return options


def _security(given: Mapping[str, Any]) -> list[str]:
    context = dict(given)
    options = [f"--cap-drop={each}" for each in context.pop("capabilities")["drop"]]
    if context.pop("readOnlyRootFilesystem"):
        options.append("--read-only")
    if context.pop("allowPrivilegeEscalation") is False:
        options.append("--security-opt=no-new-privileges")
    _only(not context, *context)
    return options


def _resources(given: Mapping[str, Mapping[str, str]]) -> list[str]:
    memory = str(size(given["limits"]["memory"]))
    # Without room in swap, as a kubelet has it; a request of a processor is its weight beside others.
    options = ["--memory", memory, "--memory-swap", memory]
    shares = round(cores(given["requests"]["cpu"]) * SHARES_OF_A_CORE)
    _only(set(given["limits"]) == {"memory", "ephemeral-storage"}, "limits")
    return [*options, "--cpu-shares", str(shares)]


def _mounts(mounts: list[Document], volumes: list[Document], given: Given) -> list[str]:
    by_name = {each["name"]: each for each in volumes}
    options = []
    for mount in mounts:
        volume, path = by_name.pop(mount["name"]), mount["mountPath"]
        if "emptyDir" in volume:
            limit = size(volume["emptyDir"]["sizeLimit"])
            options += ["--tmpfs", f"{path}:rw,exec,nosuid,nodev,mode=0777,size={limit}"]
            continue
        if "persistentVolumeClaim" in volume:
            name = given.claims[volume["persistentVolumeClaim"]["claimName"]]
        else:
            _only("secret" in volume, *volume)
            name = given.secrets[volume["secret"]["secretName"]]
        options += ["--volume", f"{name}:{path}{':ro' if mount.get('readOnly') else ''}"]
    _only(not by_name, *by_name)
    return options


def _variables(own: list[Document], sources: list[Document], builtin: Mapping[str, str], given: Given) -> list[str]:
    found = dict(builtin)
    for source in sources:
        found |= given.variables[source["secretRef"]["name"]]
    for variable in own:
        _only(set(variable) == {"name", "value"}, *variable)
        found[variable["name"]] = expanded(variable["value"], found)
    return [part for name, value in found.items() for part in ("--env", f"{name}={value}")]


def size(text: str) -> int:
    """Bytes of `512Mi`."""
    return int(text[:-2]) * UNITS[text[-2:]]


def cores(text: str) -> float:
    """Cores of `250m`."""
    return int(text[:-1]) / 1000 if text.endswith("m") else float(text)
