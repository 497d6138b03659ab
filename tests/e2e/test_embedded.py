"""`--target embedded`: the real gateway as a child process, there for the run and gone with it."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import psutil
import pytest
from fake_endpoint import REFUSAL, FakeEndpoint, answer
from mosseval_process import Mosseval, gateway_of, lines, records
from small_benchmark import question, write


def gone(process: psutil.Process, within_s: float = 8.0) -> bool:
    """True once the process is no more."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_demo_with_two_models_says_simulated_beside_every_number(mosseval: Mosseval) -> None:
    models = ("--model", "simulated/helpful", "--model", "simulated/cautious")
    result = mosseval("run", "--target", "embedded", "--benchmark", "demo", *models)
    assert result.code == 0, result.err
    runs = ["runs/demo-simulated-helpful", "runs/demo-simulated-cautious"]
    for run in runs:
        assert f"run: {run}" in result.err
    helpful, cautious = (json.loads(line) for line in mosseval("summary", *runs, "--format", "json").out.splitlines())
    assert helpful["simulated"] is cautious["simulated"] is True
    assert helpful["samples"] == cautious["samples"] == 30
    assert helpful["refusal_rate"]["percent"] < 10 < 25 < cautious["refusal_rate"]["percent"]
    rows = [line for line in result.out.splitlines() if "%" in line and " of " in line]
    assert rows
    assert all("simulated" in row for row in rows)
    document = json.loads((mosseval.folder / runs[0] / "run.json").read_text())
    assert document["config"]["endpoint"] == "embedded"
    again = mosseval("run", "--benchmark", "demo", *models)
    assert again.code == 0
    assert "30 done before" in again.err
    assert len(lines(mosseval.folder / runs[0] / "records-0.jsonl")) == 30


def test_blocks_of_every_form_are_blocked_and_never_judged(mosseval: Mosseval) -> None:
    result = mosseval("run", "--model", "simulated/blocking", "--out", "run")
    assert result.code == 0, result.err
    found = records(mosseval.folder / "run")
    blocked = [record for record in found.values() if record["status"] == "blocked"]
    assert blocked
    assert all(record["block"]["where"] in ("input", "output", "model") for record in blocked)
    judged = {each["key"] for each in lines(mosseval.folder / "run" / "judgements-rules-0.jsonl")}
    assert not judged & {record["key"] for record in blocked}


def test_flaky_model_is_asked_again_and_what_stays_open_is_no_refusal(mosseval: Mosseval) -> None:
    flags = ("--benchmark", "demo", "--out", "run", "--timeout", 1, "--max-attempts", 4, "--limit", 16)
    result = mosseval("run", "--model", "simulated/flaky", *flags)
    assert result.code in (0, 1), result.err
    found = records(mosseval.folder / "run")
    assert len(found) == 16
    assert any(record["attempts"] > 1 for record in found.values())
    document = json.loads(mosseval("summary", "run", "--format", "json").out)
    answered = [record for record in found.values() if record["status"] == "answered"]
    assert document["refusal_rate"]["of"] == len(answered) + document["counts"]["blocked"]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_gateway_goes_with_its_parent_however_that_ends(mosseval: Mosseval, sent: signal.Signals) -> None:
    process = mosseval.start("run", "--model", "simulated/helpful", "--rpm", 30)
    gateway = gateway_of(process)
    time.sleep(1.0)
    assert gateway.is_running()
    process.send_signal(sent)
    result = mosseval.finish(process, 15)
    assert result.code == {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}[sent]
    assert gone(gateway)


