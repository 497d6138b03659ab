"""Runs in an object store: shards, pods that share or take them, and the commands that read them."""

from __future__ import annotations

import signal

from fake_endpoint import answer
from mosseval_process import Mosseval
from pods import SAMPLES, Pods
from remote_runs import keys, run_at, same


def test_shards_merge_to_what_was_never_split(pods: Pods, mosseval: Mosseval) -> None:
    assert mosseval(*pods.command, "--out", "unsharded").code == 0
    assert len(pods.endpoint.asked) == SAMPLES
    both = [mosseval.start(*pods.into, "--shard", f"{number}/3") for number in range(3)]
    results = [mosseval.finish(each) for each in both]
    assert [each.code for each in results] == [0, 0, 0], [each.err for each in results]
    assert "(shard 1 of 3)" in results[1].err
    assert len(pods.endpoint.asked) == 2 * SAMPLES
    pods.whole()
    assert mosseval("merge", pods.url, "--out", f"{pods.url}-merged").code == 0
    unsharded = run_at(mosseval.folder / "unsharded")
    for merged in (mosseval.folder / "merged", f"{pods.url}-merged"):
        assert same(run_at(merged), unsharded)
        again = mosseval(*pods.command, "--out", merged)
        assert again.code == 0, again.err
    assert pods("--shard", "1/3").code == 0
    assert len(pods.endpoint.asked) == 2 * SAMPLES


def test_other_commands_read_the_store_directly(pods: Pods, mosseval: Mosseval) -> None:
    assert pods().code == 0
    assert mosseval(*pods.command, "--out", "local").code == 0
    summaries = mosseval("summary", pods.url, "local", "--format", "csv").out.splitlines()
    assert len(summaries) == 3
    assert summaries[1] == summaries[2].replace("local", pods.url)
    labels = mosseval.folder / "people.csv"
    labels.write_text("id,label\n" + "".join(f"{number},comply\n" for number in range(1, SAMPLES + 1)))
    scored = mosseval("score", pods.url, "--judge", "human", "--labels", labels)
    assert scored.code == 0, scored.err
    agreed = mosseval("agreement", pods.url, "--format", "json")
    assert agreed.code == 0, agreed.err
    assert '"answers": 24' in agreed.out or f'"source": "{pods.url}"' in agreed.out
    compared = mosseval("compare", "local", pods.url, "--judge", "rules", "--fail-if-worse", 1)
    assert compared.code == 0, compared.err
    dry = pods("--dry-run")
    assert "24 done before" in dry.out


def test_second_pod_on_a_shard_waits_and_then_finds_all_done(pods: Pods) -> None:
    pods.endpoint.default = answer(delay_s=1.5)
    first = pods.mosseval.start(*pods.into)
    pods.endpoint.wait_for(1)
    second = pods.mosseval.start(*pods.into)
    assert pods.mosseval.finish(first).code == 0
    result = pods.mosseval.finish(second)
    assert result.code == 0, result.err
    assert f"waiting for process {first.pid} on" in result.err
    assert len(pods.endpoint.asked) == SAMPLES
    pods.whole()


def test_pods_that_start_together_ask_every_sample_once(pods: Pods) -> None:
    pods.endpoint.default = answer(delay_s=0.05)
    both = [pods.mosseval.start(*pods.into) for _ in range(3)]
    assert [pods.mosseval.finish(each).code for each in both] == [0, 0, 0]
    assert len(pods.endpoint.asked) == SAMPLES
    pods.whole()


def test_pod_that_was_taken_for_dead_wakes_up_and_writes_nothing_that_counts(pods: Pods) -> None:
    pods.endpoint.default = answer(delay_s=0.2)
    sleeper = pods.mosseval.start(*pods.into)
    pods.endpoint.wait_for(9)
    sleeper.send_signal(signal.SIGSTOP)
    pods.endpoint.default = answer("Sure! This is what the second pod was told.")
    second = pods()
    assert second.code == 0, second.err
    before = dict(run_at(pods.url).state().answers)
    sleeper.send_signal(signal.SIGCONT)
    woken = pods.mosseval.finish(sleeper)
    assert woken.code == 3, woken.err
    assert "another process has taken over shard 0" in woken.err
    assert run_at(pods.url).state().answers == before
    pods.whole()


def test_clocks_that_disagree_change_nothing(pods: Pods) -> None:
    for hours, limit in ((0, 8), (-30, 16), (30, SAMPLES)):
        skewed = (
            f"import time; real = time.time; time.time = lambda: real() + {hours * 3600};"
            "from mosseval.cli import main; main()"
        )
        pods.endpoint.default = answer(f"Sure! So says the pod whose clock is off by {hours} hours.")
        process = pods.mosseval.start(*pods.into, "--limit", limit, program=("-c", skewed))
        assert pods.mosseval.finish(process).code == 0
    assert len(pods.endpoint.asked) == SAMPLES
    pods.whole()


def test_sigterm_stores_what_is_open_and_gives_the_shard_back(pods: Pods) -> None:
    pods.endpoint.default = answer(delay_s=0.3)
    slow = ("--segment-records", 1000, "--segment-seconds", 60)
    process = pods.mosseval.start(*pods.into, *slow)
    pods.endpoint.wait_for(9)
    process.send_signal(signal.SIGTERM)
    result = pods.mosseval.finish(process)
    assert result.code == 143, result.err
    assert len(keys(run_at(pods.url))) == len(pods.endpoint.asked)
    again = pods()
    assert again.code == 0
    assert "waiting" not in again.err
    assert len(pods.endpoint.asked) == SAMPLES
