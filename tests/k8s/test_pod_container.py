"""A rendered Job's pod as options of `docker run`: every field has a meaning there, or stops the translation."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from manifests import Document, template
from pod_container import Given, NoSuchMeaning, cores, run_options, size
from sharded_run import rendered, without_shards

GIVEN = Given({"benchmark": "a-volume"}, {"mosseval-key": "a-key"}, {"store-keys": {"AWS_ACCESS_KEY_ID": "planted"}})
OUT = "s3://runs/one"


@pytest.fixture(scope="module")
def job() -> Document:
    return rendered(OUT)


def pairs(options: list[str], name: str) -> list[str]:
    """The values of an option."""
    return [value for option, value in pairwise(options) if option == name]


def test_a_container_has_what_its_pod_has(job: Document) -> None:
    options = run_options(job, 3, GIVEN)
    assert {"--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"} <= set(options)
    assert pairs(options, "--user") == ["10001:10001"]
    assert pairs(options, "--group-add") == ["10001"]
    assert pairs(options, "--memory") == pairs(options, "--memory-swap") == [str(512 << 20)]
    assert pairs(options, "--cpu-shares") == ["256"]
    assert pairs(options, "--stop-timeout") == ["60"]
    assert pairs(options, "--volume") == ["a-volume:/data:ro", "a-key:/run/secrets/mosseval:ro"]
    assert [each.split(":")[0] for each in pairs(options, "--tmpfs")] == ["/tmp"]
    assert {"JOB_COMPLETION_INDEX=3", "AWS_ACCESS_KEY_ID=planted", "MOSSEVAL_DATA=/data"} <= set(
        pairs(options, "--env")
    )
    arguments = options[options.index("mosseval-evaluator:0.1.0") + 1 :]
    assert arguments[0] == "run"
    assert pairs(arguments, "--shard") == ["3/8"]
    assert pairs(arguments, "--out") == [OUT]


def test_the_whole_run_is_the_same_pod_without_a_shard(job: Document) -> None:
    options = run_options(without_shards(job, "s3://runs/whole"), 0, GIVEN)
    assert "--shard" not in options
    assert pairs(options, "--out") == ["s3://runs/whole"]
    assert pairs(options, "--concurrency") == ["32"]
    assert pairs(run_options(job, 0, GIVEN), "--out") == [OUT]


@pytest.mark.parametrize(
    "change",
    [
        lambda spec: spec.update(hostNetwork=True),
        lambda spec: spec.update(restartPolicy="Always"),
        lambda spec: spec["securityContext"].update(sysctls=[]),
        lambda spec: spec["securityContext"].update(seccompProfile={"type": "Unconfined"}),
        lambda spec: spec["containers"][0].update(command=["sh"]),
        lambda spec: spec["containers"][0]["securityContext"].update(privileged=True),
        lambda spec: spec["containers"][0]["resources"]["limits"].update(cpu="1"),
        lambda spec: spec["containers"][0]["env"].append({"name": "A", "valueFrom": {}}),
        lambda spec: spec["volumes"].append({"name": "more", "emptyDir": {"sizeLimit": "1Mi"}}),
        lambda spec: spec["volumes"].__setitem__(0, {"name": "tmp", "hostPath": {"path": "/"}}),
    ],
)
def test_what_a_container_cannot_have_stops_it(change: Callable[[Any], object], job: Document) -> None:
    changed = copy.deepcopy(job)
    change(template(changed)["spec"])
    with pytest.raises(NoSuchMeaning):
        run_options(changed, 0, GIVEN)


def test_quantities() -> None:
    assert (size("512Mi"), size("2Gi")) == (512 << 20, 2 << 30)
    assert (cores("250m"), cores("2")) == (0.25, 2.0)
