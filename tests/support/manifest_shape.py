"""What kubernetes-validate does not see, and an API server or a cluster would: Jobs, selectors, ports, enumerations.

Each check returns what is wrong, a line each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from manifests import Document, containers, labels_of, matches, named, template, workloads

LONGEST_HOSTNAME = 63
ENUMERATED = {
    "action": {"FailJob", "FailIndex", "Ignore", "Count"},
    "completionMode": {"Indexed", "NonIndexed"},
    "effect": {"NoSchedule", "PreferNoSchedule", "NoExecute"},
    "imagePullPolicy": {"Always", "IfNotPresent", "Never"},
    "medium": {"", "Memory"},
    "podReplacementPolicy": {"Failed", "TerminatingOrFailed"},
    "protocol": {"TCP", "UDP", "SCTP"},
    "restartPolicy": {"Always", "OnFailure", "Never"},
    "unhealthyPodEvictionPolicy": {"IfHealthyBudget", "AlwaysAllow"},
    "whenUnsatisfiable": {"DoNotSchedule", "ScheduleAnyway"},
}
ENUMERATED_LISTS = {
    "accessModes": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"},
    "policyTypes": {"Ingress", "Egress"},
}
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def job_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Rules for Indexed Jobs: https://kubernetes.io/docs/concepts/workloads/controllers/job/."""
    for job in (each for each in documents if each["kind"] == "Job"):
        spec, where = job["spec"], named(job)
        indexed = spec.get("completionMode") == "Indexed"
        if indexed and not isinstance(spec.get("completions"), int):
            yield f"{where}: an Indexed Job without completions"
        if "backoffLimitPerIndex" in spec and not indexed:
            yield f"{where}: backoffLimitPerIndex without completionMode Indexed"
        if spec.get("parallelism", 1) > spec.get("completions", 1):
            yield f"{where}: parallelism above completions"
        if template(job)["spec"].get("restartPolicy") not in ("Never", "OnFailure"):
            yield f"{where}: a Job's pods must not restart always"
        if len(f"{job['metadata']['name']}-{spec.get('completions', 1) - 1}") > LONGEST_HOSTNAME:
            yield f"{where}: the host name of its last pod is too long"
        yield from _policy_faults(job)
        yield from _shard_faults(job)


def _policy_faults(job: Document) -> Iterator[str]:
    spec, where = job["spec"], named(job)
    policy = spec.get("podFailurePolicy")
    if policy is None:
        yield f"{where}: no podFailurePolicy"
        return
    if template(job)["spec"].get("restartPolicy") != "Never":
        yield f"{where}: a podFailurePolicy wants restartPolicy Never"
    if spec.get("podReplacementPolicy", "Failed") != "Failed":
        yield f"{where}: a podFailurePolicy wants podReplacementPolicy Failed"
    for rule in policy["rules"]:
        if ("onExitCodes" in rule) == ("onPodConditions" in rule):
            yield f"{where}: a rule has exactly one of onExitCodes and onPodConditions"
        if "onExitCodes" in rule:
            yield from (f"{where}: {fault}" for fault in _code_faults(job, rule["onExitCodes"]))


def _code_faults(job: Document, codes: Mapping[str, Any]) -> Iterator[str]:
    if codes.get("containerName") not in {each["name"] for each in containers(job)}:
        yield f"a rule names the container {codes.get('containerName')}, which there is not"
    values = codes["values"]
    if not values or values != sorted(set(values)):
        yield f"exit codes {values} are not in order"
    if codes["operator"] not in ("In", "NotIn"):
        yield f"the operator {codes['operator']}"
    if codes["operator"] == "In" and 0 in values:
        yield "exit code 0 is no failure"


def _shard_faults(job: Document) -> Iterator[str]:
    spec, where = job["spec"], named(job)
    for container in (each for each in template(job)["spec"]["containers"] if each["name"] == "evaluator"):
        args = container["args"]
        wanted = f"$(JOB_COMPLETION_INDEX)/{spec.get('completions')}"
        given = args[args.index("--shard") + 1] if "--shard" in args else None
        if given != wanted:
            yield f"{where}: --shard {given}, and the Job's indexes are {wanted}"
        if "--allow-gaps" not in args:
            yield f"{where}: without --allow-gaps a missing picture fails an index"