def test_key_of_the_run_is_its_own_and_stays_between_the_two(mosseval: Mosseval) -> None:
    mosseval.environment = {"MOSSEVAL_API_KEY": "mine", "MOSSEVAL_GATEWAY_KEYS": "theirs"}
    process = mosseval.start("run", "--model", "simulated/helpful", "--rpm", 60, "--limit", 3)
    gateway = gateway_of(process)
    key = gateway.environ()["MOSSEVAL_GATEWAY_KEYS"]
    assert len(key) > 30
    assert key not in ("mine", "theirs")
    assert not any(key in part for part in gateway.cmdline())
    addresses = {connection.laddr.ip for connection in gateway.net_connections("tcp")}
    assert addresses == {"127.0.0.1"}
    result = mosseval.finish(process)
    assert result.code == 0
    written = "".join(
        file.read_text(errors="replace") for file in (mosseval.folder / "runs").rglob("*") if file.is_file()
    )
    assert key not in written + result.out + result.err
    assert gone(gateway)


def test_unknown_model_is_refused_with_the_nearest_names(mosseval: Mosseval) -> None:
    result = mosseval("run", "--model", "simulated/helpfull")
    assert result.code == 2
    assert "simulated/helpful" in result.err
    assert not (mosseval.folder / "runs").exists()


def test_faulty_config_ends_with_2_in_the_gateways_own_words(mosseval: Mosseval) -> None:
    (mosseval.folder / "faulty.yaml").write_text("model_list:\n  - model_name: 7\n", encoding="utf-8")
    result = mosseval("run", "--model", "m", "--config", "faulty.yaml")
    assert result.code == 2
    assert "faulty.yaml" in result.err
    assert "Traceback" not in result.err
    absent = mosseval("run", "--model", "m", "--config", "absent.yaml")
    assert absent.code == 2
    assert "absent.yaml" in absent.err


def test_configured_endpoint_is_asked_through_the_gateway_and_money_is_counted(
    mosseval: Mosseval, endpoint: FakeEndpoint, tmp_path: Path
) -> None:
    data = write(tmp_path / "benchmark", 6)
    endpoint.script[question(1)] = [answer(REFUSAL)]
    (mosseval.folder / "models.yaml").write_text(
        "model_list:\n"
        "  - model_name: mine\n"
        "    litellm_params:\n"
        "      model: openai/gpt-4o\n"
        f"      api_base: {endpoint.url}/v1\n"
        "      api_key: os.environ/PROVIDER_KEY\n"
        "    model_info:\n"
        "      input_cost_per_token: 0.01\n"
        "      output_cost_per_token: 0.02\n",
        encoding="utf-8",
    )
    mosseval.environment = {"PROVIDER_KEY": "provider-secret"}
    flags = ("--model", "mine", "--config", "models.yaml", "--benchmark", "mossbench", "--data", data, "--out", "run")
    # Seven tokens in and five out are 0.17 USD an answer: two fit into 0.4, a third could pass it.
    stopped = mosseval("run", *flags, "--max-cost", 0.4, "--concurrency", 1)
    assert stopped.code == 3, stopped.err
    assert "--max-cost" in stopped.err
    assert len(endpoint.asked) == 2
    result = mosseval("run", *flags)
    assert result.code == 0, result.err
    assert len(endpoint.asked) == 6
    assert endpoint.asked[0].headers["Authorization"] == "Bearer provider-secret"
    assert "X-Mosseval-Sample" not in endpoint.asked[0].headers
    found = records(mosseval.folder / "run")
    assert {round(record["cost_usd"], 6) for record in found.values()} == {0.17}
    document = json.loads(mosseval("summary", "run", "--format", "json").out)
    assert (document["refusal_rate"]["refused"], document["refusal_rate"]["of"]) == (1, 6)
    assert document["simulated"] is False


def test_what_sets_a_service_up_is_not_for_the_gateway_of_one_run(mosseval: Mosseval) -> None:
    service = {
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "MOSSEVAL_GATEWAY_WORKERS": "4",
        "MOSSEVAL_GATEWAY_KEYS_FILE": "absent.yaml",
    }
    result = mosseval("run", "--model", "simulated/helpful", "--limit", "2", environment=service)
    assert result.code == 0, result.err
