"""A store that fails, and pods that die: at most what was not stored is asked again, and nothing counts twice."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from fake_endpoint import answer
from full_disk import fill
from pods import IN_FLIGHT, QUICK, SAMPLES, UNSAFE, Pods
from remote_runs import keys, run_at
from s3_faults import Fault, S3Faults
from s3_server import KEY, SECRET
from small_benchmark import question


def test_killed_pod_loses_at_most_what_was_not_stored(pods: Pods) -> None:
    pods.endpoint.default = answer(delay_s=0.1)
    process = pods.mosseval.start(*pods.into)
    pods.endpoint.wait_for(14)
    process.kill()
    pods.mosseval.finish(process)
    asked = len(pods.endpoint.asked)
    kept = {key.split("/")[1] for key in keys(run_at(pods.url))}
    assert asked - len(kept) <= IN_FLIGHT + UNSAFE
    pods.endpoint.forget()
    result = pods()
    assert result.code == 0, result.err
    assert "waiting for process" in result.err
    assert not {question(number) for number in kept} & set(pods.endpoint.questions)
    assert len(pods.endpoint.asked) == SAMPLES - len(kept)
    pods.whole()


def test_pod_killed_while_a_segment_is_put(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("held", "PUT .*/records-0-", after=1)]
    pods.endpoint.default = answer(delay_s=0.05)
    process = pods.mosseval.start(*pods.into, environment=pods.s3.environment(faults.url))
    faults.wait_for(lambda: faults.struck)
    time.sleep(1.0)
    process.kill()
    pods.mosseval.finish(process)
    first = len(pods.endpoint.asked)
    kept = keys(run_at(pods.url))
    assert 0 < len(kept) < UNSAFE
    assert first <= len(kept) + IN_FLIGHT + UNSAFE, "asking waits for the store"
    pods.endpoint.default = answer("Sure! Another answer, to be told from the first one.")
    assert pods().code == 0
    assert len(pods.endpoint.asked) == first + SAMPLES - len(kept)
    before = dict(run_at(pods.url).state().answers)
    faults.release()
    faults.wait_for(lambda: len(pods.stored("/records-0-000001-")) == 2)
    assert run_at(pods.url).state().answers == before, "what arrives after the shard was taken over does not count"
    pods.whole()


def test_pod_killed_between_a_segment_and_its_lease(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("held", "PUT .*/lease-000001", after=2)]
    process = pods.mosseval.start(*pods.into, environment=pods.s3.environment(faults.url))
    faults.wait_for(lambda: faults.struck)
    process.kill()
    pods.mosseval.finish(process)
    (segment,) = pods.stored("/records-0-")
    pods.endpoint.forget()
    assert pods().code == 0
    assert len(pods.endpoint.asked) == SAMPLES - pods.s3.read(segment).count(b"\n")
    pods.whole()


def test_busy_store_is_asked_again(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("slow_down", "^PUT", times=4), Fault("slow_down", "^GET", times=4)]
    result = pods(through=faults)
    assert result.code == 0, result.err
    assert len(faults.struck) == 8
    assert len(pods.endpoint.asked) == SAMPLES
    pods.whole()


def test_put_whose_answer_was_lost_counts_once(pods: Pods, faults: S3Faults) -> None:
    what = ("run.json", "lease-000001", "records-0-", "judgements-rules-0-", "samples-")
    faults.faults = [Fault("lost_answer", f"^PUT .*{each}", times=2) for each in what]
    result = pods(through=faults)
    assert result.code == 0, result.err
    assert len(faults.struck) == 2 * len(what)
    assert len(pods.endpoint.asked) == SAMPLES
    assert len(pods.stored("/lease-")) == len(pods.stored(r"/run(-\d+)?\.json$")) == 1
    pods.whole()


def test_listing_that_lacks_the_last_object_loses_nothing(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("unlist_last", "list-type=2")]
    assert pods("--limit", 10, through=faults).code == 0
    assert pods(through=faults).code == 0
    assert pods(through=faults).code == 0
    assert len(pods.endpoint.asked) == SAMPLES
    assert faults.struck
    summary = pods.mosseval("summary", pods.url, "--format", "json", environment=pods.s3.environment(faults.url))
    assert '"pending":0' in summary.out.replace(" ", "")
    pods.whole()


def test_store_out_of_reach_does_not_hold_up_ctrl_c(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("slow_down")]
    process = pods.mosseval.start(*pods.into, environment=pods.s3.environment(faults.url))
    faults.wait_for(lambda: len(faults.asked) > 1)
    process.send_signal(signal.SIGINT)
    assert pods.mosseval.finish(process, 10).code == 130
    assert pods.endpoint.asked == []


def test_expired_credentials_in_mid_run_end_it_early(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("expired", "^PUT .*/records-", after=2)]
    pods.endpoint.default = answer(delay_s=0.1)
    result = pods(through=faults)
    assert result.code == 3, result.err
    assert "expired" in result.err
    assert "credentials" in result.err
    assert KEY not in result.err + result.out
    assert SECRET not in result.err + result.out
    kept = keys(run_at(pods.url))
    assert 0 < len(kept) < SAMPLES
    faults.faults = []
    pods.endpoint.forget()
    assert pods(through=faults).code == 0
    assert len(pods.endpoint.asked) == SAMPLES - len(kept)
    pods.whole()


def test_store_without_conditional_puts_is_named(pods: Pods, faults: S3Faults) -> None:
    faults.faults = [Fault("unconditional")]
    result = pods(through=faults)
    assert result.code == 0, result.err
    assert "no conditional put" in result.err
    pods.whole()


def test_full_disk_matters_nothing_to_a_pod(pods: Pods, small_disk: Path) -> None:
    fill(small_disk / "ballast")
    pods.mosseval.environment |= {"HOME": str(small_disk), "TMPDIR": str(small_disk)}
    assert pods().code == 0
    pods.mosseval.environment = pods.s3.environment()
    pods.whole()


def test_full_shared_disk_ends_the_run_early(pods: Pods, small_disk: Path) -> None:
    pods.endpoint.default = answer("Sure! " + "Take one step after the other. " * 500)
    into = (*pods.command, "--out", f"file://{small_disk}/run", *QUICK)
    result = pods.mosseval(*into)
    assert result.code == 3, result.err
    assert "No space left" in result.err
    assert "make room" in result.err
