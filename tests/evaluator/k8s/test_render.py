"""`mosseval k8s render`: what stands in the Job, its name, and what is refused before a pod would find out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests import ROOT, expanded
from mosseval_process import InProcess, Mosseval

RENDER = ("k8s", "render", "--shards", "4", "--key-secret", "mosseval-key", "--out", "s3://bucket/one")
MODEL = ("--model", "gpt-4o")


def rendered(here: InProcess, *flags: object) -> dict[str, Any]:
    """The Job."""
    done = here(*RENDER, *flags, "--format", "json")
    assert done.code == 0, done.err
    job: dict[str, Any] = json.loads(done.out)
    return job


def arguments(job: dict[str, Any]) -> list[str]:
    """Of the evaluator, as the kubelet hands them to the pod of shard 3."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    return [expanded(each, {"JOB_COMPLETION_INDEX": "3"}) for each in container["args"]]


def variables(job: dict[str, Any]) -> dict[str, Any]:
    """Of the evaluator."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def test_a_pod_runs_its_shard_and_no_other(here: InProcess) -> None:
    job = rendered(here, *MODEL, "--preset", "paper", "--parallelism", "2")
    said = arguments(job)
    assert said[0] == "run"
    assert said[said.index("--shard") + 1] == "3/4"
    assert said[said.index("--target") + 1] == "gateway"
    assert said[said.index("--out") + 1] == "s3://bucket/one"
    assert said[said.index("--preset") + 1] == "paper"
    assert "--allow-gaps" in said
    assert said[said.index("--max-attempts") + 1] == "60", "pods that share a limit are patient"
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (4, 2)


def test_exit_codes_decide_as_the_commands_have_them(here: InProcess) -> None:
    spec = rendered(here, *MODEL, "--retries", "3")["spec"]
    disrupted, wrong, rest = spec["podFailurePolicy"]["rules"]
    assert disrupted == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    assert (wrong["action"], wrong["onExitCodes"]["values"]) == ("FailJob", [2])
    assert (rest["action"], rest["onExitCodes"]["operator"], rest["onExitCodes"]["values"]) == (
        "Count",
        "NotIn",
        [0, 2],
    )
    assert spec["backoffLimitPerIndex"] == 3
    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["ttlSecondsAfterFinished"] == 7 * 24 * 3600


def test_the_key_comes_by_reference_and_is_nowhere(here: InProcess) -> None:
    here.environment["MOSSEVAL_API_KEY"] = "planted-key-41cc"
    job = rendered(here, *MODEL, "--key-secret", "mine/token")
    pod = job["spec"]["template"]["spec"]
    (volume,) = [each["secret"] for each in pod["volumes"] if "secret" in each]
    (mount,) = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "key"]
    assert (volume["secretName"], volume["items"]) == ("mine", [{"key": "token", "path": "MOSSEVAL_API_KEY"}])
    assert variables(job)["MOSSEVAL_API_KEY_FILE"] == f"{mount['mountPath']}/MOSSEVAL_API_KEY"
    assert mount["readOnly"] is True
    assert "planted" not in json.dumps(job)


def test_kueue_starts_a_queued_job(here: InProcess) -> None:
    job = rendered(here, *MODEL, "--queue", "evals")
    assert job["spec"]["suspend"] is True
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "evals"


def test_texts_reach_the_pod_as_they_are(here: InProcess) -> None:
    text = 'Costs $5, $$ and $(HOME); "quotes"\nand ümläute'
    prompt = here.folder / "prompt.txt"
    prompt.write_text(text, encoding="utf-8")
    said = arguments(rendered(here, *MODEL, "--system-prompt", f"@{prompt}"))
    assert said[said.index("--system-prompt") + 1] == text


def test_yaml_and_json_are_one(here: InProcess) -> None:
    flags = (*MODEL, "--system-prompt", "yes: no", "--benchmark", "mossbench")
    done = here(*RENDER, *flags)
    assert done.code == 0
    assert yaml.safe_load(done.out) == rendered(here, *flags)


def test_a_benchmark_of_the_hub_is_fetched_by_each_pod(here: InProcess) -> None:
    (fetch,) = rendered(here, *MODEL, "--benchmark", "mossbench")["spec"]["template"]["spec"]["initContainers"]
    assert fetch["args"] == ["data", "fetch", "mossbench", "--into", "/data"]


def test_data_on_a_volume_is_mounted_and_not_fetched(here: InProcess) -> None:
    flags = ("--benchmark", "mossbench", "--data-claim", "bench", "--data", "/data/MOSSBench")
    pod = rendered(here, *MODEL, *flags)["spec"]["template"]["spec"]
    assert "initContainers" not in pod
    assert pod["volumes"][1]["persistentVolumeClaim"] == {"claimName": "bench", "readOnly": True}


def test_the_same_run_has_the_same_name(here: InProcess) -> None:
    name = rendered(here, *MODEL, "--temperature", "0", "--limit", "9")["metadata"]["name"]
    again = rendered(here, "--limit", "9", "-m", "gpt-4o", "--temperature", "0.0")
    assert again["metadata"]["name"] == name
    for pace in (
        ("--rpm", "5"),
        ("--concurrency", "3"),
        ("--parallelism", "1"),
        ("--retries", "1"),
        ("--timeout", "9"),
    ):
        assert rendered(here, *MODEL, "--temperature", "0", "--limit", "9", *pace)["metadata"]["name"] == name
    assert rendered(here, *MODEL, "--limit", "9")["metadata"]["name"] != name


@pytest.mark.parametrize("model", ["openai/gpt-4o", "Ünïcode/模型", "-" * 80, "a" * 300, "%00", "simulated/helpful"])
def test_every_model_gives_a_name_that_kubernetes_takes(model: str, here: InProcess) -> None:
    job = rendered(here, f"--model={model}", "--shards", "100000")
    name = job["metadata"]["name"]
    assert len(name) <= 50
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.endswith("-")
    assert all(len(value) <= 63 for value in job["metadata"]["labels"].values())


REFUSED: list[tuple[tuple[str, ...], str]] = [
    ((), "nothing says what is asked"),
    (("--preset", "paper"), "Missing option '--model'"),
    (("--model", ""), "--model is empty"),
    (("--model", "a", "--model", "b"), "a Job is one run, and --model names 2"),
    ((*MODEL, "--benchmark", "demo", "--benchmark", "mossbench"), "--benchmark names 2"),
    ((*MODEL, "--benchmark", "mosbench"), "no benchmark is called 'mosbench'"),
    ((*MODEL, "--benchmark", "mine.csv"), "--benchmark mine.csv: pods have no such file"),
    ((*MODEL, "--benchmark", "mmsafeaware"), "pods have no data of mmsafeaware"),
    ((*MODEL, "--benchmark", "mossbench", "--data", "/srv/MOSSBench"), "--data /srv/MOSSBench: pods have no such"),
    ((*MODEL, "--data-claim", "b", "--data", "/data/../etc"), "pods have no such file"),
    ((*MODEL, "--rubric", "mine.md"), "--rubric mine.md: pods have no such file"),
    ((*MODEL, "--shrads", "8"), "No such option: --shrads"),
    ((*MODEL, "--max-tokens", "none"), "--max-tokens"),
    ((*MODEL, "--concurrency", "fast"), "--concurrency 'fast'"),
    ((*MODEL, "--judge", "llm"), "--judge llm needs a model"),
    ((*MODEL, "--shard", "1/8"), "--shard is not passed on to pods"),
    ((*MODEL, "--target", "embedded"), "--gateway-url"),
    ((*MODEL, "--fresh"), "--fresh is not passed on"),
    ((*MODEL, "--api-key-env", "MY_KEY"), "the key comes from a Secret"),
    ((*MODEL, "--shards", "0"), "--shards"),
    ((*MODEL, "--shards", "100001"), "--shards 100001 is not from 1 to 100000"),
    ((*MODEL, "--parallelism", "5"), "--parallelism 5 is not from 1 to the number of shards, 4"),
    ((*MODEL, "--image", "mosseval-evaluator"), "is not pinned"),
    ((*MODEL, "--image", "mosseval-evaluator:latest"), "is not pinned"),
    ((*MODEL, "--image", "host:5000/evaluator"), "is not pinned"),
    ((*MODEL, "--env", "AWS_SECRET_ACCESS_KEY=planted-value"), "must not stand in a Job"),
    ((*MODEL, "--env", "A B=c"), "no name of a variable"),
    ((*MODEL, "--env", "NOTHING"), "is not NAME=VALUE"),
    ((*MODEL, "--key-secret", "Bad_Name"), "--key-secret 'Bad_Name'"),
    ((*MODEL, "--namespace", "Bad_Name"), "--namespace 'Bad_Name'"),
    ((*MODEL, "--pod-label", "x=a b"), "is no label"),
    ((*MODEL, "--memory", "lots"), "--memory 'lots' is no quantity"),
    ((*MODEL, "--memory", "2Gi"), "--memory 2Gi is more than --memory-limit 512Mi"),
    ((*MODEL, "--gateway-url", "http://user:planted@host"), "without user or password"),
    ((*MODEL, "--out", "runs/one"), "runs/one is no place that pods share"),
    ((*MODEL, "--out", "ftp://host/x"), "ftp://host/x is no place that pods share"),
    ((*MODEL, "--out", "s3://key:planted@bucket/x"), "no place that pods share"),
    ((*MODEL, "--out", "file:///runs/one"), "a pod's own disk ends with the pod"),
    ((*MODEL, "--out", "file:///srv/one", "--runs-claim", "r"), "is not on the mounted volume"),
    ((*MODEL, "--runs-claim", "r"), "--runs-claim is for --out file://"),
    ((*MODEL, "--system-prompt", "@nowhere.txt"), "cannot read the file"),
    ((*MODEL, "--format", "xml"), "there is no format 'xml'"),
]


@pytest.mark.parametrize(("flags", "wanted"), REFUSED, ids=[" ".join(flags[-2:]) or "-" for flags, _ in REFUSED])
def test_what_no_cluster_would_run_is_refused_here(flags: tuple[str, ...], wanted: str, here: InProcess) -> None:
    done = here(*RENDER, *flags)
    assert done.code == 2, done.err
    assert done.out == ""
    assert wanted in " ".join(done.err.split())
    assert "planted" not in done.err


def test_a_job_without_a_key_secret_is_refused(here: InProcess) -> None:
    done = here("k8s", "render", "--shards", "4", "--out", "s3://bucket/one", *MODEL)
    assert done.code == 2
    assert "no Secret holds the gateway's key: every pod would be refused" in done.err
    assert "--key-secret NAME" in done.err


def test_a_gateway_without_keys_is_said_by_name(here: InProcess) -> None:
    flags = ("k8s", "render", "--shards", "4", "--out", "s3://bucket/one", *MODEL, "--no-key", "--format", "json")
    job = json.loads(here(*flags).out)
    assert "MOSSEVAL_API_KEY_FILE" not in variables(job)
    assert "secret" not in json.dumps(job)


def test_a_text_too_large_for_a_cluster(here: InProcess) -> None:
    prompt = here.folder / "prompt.txt"
    prompt.write_text("word " * 200_000, encoding="utf-8")
    done = here(*RENDER, *MODEL, "--system-prompt", f"@{prompt}")
    assert done.code == 2
    assert "are the most" in done.err


def test_rendering_needs_no_client_and_no_cluster(mosseval: Mosseval, tmp_path: Path) -> None:
    """With packages in the client's place that cannot be imported."""
    (tmp_path / "kubernetes.py").write_text("raise ImportError('planted')", encoding="utf-8")
    environment = {"PYTHONPATH": str(tmp_path), "KUBECONFIG": str(tmp_path / "none")}
    assert mosseval(*RENDER, *MODEL, environment=environment).code == 0
    (tmp_path / "yaml.py").write_text("raise ImportError('planted')", encoding="utf-8")
    assert mosseval(*RENDER, *MODEL, "--format", "json", environment=environment).code == 0
    told = mosseval(*RENDER, *MODEL, environment=environment)
    assert told.code == 2
    assert "pip install 'mosseval[k8s]'" in told.err
    asked = mosseval("k8s", "status", environment=environment)
    assert asked.code == 2
    assert "speaking to a cluster needs the extra 'k8s'" in asked.err


def test_the_page_shows_what_is_rendered(here: InProcess) -> None:
    """Shortened: every line that stands there is a line of the Job, in its order."""
    page = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    command, _, shown = (
        page.partition("$ mosseval k8s render ")[2].partition("```")[0].replace("\\\n", "").partition("\n")
    )
    done = here("k8s", "render", *command.split())
    assert done.code == 0, done.err
    left = iter(done.out.splitlines())
    for line in shown.splitlines():
        assert line.strip() == "…" or line in left, line
