"""What a manifest must not do or leave open: rights, references, images, resources. A line for each fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from manifests import Document, containers, named, template, workloads

SECRETS = {
    "mosseval-gateway-keys": {"keys.yaml"},
    "mosseval-provider-keys": {"MOSSEVAL_SERVE_KEY"},
    "mosseval-key": {"key"},
}
"""What a user makes by hand (docs/kubernetes.md): Secret -> keys of it that a manifest may name."""
POD_FIELDS = ("hostNetwork", "hostPID", "hostIPC")
IMAGE = re.compile(r"[^@:]+(:\d+/[^@:]+)?(:(?P<tag>[^@:/]+)|@sha256:[0-9a-f]{64})")
UNITS = {"m": 1e-3, "": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 1e3, "M": 1e6, "G": 1e9}
MEASURED_BYTES = {"gateway": 252 * 2**20, "evaluator": 132 * 2**20}
"""Resident memory (docs/kubernetes.md): a request below that is a lie to the scheduler."""
MOST_BYTES = 64 * 2**30
MOST_CORES = 8


def security_faults(documents: Sequence[Document]) -> Iterator[str]:
    """The restricted standard, and beyond it: a read-only root, no token, no address on the node."""
    for workload in workloads(documents):
        where, spec = named(workload), template(workload)["spec"]
        security = spec.get("securityContext", {})
        if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
            yield f"{where}: may run as root"
        if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{where}: no seccomp profile"
        if spec.get("automountServiceAccountToken") is not False:
            yield f"{where}: gets a token"
        yield from (f"{where}: {field}" for field in POD_FIELDS if spec.get(field))
        yield from (f"{where}: a folder of the node" for each in spec.get("volumes", []) if "hostPath" in each)
        for container in containers(workload):
            yield from (f"{where}: {container['name']} {fault}" for fault in _container_faults(container))
    for document in documents:
        if document["kind"] == "Namespace":
            enforced = document["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
            if enforced != "restricted":
                yield f"{named(document)}: pod security {enforced}"
        if document["kind"] == "ServiceAccount" and document.get("automountServiceAccountToken") is not False:
            yield f"{named(document)}: gives tokens out"


def _container_faults(container: Document) -> Iterator[str]:
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
        yield "may gain rights"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "may write its root"
    if security.get("capabilities", {}).get("drop") != ["ALL"] or security["capabilities"].get("add"):
        yield "keeps capabilities"
    if security.get("runAsUser") == 0:
        yield "runs as root"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "takes a port of the node"


def reference_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Names that lead nowhere; and Secrets, which are made by hand and never stand in a manifest."""
    there = {named(each): each for each in documents}
    seen: set[str] = set()
    for document in documents:
        if document["kind"] == "Secret":
            yield f"{named(document)}: a Secret in a manifest"
        if named(document) in seen:
            yield f"{named(document)} is there twice"
        seen.add(named(document))
        if document["kind"] == "ServiceMonitor":
            for endpoint in document["spec"]["endpoints"]:
                credentials = endpoint["authorization"]["credentials"]
                yield from _secret_faults(named(document), credentials["name"], credentials["key"])
    for workload in workloads(documents):
        account = template(workload)["spec"].get("serviceAccountName")
        if account is not None and f"ServiceAccount/{account}" not in there:
            yield f"{named(workload)}: there is no ServiceAccount/{account}"
        yield from _volume_faults(workload, there)
        for container in containers(workload):
            yield from _variable_faults(workload, container, there)


def _volume_faults(workload: Document, there: dict[str, Document]) -> Iterator[str]:
    where, spec = named(workload), template(workload)["spec"]
    claims = {each["metadata"]["name"] for each in workload["spec"].get("volumeClaimTemplates", [])}
    volumes = {each["name"]: each for each in spec.get("volumes", [])}
    for volume in volumes.values():
        if "configMap" in volume and f"ConfigMap/{volume['configMap']['name']}" not in there:
            yield f"{where}: there is no ConfigMap/{volume['configMap']['name']}"
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim is not None and f"PersistentVolumeClaim/{claim}" not in there:
            yield f"{where}: there is no PersistentVolumeClaim/{claim}"
        if "secret" in volume:
            keys = [item["key"] for item in volume["secret"].get("items", [])]
            for key in keys or [None]:
                yield from _secret_faults(where, volume["secret"]["secretName"], key)
    for container in containers(workload):
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes.keys() | claims:
                yield f"{where}: there is no volume {mount['name']}"


