"""A classifier's folder is looked at before anything is loaded from it: nothing here needs torch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_endpoint import FakeEndpoint
from mosseval_process import InProcess

from mosseval.errors import DataError
from mosseval.judges.classifier.files import model_files

CONFIG: dict[str, Any] = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "NORMAL", "1": "REJECTION"},
}


def folder(base: Path, config: Any = CONFIG, **files: bytes) -> Path:
    """A model's folder; `__` in a file's name is a dot."""
    made = base / "mine"
    made.mkdir(exist_ok=True)
    (made / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for name, content in (files or {"model__safetensors": b"weights"}).items():
        (made / name.replace("__", ".")).write_bytes(content)
    return made


def index(shard: str | None) -> dict[str, bytes]:
    """The files of a model in shards, of which the index names this one."""
    named = {"weight_map": {"weight": shard}} if shard else {}
    return {"model__safetensors": b"x", "model__safetensors__index__json": json.dumps(named).encode()}


def test_a_folder_is_named_and_hashed_by_what_is_read_of_it(tmp_path: Path) -> None:
    made = folder(tmp_path)
    first = model_files(str(made))
    assert (first.origin.name, first.origin.revision, first.labels) == ("mine", None, ("NORMAL", "REJECTION"))
    (made / "README.md").write_text("of no account", encoding="utf-8")
    (made / "pytorch_model.bin").write_bytes(b"never read")
    assert model_files(f"{made}/").origin == first.origin
    (made / "model.safetensors").write_bytes(b"Weights")
    second = model_files(str(made)).origin.digest
    (made / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert len({first.origin.digest, second, model_files(str(made)).origin.digest}) == 3


def test_labels_without_names_are_the_librarys(tmp_path: Path) -> None:
    made = folder(tmp_path, {"architectures": ["XForSequenceClassification"]})
    assert model_files(str(made)).labels == ("LABEL_0", "LABEL_1")


@pytest.mark.parametrize(
    ("config", "files", "complaint", "hint"),
    [
        (
            CONFIG,
            {"pytorch_model__bin": b"x"},
            "weights as a pickle (pytorch_model.bin), which runs code",
            "safetensors",
        ),
        (CONFIG, {"readme__txt": b"x"}, "no weights as safetensors", "a pickle (.bin) runs code"),
        (CONFIG, {"model__safetensors": b"x", "adapter_config__json": b"{}"}, "is an adapter", "merge it"),
        ({**CONFIG, "auto_map": {"AutoModel": "x.Y"}}, {}, "needs code of its own, which is never run", "llm:MODEL"),
        (
            {**CONFIG, "architectures": ["LlamaForCausalLM"]},
            {},
            "its config names LlamaForCausalLM",
            "--judge llm:MODEL",
        ),
        ({**CONFIG, "attn_implementation": "owner/kernel"}, {}, "needs code of its own", "llm:MODEL"),
        ({**CONFIG, "text_config": {"experts_implementation": {"": "o/k"}}}, {}, "needs code of its own", "llm:MODEL"),
        (CONFIG, index("../../other.safetensors"), "its index names '../../other.safetensors'", ""),
        (CONFIG, index("pytorch_model.bin"), "its index names 'pytorch_model.bin'", ""),
        (CONFIG, index(None), "its index names ''", ""),
        ({**CONFIG, "id2label": {str(n): f"L{n}" for n in range(65)}}, {}, "has 65 labels", ""),
        ({}, {}, "its config names no architecture", "llm:MODEL"),
        ({**CONFIG, "problem_type": "multi_label_classification"}, {}, "do not exclude each other", "single-label"),
        ({**CONFIG, "id2label": {"0": "only"}}, {}, "does not name two labels", ""),
        ({**CONFIG, "id2label": {"0": "a", "1": "a"}}, {}, "does not name two labels", ""),
        ({**CONFIG, "id2label": {"0": "a", "2": "b"}}, {}, "does not name two labels", ""),
        ([], {}, "config.json holds no object", ""),
    ],
)
def test_what_is_no_classifier_or_unsafe_is_refused(
    tmp_path: Path, config: Any, files: dict[str, bytes], complaint: str, hint: str
) -> None:
    with pytest.raises(DataError) as caught:
        model_files(str(folder(tmp_path, config, **files)))
    assert complaint in str(caught.value)
    assert hint in caught.value.hint


def test_shards_that_are_safetensors_are_read(tmp_path: Path) -> None:
    made = folder(tmp_path, CONFIG, **index("model-1.safetensors"))
    assert model_files(str(made)).labels == ("NORMAL", "REJECTION")


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 200_000, b"\xff\xfe{}"])
def test_a_config_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    made = folder(tmp_path)
    (made / "config.json").write_bytes(content)
    with pytest.raises(DataError, match=r"no config\.json that can be read"):
        model_files(str(made))


@pytest.mark.parametrize("judge", ["classifier:mine", "cascade:classifier:mine", "rules+classifier:mine"])
def test_without_the_extra_one_line_says_so(
    here: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge: str
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    folder(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"id": "1", "prompt": "How?", "response": "So."}\n', encoding="utf-8")
    named = f"panel:{judge}" if "+" in judge else judge
    result = here("judge", "in.jsonl", "--out", "out.jsonl", "--judge", named)
    assert result.code == 2
    assert "the judge classifier:mine needs the extra 'serve'" in result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "out.jsonl").exists()


def test_labels_are_asked_for_before_a_model_is_loaded(here: InProcess, tmp_path: Path) -> None:
    folder(tmp_path, {"architectures": ["XForSequenceClassification"]})
    (tmp_path / "in.jsonl").write_text('{"id": "1", "prompt": "How?", "response": "So."}\n', encoding="utf-8")
    result = here("judge", "in.jsonl", "--judge", "classifier:mine")
    assert result.code == 2
    assert "mine has the labels 'LABEL_0', 'LABEL_1'; what 'LABEL_0', 'LABEL_1' means is not known" in result.err
    assert "--classifier-labels" in result.err
    assert result.out == ""


def test_a_run_asks_and_writes_nothing_where_its_classifier_cannot_be_used(
    here: InProcess, endpoint: FakeEndpoint, tmp_path: Path
) -> None:
    folder(tmp_path, CONFIG, pytorch_model__bin=b"x")
    asked = ("--target", endpoint.url, "--benchmark", "demo", "--model", "m", "--out", "run")
    result = here("run", *asked, "--judge", "rules,cascade:classifier:mine")
    assert result.code == 2
    assert "weights as a pickle" in result.err
    assert not (tmp_path / "run").exists()
    assert not [each for each in endpoint.asked if each.question]


def test_a_model_that_the_hub_does_not_give_is_an_error_in_one_line(
    here: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "in.jsonl").write_text('{"id": "1", "prompt": "How?", "response": "So."}\n', encoding="utf-8")
    result = here("judge", "in.jsonl", "--judge", "classifier:no-owner/no-name@main")
    assert result.code == 2
    assert "the model no-owner/no-name@main could not be had from the hub" in result.err
    assert "Traceback" not in result.err
