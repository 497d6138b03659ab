"""Every overlay and every rendered Job: valid for Kubernetes, and right in what its schemas do not say.

Each check has a control: the same manifests with one fault in them, which the check must find.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from manifest_safety import SECRETS, image_faults, reference_faults, resource_faults, security_faults
from manifest_shape import enum_faults, job_faults, port_faults, selector_faults
from manifests import (
    K8S,
    OVERLAYS,
    ROOT,
    Document,
    Rendered,
    containers,
    kustomized,
    parsed,
    template,
    validated,
    workloads,
)

from mosseval.version import __version__

VERSIONS = ("1.31.0", "1.34.0", "1.37.0")
"""The oldest that has all that is used (podFailurePolicy is stable there), one between, and the newest known."""
CHECKS: tuple[Callable[[Sequence[Document]], Iterable[str]], ...] = (
    job_faults,
    selector_faults,
    port_faults,
    enum_faults,
    security_faults,
    reference_faults,
    image_faults,
    resource_faults,
)
COMPONENTS = ("identity-aws", "identity-gcp", "identity-azure", "monitoring", "redis", "models")


@pytest.fixture
def jobs(rendered_jobs: dict[str, Document]) -> dict[str, Document]:
    """Rendered Jobs by name, to spoil."""
    return copy.deepcopy(rendered_jobs)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OVERLAYS)
def test_overlay_is_valid(name: str, version: str, overlays: dict[str, Rendered], tmp_path: Path) -> None:
    assert validated(overlays[name].text, version, tmp_path / "overlay.yaml") == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_rendered_jobs_are_valid(version: str, jobs: dict[str, Document], tmp_path: Path) -> None:
    text = "\n---\n".join(map(json.dumps, jobs.values()))
    assert validated(text, version, tmp_path / "jobs.yaml") == ""


def test_validation_sees_a_field_that_there_is_not(tmp_path: Path, jobs: dict[str, Document]) -> None:
    jobs["plain"]["spec"]["completionz"] = 8
    assert "completionz" in validated(json.dumps(jobs["plain"]), VERSIONS[-1], tmp_path / "job.yaml")


def test_validation_takes_a_warning_for_a_failure(tmp_path: Path) -> None:
    unknown = {"apiVersion": "example.org/v1", "kind": "Nothing", "metadata": {"name": "x"}}
    assert "WARN" in validated(json.dumps(unknown), VERSIONS[-1], tmp_path / "unknown.yaml")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", OVERLAYS)
def test_overlay_has_no_fault(
    name: str,
    check: Callable[[Sequence[Document]], Iterable[str]],
    overlays: dict[str, Rendered],
    jobs: dict[str, Document],
) -> None:
    """With a Job beside it: policies and accounts for evaluators are for its pods."""
    for job in jobs.values():
        assert list(check([*overlays[name].documents, job])) == []


@pytest.mark.parametrize("check", CHECKS)
def test_laptop_with_a_job_on_its_volume_has_no_fault(
    check: Callable[[Sequence[Document]], Iterable[str]], overlays: dict[str, Rendered], on_volume: Document
) -> None:
    assert list(check([*overlays["laptop"].documents, on_volume])) == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_component_over_the_base_has_no_fault(name: str, tmp_path: Path, jobs: dict[str, Document]) -> None:
    folder = K8S / "overlays"
    made = tmp_path / "kustomization.yaml"
    base, component = (_relative(tmp_path, folder.parent / part) for part in ("base", f"components/{name}"))
    made.write_text(f"namespace: mosseval\nresources: [{base}]\ncomponents: [{component}]\n", encoding="utf-8")
    text = kustomized(tmp_path)
    documents = parsed(text)
    for check in CHECKS:
        assert list(check([*documents, jobs["plain"]])) == []
    # A kind of the Prometheus operator's own: kubernetes-validate knows Kubernetes' alone, and warns.
    own = [each for each in documents if each["kind"] != "ServiceMonitor"]
    assert len(documents) - len(own) == (name == "monitoring")
    assert validated("\n---\n".join(map(json.dumps, own)), VERSIONS[-1], tmp_path / "all.yaml") == ""


def test_metrics_are_scraped_where_the_gateway_has_them(tmp_path: Path) -> None:
    (monitor,) = parsed((K8S / "components" / "monitoring" / "service-monitor.yaml").read_text(encoding="utf-8"))
    services = [each for each in parsed(kustomized(K8S / "base")) if each["kind"] == "Service"]
    chosen = [
        each
        for each in services
        if monitor["spec"]["selector"]["matchLabels"].items() <= each["metadata"]["labels"].items()
    ]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert [port["name"] for each in chosen for port in each["spec"]["ports"]] == [endpoint["port"]]
    assert endpoint.keys() == {"port", "path", "interval", "authorization"}


def _relative(folder: Path, target: Path) -> str:
    """kubectl takes no absolute path."""
    ups = len(folder.resolve().parts) - 1
    return "../" * ups + str(target.resolve()).lstrip("/")


def _spec(document: Document) -> Any:
    return template(document)["spec"]


def _evaluator(document: Document) -> Any:
    return _spec(document)["containers"][0]


CONTROLS: list[tuple[str, Callable[..., Any], str, Callable[[Document], None], str]] = [
    ("Job", job_faults, "no completions", lambda d: d["spec"].pop("completions"), "without completions"),
    (
        "Job",
        job_faults,
        "another number of shards",
        lambda d: d["spec"].update(completions=9),
        "--shard $(JOB_COMPLETION_INDEX)/8",
    ),
    ("Job", job_faults, "not indexed", lambda d: d["spec"].pop("completionMode"), "backoffLimitPerIndex without"),
    ("Job", job_faults, "all at once", lambda d: d["spec"].update(parallelism=9), "parallelism above"),
    ("Job", job_faults, "gaps fail", lambda d: _evaluator(d)["args"].remove("--allow-gaps"), "--allow-gaps"),
    ("Job", job_faults, "restarts", lambda d: _spec(d).update(restartPolicy="OnFailure"), "wants restartPolicy Never"),
    (
        "Job",
        job_faults,
        "replaced too early",
        lambda d: d["spec"].update(podReplacementPolicy="TerminatingOrFailed"),
        "podReplacementPolicy",
    ),
    (
        "Job",
        job_faults,
        "a container that is not there",
        lambda d: _evaluator(d).update(name="worker"),
        "names the container evaluator",
    ),
    (
        "Job",
        job_faults,
        "success as a failure",
        lambda d: d["spec"]["podFailurePolicy"]["rules"][1]["onExitCodes"].update(values=[0, 2]),
        "exit code 0",
    ),
    ("Job", job_faults, "no policy", lambda d: d["spec"].pop("podFailurePolicy"), "no podFailurePolicy"),
    ("Job", enum_faults, "a mode", lambda d: d["spec"].update(completionMode="Bogus"), "completionMode Bogus"),
    (
        "Job",
        enum_faults,
        "an action",
        lambda d: d["spec"]["podFailurePolicy"]["rules"][0].update(action="Retry"),
        "action Retry",
    ),
    (
        "Deployment",
        selector_faults,
        "another label",
        lambda d: template(d)["metadata"]["labels"].update({"app.kubernetes.io/component": "gate"}),
        "does not take its own pods",
    ),
    (
        "Service",
        selector_faults,
        "nobody's service",
        lambda d: d["spec"]["selector"].update(app="x"),
        "a selector takes no pod",
    ),
    (
        "NetworkPolicy",
        selector_faults,
        "nobody's policy",
        lambda d: d["spec"].update(podSelector={"matchLabels": {"app": "x"}}),
        "a selector takes no pod",
    ),
    (
        "HorizontalPodAutoscaler",
        selector_faults,
        "another target",
        lambda d: d["spec"]["scaleTargetRef"].update(name="gateway"),
        "there is no Deployment/gateway",
    ),
    (
        "Deployment",
        selector_faults,
        "two owners of the replicas",
        lambda d: d["spec"].update(replicas=3),
        "has replicas of its own",
    ),
    (
        "Deployment",
        port_faults,
        "a probe elsewhere",
        lambda d: _evaluator(d)["readinessProbe"]["httpGet"].update(port=4001),
        "readinessProbe of gateway asks at port 4001",
    ),
    ("Deployment", port_faults, "no probe", lambda d: _evaluator(d).pop("livenessProbe"), "lacks a probe"),
    (
        "Service",
        port_faults,
        "a port elsewhere",
        lambda d: d["spec"]["ports"][0].update(targetPort="web"),
        "port web, where nobody listens",
    ),
    (
        "Job",
        security_faults,
        "root",
        lambda d: _spec(d)["securityContext"].update(runAsUser=0),
        "may run as root",
    ),
    ("Job", security_faults, "a token", lambda d: _spec(d).pop("automountServiceAccountToken"), "gets a token"),
    (
        "Job",
        security_faults,
        "writes",
        lambda d: _evaluator(d)["securityContext"].update(readOnlyRootFilesystem=False),
        "may write its root",
    ),
    (
        "Deployment",
        security_faults,
        "keeps rights",
        lambda d: _evaluator(d)["securityContext"].pop("capabilities"),
        "keeps capabilities",
    ),
    ("Deployment", security_faults, "the node's net", lambda d: _spec(d).update(hostNetwork=True), "hostNetwork"),
    (
        "Namespace",
        security_faults,
        "a lenient namespace",
        lambda d: d["metadata"]["labels"].update({"pod-security.kubernetes.io/enforce": "baseline"}),
        "pod security baseline",
    ),
    ("ServiceAccount", security_faults, "tokens", lambda d: d.pop("automountServiceAccountToken"), "gives tokens out"),
    (
        "Deployment",
        reference_faults,
        "no such ConfigMap",
        lambda d: _spec(d)["volumes"][0]["configMap"].update(name="models"),
        "there is no ConfigMap/models",
    ),
    (
        "Deployment",
        reference_faults,
        "no such variables",
        lambda d: _evaluator(d)["envFrom"][0]["configMapRef"].update(name="urls"),
        "there is no ConfigMap/urls",
    ),
    (
        "Deployment",
        reference_faults,
        "no such Secret",
        lambda d: _spec(d)["volumes"][1]["secret"].update(secretName="keys"),
        "the Secret keys",
    ),
    (
        "Deployment",
        reference_faults,
        "no such volume",
        lambda d: _evaluator(d)["volumeMounts"][0].update(name="model"),
        "there is no volume model",
    ),
    (
        "Job",
        reference_faults,
        "no such key",
        lambda d: _spec(d)["volumes"][2]["secret"]["items"][0].update(key="token"),
        "put token into the Secret mosseval-key",
    ),
    (
        "Job",
        reference_faults,
        "no such account",
        lambda d: _spec(d).update(serviceAccountName="default"),
        "there is no ServiceAccount/default",
    ),
    (
        "ConfigMap",
        reference_faults,
        "a Secret in the repository",
        lambda d: d.update(kind="Secret"),
        "a Secret in a manifest",
    ),
    ("Job", image_faults, "latest", lambda d: _evaluator(d).update(image="evaluator:latest"), "runs evaluator:latest"),
    ("Deployment", image_faults, "no tag", lambda d: _evaluator(d).update(image="host:5000/gateway"), "runs host"),
    (
        "Job",
        resource_faults,
        "nothing asked",
        lambda d: _evaluator(d)["resources"].pop("requests"),
        "sets no cpu, ephemeral-storage, memory",
    ),
    (
        "Job",
        resource_faults,
        "less than measured",
        lambda d: _evaluator(d)["resources"]["requests"].update(memory="64Mi"),
        "asks for less memory than it was measured with",
    ),
    (
        "Deployment",
        resource_faults,
        "more than allowed",
        lambda d: _evaluator(d)["resources"]["requests"].update(memory="2Gi"),
        "asks for more memory than it may have",
    ),
    (
        "Deployment",
        resource_faults,
        "a volume without end",
        lambda d: _spec(d)["volumes"][-1].update(emptyDir={}),
        "an emptyDir without a bound",
    ),
    (
        "Job",
        resource_faults,
        "more disk than the pod may have",
        lambda d: _spec(d)["volumes"][0]["emptyDir"].update(sizeLimit="3Gi"),
        "its volumes may hold more",
    ),
]


@pytest.mark.parametrize(
    ("kind", "check", "spoil", "wanted"),
    [(kind, check, spoil, wanted) for kind, check, _, spoil, wanted in CONTROLS],
    ids=[f"{check.__name__}: {name}" for _, check, name, _, _ in CONTROLS],
)
def test_check_finds_the_fault(
    kind: str,
    check: Callable[[Sequence[Document]], Iterable[str]],
    spoil: Callable[[Document], None],
    wanted: str,
    overlays: dict[str, Rendered],
    jobs: dict[str, Document],
) -> None:
    documents = copy.deepcopy([*overlays["cloud"].documents, jobs["plain"]])
    assert list(check(documents)) == []
    spoil(next(each for each in documents if each["kind"] == kind))
    found = list(check(documents))
    assert any(wanted in fault for fault in found), found


@pytest.mark.parametrize("name", OVERLAYS)
def test_our_own_images_are_of_this_version(
    name: str, overlays: dict[str, Rendered], jobs: dict[str, Document]
) -> None:
    images = [each["image"] for d in workloads([*overlays[name].documents, jobs["plain"]]) for each in containers(d)]
    own = [image for image in images if "mosseval" in image]
    assert len(own) >= 2
    assert [image for image in own if not image.rpartition(":")[2].startswith(__version__)] == []


def test_the_page_says_how_each_secret_is_made() -> None:
    text = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    for name, keys in SECRETS.items():
        assert f"`{name}`" in text
        for key in keys:
            assert key in text


def test_no_manifest_names_an_overlay_or_a_component_that_there_is_not() -> None:
    overlays = {path.name for path in (K8S / "overlays").iterdir()}
    components = {path.name for path in (K8S / "components").iterdir()}
    assert overlays == set(OVERLAYS)
    assert components == set(COMPONENTS)
    for file in K8S.rglob("kustomization.yaml"):
        for name in re.findall(r"components/([\w-]+)", file.read_text(encoding="utf-8")):
            assert name in components
