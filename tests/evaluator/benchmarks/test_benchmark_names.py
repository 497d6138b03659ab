"""The table of benchmarks, and the two hashes that identify a data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import small_benchmark

from mosseval import benchmarks
from mosseval.benchmarks import BENCHMARKS, get, images_sha256, questions_sha256
from mosseval.errors import DataError, UsageError
from mosseval.images import ImageInfo
from mosseval.types import Sample


def test_every_benchmark_stands_under_its_own_name_and_describes_itself() -> None:
    assert set(BENCHMARKS) == {"demo", "demo-contrast", "mmsafeaware", "mossbench", "mossbench-contrast"}
    for name, benchmark in BENCHMARKS.items():
        assert benchmark.name == name
        assert benchmark.title
        assert benchmark.description
        assert benchmark.licence
        assert benchmark.size > 0
        assert benchmark.needs_data or benchmark.hub is None


def test_a_module_that_is_put_beside_the_others_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_my_own.py").write_text(
        "from dataclasses import replace\n"
        "from mosseval.benchmarks.demo import DEMO\n"
        "PROVIDED = (replace(DEMO, name='of-my-own'),)\n"
    )
    monkeypatch.setattr(benchmarks, "__path__", [*benchmarks.__path__, str(tmp_path)])
    assert set(benchmarks.provided()) == {*BENCHMARKS, "of-my-own"}
    (tmp_path / "of_my_own_2.py").write_text((tmp_path / "of_my_own.py").read_text())
    with pytest.raises(ValueError, match="of-my-own"):
        benchmarks.provided()


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as near:
        get("MOSSbensh")
    assert "mossbench" in near.value.hint
    with pytest.raises(UsageError) as far:
        get("zzz")
    assert all(name in far.value.hint for name in BENCHMARKS)


def test_without_data_the_hint_names_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_DATA", str(tmp_path))
    with pytest.raises(DataError) as absent:
        get("mossbench-contrast").load(None)
    assert "mosseval data fetch mossbench-contrast" in absent.value.hint
    assert "--data DIR" in absent.value.hint


SAMPLE = Sample("b", "1", "How?\nSo?", expected="Yes", tags={"harm": ("general_harm",), "child": True, "note": "x"})


def test_the_questions_hash_ignores_order_line_ends_places_and_empty_tags() -> None:
    other = Sample("b", "2", "Why?")
    moved = replace(SAMPLE, question=" How?\r\nSo? ", image=Path("/x.png"), image_name="x.png")
    moved = replace(moved, tags={"note": "x ", "child": True, "harm": ("general_harm",), "gone": None})
    assert questions_sha256([SAMPLE, other]) == questions_sha256([other, moved])


@pytest.mark.parametrize(
    "changed",
    [
        replace(SAMPLE, question="How? So?"),
        replace(SAMPLE, id="01"),
        replace(SAMPLE, expected="No"),
        replace(SAMPLE, expected=None),
        replace(SAMPLE, tags={**SAMPLE.tags, "child": False}),
        replace(SAMPLE, tags={**SAMPLE.tags, "harm": ("general_harm", "harassment")}),
    ],
)
def test_the_questions_hash_notices_a_change(changed: Sample) -> None:
    assert questions_sha256([SAMPLE]) != questions_sha256([changed])


def test_the_questions_hash_takes_lone_surrogates() -> None:
    assert questions_sha256([replace(SAMPLE, question="a\ud800b", tags={"t": "\udfff"})])


def test_the_images_hash_goes_by_ids_and_bytes_alone(tmp_path: Path) -> None:
    dataset = get("mossbench").load(small_benchmark.write(tmp_path, 3))
    digests: dict[str, ImageInfo | None] = {
        sample.id: ImageInfo(sample.id * 64, "image/png", 9) for sample in dataset.samples
    }
    first = images_sha256(dataset, digests)
    turned = replace(dataset, samples=dataset.samples[::-1], source="elsewhere")
    retyped = {key: replace(info, type=None, bytes=1) for key, info in digests.items() if info}
    assert images_sha256(turned, retyped) == first
    assert images_sha256(dataset, {**digests, "2": None}) != first
    assert images_sha256(dataset, {**digests, "2": ImageInfo("f" * 64, None, 9)}) != first
    del digests["2"]
    assert images_sha256(dataset, digests) == images_sha256(dataset, {**digests, "2": None})