def selector_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Selectors that take no pod, or not their own."""
    pods = [labels for _, labels in labels_of(documents)]
    for document in documents:
        if document["kind"] in ("Deployment", "StatefulSet"):
            yield from _own_faults(document)
        for selector in _selectors(document):
            if not any(matches(selector, labels) for labels in pods):
                yield f"{named(document)}: a selector takes no pod"
        if document["kind"] == "HorizontalPodAutoscaler":
            yield from _scale_faults(document, documents)


def _own_faults(workload: Document) -> Iterator[str]:
    own = template(workload)["metadata"]["labels"]
    if not matches(workload["spec"]["selector"], own):
        yield f"{named(workload)}: its selector does not take its own pods"
    for spread in template(workload)["spec"].get("topologySpreadConstraints", []):
        if not matches(spread["labelSelector"], own):
            yield f"{named(workload)}: it is spread by labels that its pods do not have"


def _scale_faults(scaler: Document, documents: Sequence[Document]) -> Iterator[str]:
    target = scaler["spec"]["scaleTargetRef"]
    scaled = [each for each in documents if named(each) == f"{target['kind']}/{target['name']}"]
    if not scaled:
        yield f"{named(scaler)}: there is no {target['kind']}/{target['name']}"
    elif "replicas" in scaled[0]["spec"]:
        yield f"{named(scaler)}: {named(scaled[0])} has replicas of its own"


def _selectors(document: Document) -> Iterator[Mapping[str, Any]]:
    spec = document.get("spec", {})
    if document["kind"] == "Service":
        yield {"matchLabels": spec["selector"]}
    elif document["kind"] == "PodDisruptionBudget":
        yield spec["selector"]
    elif document["kind"] == "NetworkPolicy":
        yield spec["podSelector"]
        for peer in _peers(spec):
            if "podSelector" in peer and "namespaceSelector" not in peer:
                yield peer["podSelector"]


def _peers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rule in spec.get("ingress", []):
        yield from rule.get("from", [])
    for rule in spec.get("egress", []):
        yield from rule.get("to", [])


def port_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Ports that nobody listens on."""
    for workload in workloads(documents):
        for container in containers(workload):
            yield from (f"{named(workload)}: {fault}" for fault in _probe_faults(workload, container))
    for document in documents:
        if document["kind"] == "Service":
            yield from _service_ports(document, documents)
        elif document["kind"] == "NetworkPolicy":
            yield from _policy_ports(document, documents)


def _probe_faults(workload: Document, container: Document) -> Iterator[str]:
    there = _ports(container)
    for probe in PROBES:
        for way in ("httpGet", "tcpSocket"):
            port = container.get(probe, {}).get(way, {}).get("port")
            if port is not None and port not in there:
                yield f"the {probe} of {container['name']} asks at port {port}"
    if workload["kind"] == "Deployment" and not {*PROBES} <= container.keys():
        yield f"{container['name']} lacks a probe"


def _service_ports(service: Document, documents: Sequence[Document]) -> Iterator[str]:
    selector = {"matchLabels": service["spec"]["selector"]}
    for port in service["spec"]["ports"]:
        if port.get("targetPort", port["port"]) not in _ports_of(documents, selector):
            yield f"{named(service)}: leads to port {port.get('targetPort')}, where nobody listens"


def _policy_ports(policy: Document, documents: Sequence[Document]) -> Iterator[str]:
    for rule in policy["spec"].get("ingress", []):
        there = _ports_of(documents, policy["spec"]["podSelector"])
        yield from (f"{named(policy)}: lets in to port {p}" for p in _rule_ports(rule) if p not in there)
    for rule in policy["spec"].get("egress", []):
        for peer in (each for each in rule.get("to", []) if "podSelector" in each):
            there = _ports_of(documents, peer["podSelector"])
            yield from (f"{named(policy)}: lets out to port {p}" for p in _rule_ports(rule) if p not in there)


def _rule_ports(rule: Mapping[str, Any]) -> list[Any]:
    return [each["port"] for each in rule.get("ports", [])]


def _ports_of(documents: Sequence[Document], selector: Mapping[str, Any]) -> set[Any]:
    chosen = [workload for workload, labels in labels_of(documents) if matches(selector, labels)]
    return {port for workload in chosen for each in containers(workload) for port in _ports(each)}


def _ports(container: Document) -> set[Any]:
    return {value for port in container.get("ports", []) for value in (port["containerPort"], port.get("name"))}


def enum_faults(documents: Sequence[Document]) -> Iterator[str]:
    """Words that an API server does not know."""
    for document in documents:
        for name, value in _fields(document.get("spec", {})):
            if name in ENUMERATED and isinstance(value, str) and value not in ENUMERATED[name]:
                yield f"{named(document)}: {name} {value}"
            if name in ENUMERATED_LISTS and not set(value) <= ENUMERATED_LISTS[name]:
                yield f"{named(document)}: {name} {value}"


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield name, child
            yield from _fields(child)
    elif isinstance(value, list):
        for child in value:
            yield from _fields(child)