def _variable_faults(workload: Document, container: Document, there: dict[str, Document]) -> Iterator[str]:
    where = named(workload)
    for source in container.get("envFrom", []):
        name = source.get("configMapRef", {}).get("name")
        if name is not None and f"ConfigMap/{name}" not in there:
            yield f"{where}: there is no ConfigMap/{name}"
        if "secretRef" in source:
            yield from _secret_faults(where, source["secretRef"]["name"], None)
    for variable in container.get("env", []):
        origin = variable.get("valueFrom", {})
        if "configMapKeyRef" in origin:
            name, key = origin["configMapKeyRef"]["name"], origin["configMapKeyRef"]["key"]
            if key not in (there.get(f"ConfigMap/{name}", {}).get("data") or {}):
                yield f"{where}: there is no {key} in ConfigMap/{name}"
        if "secretKeyRef" in origin:
            yield from _secret_faults(where, origin["secretKeyRef"]["name"], origin["secretKeyRef"]["key"])


def _secret_faults(where: str, name: str, key: str | None) -> Iterator[str]:
    if name not in SECRETS:
        yield f"{where}: nobody is told to make the Secret {name}"
    elif key is not None and key not in SECRETS[name]:
        yield f"{where}: nobody is told to put {key} into the Secret {name}"


def image_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Images that may be another tomorrow."""
    for workload in workloads(documents):
        for container in containers(workload):
            found = IMAGE.fullmatch(container["image"])
            if found is None or found["tag"] == "latest":
                yield f"{named(workload)}: {container['name']} runs {container['image']}"


def resource_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Pods that ask for nothing, for too little or too much, or that may fill the node."""
    for workload in workloads(documents):
        where = named(workload)
        for container in containers(workload):
            yield from (f"{where}: {container['name']} {fault}" for fault in _bounds(container))
        yield from (f"{where}: {fault}" for fault in _disk(workload))


def _bounds(container: Document) -> Iterator[str]:
    resources = container.get("resources", {})
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    missing = {"cpu", "memory", "ephemeral-storage"} - requests.keys()
    missing |= {"memory", "ephemeral-storage"} - limits.keys()
    if missing:
        yield f"sets no {', '.join(sorted(missing))}"
        return
    for name in requests.keys() & limits.keys():
        if quantity(requests[name]) > quantity(limits[name]):
            yield f"asks for more {name} than it may have"
    if quantity(requests["memory"]) < MEASURED_BYTES.get(container["name"], 0):
        yield "asks for less memory than it was measured with"
    if quantity(limits["memory"]) > MOST_BYTES or quantity(requests["cpu"]) > MOST_CORES:
        yield "asks for more than a node has"


def _disk(workload: Document) -> Iterator[str]:
    folders = [each["emptyDir"] for each in template(workload)["spec"].get("volumes", []) if "emptyDir" in each]
    if any("sizeLimit" not in each for each in folders):
        yield "an emptyDir without a bound"
        return
    disk = sum(quantity(each["sizeLimit"]) for each in folders if each.get("medium") != "Memory")
    allowed = sum(
        quantity(each.get("resources", {}).get("limits", {}).get("ephemeral-storage", 0))
        for each in template(workload)["spec"]["containers"]
    )
    if disk > allowed:
        yield "its volumes may hold more than the pod may, which ends it"


def quantity(value: Any) -> float:
    """Kubernetes' way to write numbers, as one."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]*)", str(value))
    assert found is not None, value
    return float(found[1]) * UNITS[found[2]]
