"""An export holds no more of a run in memory than what finds it again: neither answers nor questions."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from made_runs import Made, add, make

from mosseval.commands.export import WRITERS
from mosseval.export.run import opened
from mosseval.export.spool import Spool

SAMPLES, LENGTH = 300, 100_000
MOST = 16 * 1024 * 1024


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "parquet"])
def test_a_run_larger_than_the_bound_is_written_within_it(tmp_path: Path, form: str) -> None:
    folder = make(tmp_path / "run", [Made("pending")] * SAMPLES, shards=1)
    for number in range(SAMPLES):
        add(folder, number, Made("comply"), text=f"{number} " * (LENGTH // len(f"{number} ")))
    with (tmp_path / "out").open("wb") as file, opened(folder.path, None) as run:
        tracemalloc.start()
        try:
            WRITERS[form](run, file)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (tmp_path / "out").stat().st_size > SAMPLES * LENGTH * 0.95
    assert peak < MOST


def test_what_is_put_aside_is_had_back_in_any_order_and_the_later_one_stands() -> None:
    with Spool() as spool:
        for number in range(100):
            spool.put(number % 50, {"n": number, "text": "é\n" * number})
            assert spool.get(0) == ({"n": 50, "text": "é\n" * 50} if number >= 50 else {"n": 0, "text": ""})
        found = [spool.get(number) for number in reversed(range(50))]
        assert [each["n"] for each in found if each] == list(reversed(range(50, 100)))
        assert (spool.get("absent"), len(spool)) == (None, 50)
