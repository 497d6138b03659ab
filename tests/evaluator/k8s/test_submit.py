"""`mosseval k8s submit` against a fake API server: once is once, and every refusal is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_kubernetes import TOKEN, FakeKubernetes, Refusal, fake_kubernetes
from k8s_command import SUBMIT, Command
from mosseval_process import InProcess
from tls_server import make_trust


def made(cluster: FakeKubernetes) -> int:
    """How many Jobs were asked for."""
    return sum(each.startswith("POST ") for each in cluster.seen)


def test_a_job_is_made_and_named(cluster: FakeKubernetes, k8s: Command) -> None:
    done = k8s(*SUBMIT, "--parallelism", "2")
    assert done.code == 0
    (name,) = cluster.jobs
    assert done.out == f"{name}\n"
    assert "submitted: 4 shards, 2 at once, to s3://bucket/one" in done.err
    assert f"mosseval k8s status {name}" in done.err
    spec = cluster.jobs[name]["spec"]
    assert (spec["completions"], spec["parallelism"], spec["suspend"]) == (4, 2, False)


def test_the_same_command_again_makes_no_second_job(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    done = k8s(*SUBMIT)
    assert (done.code, done.out) == (0, f"{submitted}\n")
    assert "already there (running, 0 of 4 shards done): nothing was submitted" in done.err
    assert len(cluster.jobs) == 1


def test_flags_in_another_order_are_the_same_run(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    again = ("submit", "--model", "gpt-4o", "--out", "s3://bucket/one", *SUBMIT[1:5])
    assert k8s(*again).out == f"{submitted}\n"
    assert len(cluster.jobs) == 1


def test_another_pace_is_the_same_run_and_its_difference_is_said(k8s: Command, submitted: str) -> None:
    done = k8s(*SUBMIT, "--parallelism", "2", "--image", "mosseval-evaluator:0.2.0", "--rpm", "60")
    assert done.code == 2
    assert f"the Job {submitted} is there (running), and differs" in done.err
    assert "spec.parallelism: 2, there 4" in done.err
    assert 'spec.template.spec.containers[evaluator].image: "mosseval-evaluator:0.2.0", there' in done.err
    assert "--rpm" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "other",
    [
        ("--out", "s3://bucket/two"),
        ("--model", "gpt-4v"),
        ("--benchmark", "demo-contrast"),
        ("--temperature", "0"),
        ("--shards", "5"),
        ("--limit", "10"),
        ("--gateway-url", "http://other:4000"),
    ],
)
def test_another_run_is_another_job(
    other: tuple[str, str], cluster: FakeKubernetes, k8s: Command, submitted: str
) -> None:
    if other[0] == "--model":
        arguments = [other[1] if each == "gpt-4o" else each for each in SUBMIT]
    else:
        arguments = [*SUBMIT, *other]
    assert k8s(*arguments).code == 0
    assert len(cluster.jobs) == 2


def test_dry_run_makes_nothing(cluster: FakeKubernetes, k8s: Command) -> None:
    done = k8s(*SUBMIT, "--dry-run")
    assert done.code == 0
    assert "nothing was made" in done.err
    assert cluster.jobs == {}
    assert any("dryRun=All" in each for each in cluster.seen)


def test_an_answer_that_was_lost_is_no_second_job(cluster: FakeKubernetes, k8s: Command) -> None:
    cluster.broken = lambda method, path: method == "POST"
    lost = k8s(*SUBMIT)
    assert lost.code == 2
    assert "cannot be reached" in lost.err
    assert "nothing is started twice" in lost.err
    cluster.broken = lambda method, path: None
    assert "already there" in k8s(*SUBMIT).err
    assert len(cluster.jobs) == 1


def test_a_job_that_failed_is_made_anew_where_that_is_asked_for(
    cluster: FakeKubernetes, k8s: Command, submitted: str
) -> None:
    cluster.jobs[submitted]["status"]["conditions"] = [{"type": "Failed", "status": "True", "reason": "x"}]
    told = k8s(*SUBMIT)
    assert told.code == 0
    assert "--replace" in told.err
    cluster.stays = 2
    done = k8s(*SUBMIT, "--replace", "--retries", "9")
    assert done.code == 0, done.err
    assert cluster.jobs[submitted]["spec"]["backoffLimitPerIndex"] == 9
    assert "goes on where it stopped" in done.err


def test_a_job_that_runs_is_never_replaced(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    done = k8s(*SUBMIT, "--replace", "--retries", "9")
    assert done.code == 2
    assert "spec.backoffLimitPerIndex: 9, there 6" in done.err
    assert not any(each.startswith("DELETE") for each in cluster.seen)


def test_a_secret_that_is_not_there_is_named_before_a_pod_waits_for_it(cluster: FakeKubernetes, k8s: Command) -> None:
    cluster.secrets = {}
    done = k8s(*SUBMIT)
    assert done.code == 2
    assert "there is no Secret mosseval-key in the namespace mosseval" in done.err
    assert 'kubectl create secret generic mosseval-key -n mosseval --from-literal=key="$(cat FILE)"' in done.err
    assert made(cluster) == 0


def test_a_secret_without_the_key_is_named_and_no_value_shown(cluster: FakeKubernetes, k8s: Command) -> None:
    cluster.secrets["mosseval-key"] = ("token",)
    done = k8s(*SUBMIT)
    assert done.code == 2
    assert "the Secret mosseval-key has no 'key'" in done.err
    assert "it has: token" in done.err
    assert "cGxhbnRlZ" not in done.err
    assert made(cluster) == 0


def test_store_keys_are_looked_for_too(cluster: FakeKubernetes, k8s: Command) -> None:
    done = k8s(*SUBMIT, "--env-from-secret", "store")
    assert (done.code, made(cluster)) == (2, 0)
    assert "there is no Secret store" in done.err


def test_who_may_not_look_at_secrets_may_submit(cluster: FakeKubernetes, k8s: Command) -> None:
    cluster.forbidden = {"secrets"}
    done = k8s(*SUBMIT)
    assert done.code == 0
    assert "not checked whether what the pods need is there" in done.err
    assert len(cluster.jobs) == 1


def test_a_missing_service_account_is_named(cluster: FakeKubernetes, k8s: Command) -> None:
    cluster.service_accounts.clear()
    done = k8s(*SUBMIT)
    assert (done.code, made(cluster)) == (2, 0)
    assert "there is no service account mosseval-evaluator" in done.err
    assert "kubectl apply -k" in done.err


@pytest.mark.parametrize(
    ("refusal", "wanted"),
    [
        (Refusal(403, "Forbidden", "jobs.batch is forbidden"), "k8s/base/submitter.yaml"),
        (Refusal(422, "Invalid", "spec.completions: Invalid value"), "spec.completions: Invalid value"),
        (Refusal(500, "InternalError", "etcdserver: request timed out"), "etcdserver"),
        (Refusal(429, "TooManyRequests", "slow down\n\x1b[31m"), "slow down �[31m"),
    ],
)
def test_what_a_server_refuses_is_said_in_its_words(
    refusal: Refusal, wanted: str, cluster: FakeKubernetes, k8s: Command
) -> None:
    cluster.broken = lambda method, path: refusal if method == "POST" else None
    done = k8s(*SUBMIT)
    assert done.code == 2
    assert wanted in done.err
    assert f"says {refusal.status}" in done.err
    assert "\x1b" not in done.err
    assert TOKEN not in done.err


def test_a_wrong_token_is_refused_and_not_shown(cluster: FakeKubernetes, k8s: Command, tmp_path: Path) -> None:
    cluster.kubeconfig(tmp_path, token="another-token-000000")
    done = k8s(*SUBMIT)
    assert done.code == 2
    assert "says 401" in done.err
    assert "another-token" not in done.err


def test_a_server_is_known_by_its_certificate(here: InProcess, tmp_path: Path) -> None:
    trust = make_trust(tmp_path)
    with fake_kubernetes(trust.server) as cluster:
        known = here("k8s", *SUBMIT, "--kubeconfig", cluster.kubeconfig(tmp_path, trust.file))
        assert known.code == 0, known.err
        unknown = here("k8s", *SUBMIT, "--kubeconfig", cluster.kubeconfig(tmp_path))
    assert unknown.code == 2
    assert "cannot be reached" in unknown.err
    assert "certificate" in unknown.err
    assert TOKEN not in unknown.err


def test_another_namespace_is_not_found(k8s: Command) -> None:
    done = k8s(*SUBMIT, "-n", "elsewhere")
    assert done.code == 2
    assert "there is no service account mosseval-evaluator in the namespace elsewhere" in done.err


def test_nobody_at_the_address(here: InProcess, tmp_path: Path) -> None:
    file = FakeKubernetes(url="http://127.0.0.1:9").kubeconfig(tmp_path)
    done = here("k8s", *SUBMIT, "--kubeconfig", file)
    assert done.code == 2
    assert "the API server at http://127.0.0.1:9 cannot be reached" in done.err


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (None, "leads to no cluster"),
        ("", "leads to no cluster"),
        ("users: [{name: me, user: {token: planted-token-77aa}}", "leads to no cluster"),
        ("[1, 2]", "leads to no cluster"),
        ("clusters: planted-token-77aa\ncontexts: 7\ncurrent-context: x\n", "leads to no cluster"),
    ],
)
def test_a_kubeconfig_that_is_none(content: str | None, wanted: str, here: InProcess, tmp_path: Path) -> None:
    file = tmp_path / "config"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = here("k8s", *SUBMIT, "--kubeconfig", file)
    assert done.code == 2, done.err
    assert wanted in done.err
    assert "planted-token" not in done.err


def test_a_context_that_there_is_not(k8s: Command) -> None:
    done = k8s(*SUBMIT, "--context", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


def test_a_web_page_is_no_api_server(cluster: FakeKubernetes, k8s: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "answer", lambda *_: "<html>welcome</html>")
    done = k8s(*SUBMIT)
    assert done.code == 2
    assert "is no Kubernetes API server" in done.err
