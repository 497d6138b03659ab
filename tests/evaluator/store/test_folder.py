"""A run's folder: who may write it, what binds it, what it says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from made_runs import Made, add, make, manifest, record

from mosseval.errors import RunBusy, RunMismatch, UsageError
from mosseval.store import RunFolder, keep_old
from mosseval.store.codec import record_from, record_line
from mosseval.store.lock import held

KINDS = ("refuse", "input/safety", "empty", "error", "missing_image")

KNOWN = frozenset(str(number) for number in range(100))


async def test_second_holder_waits_and_then_gives_up(tmp_path: Path) -> None:
    told: list[str] = []
    async with held(tmp_path / "a.lock"):
        with pytest.raises(RunBusy, match="being written by process") as busy:
            async with held(tmp_path / "a.lock", patience_s=0.3, on_wait=told.append):
                raise AssertionError
    assert busy.value.exit_code == 3
    assert len(told) == 1


async def test_second_holder_gets_the_lock_when_the_first_lets_go(tmp_path: Path) -> None:
    taken = asyncio.Event()

    async def second() -> None:
        async with held(tmp_path / "a.lock", patience_s=5):
            taken.set()

    async with held(tmp_path / "a.lock"):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.3)
        assert not taken.is_set()
    await asyncio.wait_for(waiting, 2)
    assert taken.is_set()


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "n"},
        {"endpoint": "embedded"},
        {"gateway_config_sha256": "x"},
        {"replay_sha256": "x"},
        {"decoding": {"temperature": 1}},
        {"safety_settings": {"a": "b"}},
        {"system_prompt": "x"},
        {"image": {"long_edge": 9}},
        {"shards": 2},
    ],
)
async def test_folder_with_records_refuses_another_configuration(tmp_path: Path, changed: dict[str, object]) -> None:
    folder = await RunFolder.open(tmp_path / "run", manifest(1), [], KNOWN)
    other = manifest(1, **changed)  # type: ignore[arg-type]
    [(name, _value)] = changed.items()
    again = await RunFolder.open(tmp_path / "run", other, [], KNOWN)
    assert again.manifest.config == other.config
    folder = await RunFolder.open(tmp_path / "run", manifest(1), [], KNOWN)
    add(folder, 0, Made("comply"))
    with pytest.raises(RunMismatch, match=f"\n  {name}: ") as mismatch:
        await RunFolder.open(tmp_path / "run", other, [], KNOWN)
    assert mismatch.value.exit_code == 2
    assert "--fresh" in mismatch.value.hint


async def test_selection_and_samples_are_united(tmp_path: Path) -> None:
    await RunFolder.open(
        tmp_path / "run", manifest(2), [{"sample_id": "0"}, {"sample_id": "1", "question": "old"}], KNOWN
    )
    folder = await RunFolder.open(tmp_path / "run", manifest(3), [{"sample_id": "1", "question": "new"}], KNOWN)
    assert RunFolder.read(folder.path).manifest.selected == ("0", "1", "2")
    assert folder.samples() == {"0": {"sample_id": "0"}, "1": {"sample_id": "1", "question": "new"}}


async def test_created_stays_and_updated_moves(tmp_path: Path) -> None:
    folder = await RunFolder.open(tmp_path / "run", manifest(1), [], KNOWN)
    document = json.loads((folder.path / "run.json").read_text())
    document["created_at"] = "2000-01-01T00:00:00+00:00"
    (folder.path / "run.json").write_text(json.dumps(document))
    again = await RunFolder.open(tmp_path / "run", manifest(1), [], KNOWN)
    found = RunFolder.read(again.path).manifest
    assert found.created_at == "2000-01-01T00:00:00+00:00"
    assert found.updated_at > found.created_at


async def test_old_run_is_kept_under_the_first_free_name(tmp_path: Path) -> None:
    assert await keep_old(tmp_path / "run") is None
    (tmp_path / "run.old-1").mkdir()
    await RunFolder.open(tmp_path / "run", manifest(1), [], KNOWN)
    assert await keep_old(tmp_path / "run") == tmp_path / "run.old-2"
    assert not (tmp_path / "run").exists()


def test_folder_without_a_run_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run\.json"):
        RunFolder.read(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_record_comes_back_from_its_line(kind: str) -> None:
    made = record(3, Made(kind, harm=("a", "b")))
    back = record_from(json.loads(json.dumps(record_line(made))))
    assert record_line(back) == record_line(made) | {"tags": {"stimulus": made.tags["stimulus"], "harm": ["a", "b"]}}


def test_state_of_a_shard_is_that_of_its_files_alone(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("refuse")] * 4, shards=2)
    assert set(folder.state(0).answers) == {"b/0/0", "b/2/0"}
    assert set(folder.state().answers) == {f"b/{number}/0" for number in range(4)}


@pytest.mark.parametrize(("kind", "final"), [(kind, kind != "error") for kind in KINDS])
def test_all_but_errors_are_final(tmp_path: Path, kind: str, final: bool) -> None:
    state = make(tmp_path / "run", [Made(kind)]).state()
    assert state.answers["b/0/0"].final is final


@pytest.mark.parametrize("code", ["image_invalid", "request_too_large", "context_length_exceeded"])
def test_errors_that_asking_again_cannot_mend_are_final(tmp_path: Path, code: str) -> None:
    folder = make(tmp_path / "run", [Made("pending")])
    with folder.records(0) as records:
        records.append({**record_line(record(0, Made("error"))), "error": {"code": code, "message": ""}})
    assert folder.state().answers["b/0/0"].final


def test_only_the_answer_that_stands_is_given_to_a_judge(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("comply")])
    add(folder, 0, Made("comply"), text="a later answer")
    state = folder.state(0)
    assert list(folder.answers(0, state, {"b/0/0"})) == [("b/0/0", "0", "a later answer")]
    assert state.verdict("rules", "b/0/0") is not None
    assert state.verdict("nobody", "b/0/0") is None
