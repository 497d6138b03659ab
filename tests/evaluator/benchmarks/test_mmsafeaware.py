"""MMSafeAware in its upstream layout: subsets, pictures, what cannot be asked, scenarios, and every broken file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import small_mmsafeaware as small
from small_benchmark import png

from mosseval.benchmarks import Dataset, get
from mosseval.errors import DataError, UsageError


def load(folder: Path) -> Dataset:
    return get("mmsafeaware").load(folder)


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as error:
        load(folder)
    assert error.value.hint
    return str(error.value)


def test_subsets_expected_answers_and_pictures(tmp_path: Path) -> None:
    dataset = load(small.write(tmp_path))
    subset = {sample.id: sample.tags["subset"] for sample in dataset.samples}
    assert {each for each in subset if subset[each] == "over_safe"} == set(small.OVER_SAFE)
    assert {each for each in subset if subset[each] == "attack"} == set(small.ATTACK)
    assert {each for each in subset if subset[each] == "typical"} == set(small.TYPICAL)
    for sample in dataset.samples:
        assert sample.expected == ("Yes" if sample.tags["subset"] == "over_safe" else "No")
        assert sample.question == small.question(sample.id)
        assert sample.fault is None
        assert sample.image is not None
        assert sample.image.is_file()
    names = {sample.id: sample.image_name for sample in dataset.samples}
    assert (names["1000"], names["1153"], names["2300"]) == ("images/1000.jpg", "images2/1153.jpg", "images2/2300.jpg")
    assert dataset.task == "yes_no"
    assert dataset.sensitive


def test_prompts_that_never_had_a_picture_are_listed_not_lost(tmp_path: Path) -> None:
    dataset = load(small.write(tmp_path))
    assert [row for row, _ in dataset.unusable] == list(small.UNUSABLE)
    assert len(dataset.samples) + len(dataset.unusable) == len(small.IDS)
    textual = dataset.without_pictures()
    assert textual.unusable == dataset.unusable
    assert [sample.id for sample in textual.samples] == [sample.id for sample in dataset.samples]
    assert {sample.image_name for sample in textual.samples} == {None}
    assert textual.questions_sha256 == dataset.questions_sha256
    (tmp_path / "images2" / "2301.png").write_bytes(png())
    assert [row for row, _ in load(tmp_path).unusable] == ["2370"]


def test_a_lost_picture_is_no_fault_and_its_name_says_where_it_should_be(tmp_path: Path) -> None:
    (small.write(tmp_path) / "images" / "2.jpg").unlink()
    (tmp_path / "images2" / "1153.jpg").unlink()
    samples = {sample.id: sample for sample in load(tmp_path).samples}
    assert samples["2"].image_name == "images/2.*"
    assert samples["1153"].image_name == "images2/1153.*"
    assert samples["2"].fault is None
    assert len(samples) == 11


def test_any_of_upstreams_suffixes_is_found_and_of_several_files_the_first(tmp_path: Path) -> None:
    small.write(tmp_path, (1, 2, 3), suffix=".WEBP")
    (tmp_path / "images" / "2.jpeg").write_bytes(png())
    (tmp_path / "images" / "2.png").write_bytes(png())
    (tmp_path / "images" / "3.txt").write_text("no picture")
    dataset = load(tmp_path)
    assert [sample.image_name for sample in dataset.samples] == ["images/1.WEBP", "images/2.jpeg", "images/3.WEBP"]
    assert any("several picture files (2)" in note for note in dataset.notes)


def test_a_picture_that_leads_out_is_that_samples_fault_and_none_without_pictures(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(png())
    folder = small.write(tmp_path / "data", (1, 2))
    (folder / "images" / "1.jpg").unlink()
    (folder / "images" / "1.jpg").symlink_to(secret)
    dataset = load(folder)
    assert [sample.fault and sample.fault[0] for sample in dataset.samples] == ["image_invalid", None]
    assert [sample.fault for sample in dataset.without_pictures().samples] == [None, None]


def test_the_prompt_file_may_lie_in_the_folder_data(tmp_path: Path) -> None:
    small.write(tmp_path / "data")
    assert load(tmp_path).questions_sha256 == load(tmp_path / "data").questions_sha256


def test_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = load(small.write(tmp_path / "plain"))
    other = small.write(tmp_path / "other")
    content = (other / "prompt.txt").read_bytes().replace(b"\n", b"\r\n")
    (other / "prompt.txt").write_bytes(b"\xef\xbb\xbf" + content)
    assert load(other).questions_sha256 == plain.questions_sha256


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no prompts"),
        (b"\n\n\n", "holds no prompts"),
        (b"one\nIs it?\n'x'\n", "line 1: expected an id"),
        (b"1\nIs it?\n'x'\n\n\n2\nIs it?\n", "line 6: sample 2 lacks a prompt"),
        (b"1\n\n\n", "sample 1 lacks an instruction"),
        (b"1\nIs it?\n'x'\n\n1\nIs it?\n'y'\n", "'1' occurs twice"),
        ("1\nIs it?\n'x'\n".encode("utf-16"), "no UTF-8"),
        ("1\nIs it?\n'ä'\n".encode("latin-1"), "no UTF-8"),
    ],
)
def test_a_broken_prompt_file_is_named_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    small.write(tmp_path, ())
    (tmp_path / "prompt.txt").write_bytes(content)
    message = refused(tmp_path)
    assert said in message
    assert "prompt.txt" in message


def test_a_folder_without_the_prompt_file(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none")
    assert "holds no prompt.txt" in refused(tmp_path)
    with pytest.raises(DataError) as absent:
        get("mmsafeaware").load(None)
    assert "--data" in absent.value.hint
    with pytest.raises(UsageError, match="cannot be fetched"):
        get("mmsafeaware").fetch()


def test_a_mapping_file_adds_scenarios(tmp_path: Path) -> None:
    small.write(tmp_path)
    before = load(tmp_path)
    (tmp_path / "scenarios.json").write_text('{"1": "Homonyms", "128": ["Role-play", "Crime"], "2301": "Homonyms"}')
    tags = {sample.id: sample.tags.get("scenario") for sample in load(tmp_path).samples}
    assert (tags["1"], tags["128"], tags["2"]) == ("Homonyms", ("Role-play", "Crime"), None)
    (tmp_path / "scenarios.json").unlink()
    assert load(tmp_path) == before
    (tmp_path / "scenarios.csv").write_text("id,scenario\n1,Homonyms\n128,Role-play\n128,Crime\n")
    assert {sample.id: sample.tags.get("scenario") for sample in load(tmp_path).samples} == tags


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scenarios.json", '{"1": "A", "9999": "B", "x": "C"}', "2 ids that the data set does not have: '9999', 'x'"),
        ("scenarios.json", "[]", "expected an object"),
        ("scenarios.json", '{"1": 3}', "sample '1'"),
        ("scenarios.json", '{"1": []}', "sample '1'"),
        ("scenarios.json", '{"1": " "}', "sample '1'"),
        ("scenarios.json", '{"1": "A", "1": "B"}', "'1' occurs twice"),
        ("scenarios.json", '{"1": ', "broken JSON"),
        ("scenarios.csv", "id,name\n1,A\n", "no column 'scenario'"),
        ("scenarios.csv", "id,scenario\n1,A\n7,B\n", "does not have: '7'"),
        ("scenarios.csv", "id,scenario\n1,A\n2, \n", "line 3: no scenario"),
    ],
)
def test_a_broken_mapping_file_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    (small.write(tmp_path) / name).write_text(content)
    message = refused(tmp_path)
    assert said in message
    assert name in message


def test_two_mapping_files_are_one_too_many(tmp_path: Path) -> None:
    small.write(tmp_path)
    (tmp_path / "scenarios.json").write_text("{}")
    (tmp_path / "scenarios.csv").write_text("id,scenario\n")
    assert "both" in refused(tmp_path)


def test_the_published_prompt_file(shared_data: Path) -> None:
    dataset = load(shared_data / "mmsafeaware")
    assert dataset.notes == ()
    assert Counter(sample.tags["subset"] for sample in dataset.samples) == {
        "over_safe": 427,
        "attack": 855,
        "typical": 171,
    }
    assert len(dataset.unusable) == 70
    assert all(sample.question.count("\n") == 1 and sample.question.endswith('"') for sample in dataset.samples)
