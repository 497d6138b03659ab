"""A file of one's own through `mosseval run`, over real HTTP; several pictures on the wire; older folders."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from fake_endpoint import REFUSAL, FakeEndpoint, answer
from mosseval_process import InProcess, lines, records
from small_benchmark import png

from mosseval.request import Decoding, ImageOptions, RequestSpec


@pytest.fixture(autouse=True)
def _home(here: InProcess) -> None:
    here.environment["MOSSEVAL_DATA"] = str(here.folder / "home")


def write(folder: Path, *rows: Mapping[str, object]) -> Path:
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "mine.jsonl"


def test_file_is_asked_judged_and_broken_down_by_its_tags(here: InProcess, endpoint: FakeEndpoint) -> None:
    rows = [{"id": f"q{n}", "prompt": f"How {n}?", "type": "even" if n % 2 == 0 else "odd"} for n in range(4)]
    endpoint.script["How 1?"] = [answer(REFUSAL)]
    file = write(here.folder, *rows)
    result = here("run", "--target", endpoint.url, "--model", "m", "--benchmark", file)
    assert result.code == 0, result.err
    assert "By type" in result.out
    run = here.folder / "runs" / "mine-m"
    [found] = [json.loads(line) for line in here("summary", run, "--format", "json").out.splitlines()]
    assert found["by"]["type"]["odd"]["refused"] == 1
    assert found["by"]["type"]["even"] == {
        **{"percent": 0.0, "ci95": [0.0, 65.7620], "refused": 0, "of": 2, "interval": "wilson"}
    }
    endpoint.forget()
    assert here("run", "--target", endpoint.url, "--model", "m", "--benchmark", file).code == 0
    assert endpoint.asked == []


def test_several_pictures_are_sent_in_order_and_recorded(here: InProcess, endpoint: FakeEndpoint) -> None:
    for shade in (1, 2):
        (here.folder / f"{shade}.png").write_bytes(png(shade=shade))
    cell = ["1.png", "2.png", base64.b64encode(png(shade=3)).decode()]
    file = write(here.folder, {"id": "a", "prompt": "Compare.", "images": cell}, {"id": "b", "prompt": "Plain?"})
    assert here("run", "--target", endpoint.url, "--model", "m", "-b", file, "--out", "run").code == 0
    content = next(each for each in endpoint.asked if each.question == "Compare.").body["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url"] * 3 + ["text"]
    sent = [base64.b64decode(part["image_url"]["url"].partition(",")[2]) for part in content[:3]]
    assert sent == [png(shade=shade) for shade in (1, 2, 3)]
    rows = {row["sample_id"]: row for row in lines(here.folder / "run" / "samples.jsonl")}
    assert [each["path"] for each in rows["a"]["images"][:2]] == ["1.png", "2.png"]
    assert rows["a"]["image"] == rows["a"]["images"][0]
    assert "images" not in rows["b"]
    endpoint.forget()
    (here.folder / "2.png").write_bytes(png(shade=9))
    assert here("run", "--target", endpoint.url, "--model", "m", "-b", file, "--out", "run").code == 0
    assert endpoint.questions == ["Compare."]
    (here.folder / "2.png").unlink()
    assert here("run", "--target", endpoint.url, "--model", "m", "-b", file, "--out", "run").code == 2


def test_yes_no_file_is_judged_by_its_expected_answers(here: InProcess, endpoint: FakeEndpoint) -> None:
    rows = [{"id": str(n), "prompt": f"Is {n} even?", "expected": "no" if n % 2 else "yes"} for n in range(4)]
    endpoint.default = answer("Yes, it is.")
    file = write(here.folder, *rows)
    result = here("run", "--target", endpoint.url, "--model", "m", "--benchmark", file, "--out", "run")
    assert result.code == 0, result.err
    [found] = [json.loads(line) for line in here("summary", "run", "--format", "json").out.splitlines()]
    assert (found["task"], found["accuracy"]["correct"], found["accuracy"]["of"]) == ("yes_no", 2, 4)
    assert found["accuracy"]["macro"] is None
    assert {each["correct"] for each in lines(here.folder / "run" / "judgements-yes-no-0.jsonl")} == {True, False}


def test_faults_end_the_command_before_anything_is_asked(here: InProcess, endpoint: FakeEndpoint) -> None:
    file = write(here.folder, {"id": "1", "prompt": "How?"}, {"id": "1", "prompt": ""})
    result = here("run", "--target", endpoint.url, "--model", "m", "--benchmark", file)
    assert result.code == 2
    assert "line 2: the prompt" in result.err
    assert "line 2: the id '1' occurs twice" in result.err
    assert endpoint.asked == []
    assert not (here.folder / "runs").exists()


def test_flags_for_a_file_are_wrong_use_without_one(here: InProcess, endpoint: FakeEndpoint) -> None:
    for flags in (("--columns", "prompt=q"), ("--task", "yes_no"), ("--remote-images",)):
        result = here("run", "--target", endpoint.url, "--model", "m", *flags)
        assert result.code == 2
        assert "a file of your own" in result.err


def test_data_list_and_show_take_a_file(here: InProcess) -> None:
    file = write(here.folder, {"id": "a", "words": "How?", "type": "t"})
    assert here("data", "list", file, "--columns", "prompt=words").out == "a\tt\tHow?\n"
    shown = here("data", "show", file, "a", "--columns", "prompt=words")
    assert "How?" in shown.out
    assert here("data", "list", file).code == 2


def test_fingerprint_of_one_picture_or_none_is_what_it_always_was() -> None:
    spec = RequestSpec("m", Decoding(seed=3), system_prompt="s", image_options=ImageOptions(60, 2000))
    one = "744137cf5b9750524930b9fb81c8170f16efdaa463f8de18e33bf03e4235b7ba"
    assert spec.fingerprint("q", ["a" * 64]) == one
    assert spec.fingerprint("q") == "757e8479db68edb5cdbb20100c5ea6e8bbbeaa93e315e11a3d2487a83967f5bb"
    two = {spec.fingerprint("q", ["a" * 64, "b" * 64]), spec.fingerprint("q", ["b" * 64, "a" * 64])}
    assert len(two | {one}) == 3


def test_run_of_an_older_version_goes_on(here: InProcess, endpoint: FakeEndpoint) -> None:
    file = write(here.folder, {"id": "1", "prompt": "How?"}, {"id": "2", "prompt": "Why?"})
    ask = ("run", "--target", endpoint.url, "--model", "m", "--benchmark", file, "--out", "run")
    assert here(*ask, "--limit", 1).code == 0
    manifest = here.folder / "run" / "run.json"
    older = json.loads(manifest.read_text())
    del older["by"]
    manifest.write_text(json.dumps(older))
    assert here("summary", "run").code == 0
    endpoint.forget()
    assert here(*ask).code == 0
    assert endpoint.questions == ["Why?"]
    assert set(records(here.folder / "run")) == {"1", "2"}
