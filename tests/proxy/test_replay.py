"""The catalogue with recorded models in it: what is listed, what stands in front, what the hash covers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recorded import run_folder, transcript

from mosseval_proxy.catalogue import Catalogue, build
from mosseval_proxy.catalogue.config import parse_config
from mosseval_proxy.catalogue.listing import model_list
from mosseval_proxy.recordings import read_recordings
from mosseval_proxy.replay import over
from mosseval_proxy.settings import read_settings

CONFIG = """
model_list:
  - model_name: mine
    litellm_params: {model: openai/gpt-4o, api_key: k}
    model_info:
      {input_cost_per_token: 1, output_cost_per_token: 1, mosseval: {status: retired, presets: {p: {seed: 7}}}}
"""


@pytest.fixture
def catalogue() -> Catalogue:
    return build(parse_config(CONFIG, "c.yaml"), {})


def listed(catalogue: Catalogue, model: str) -> dict[str, Any]:
    (found,) = [each for each in model_list(catalogue)["data"] if each["id"] == model]
    own: dict[str, Any] = found["mosseval"]
    return own


def test_a_recorded_model_is_listed_as_a_replay(catalogue: Catalogue, tmp_path: Path) -> None:
    transcript(tmp_path, "web", {"1": "x", "2": None})
    run_folder(tmp_path / "run")
    replayed = over(catalogue, read_recordings(tmp_path))
    own = listed(replayed, "web")
    assert own.pop("limits") == {"rpm": None, "tpm": None, "in_flight": None}
    unsaid = ("retired_on", "successor", "source", "looked_up", "context", "serve", "note")
    assert {name: own.pop(name) for name in unsaid} == dict.fromkeys(unsaid)
    assert {name: own.pop(name) for name in ("images", "refuses", "takes_system", "papers")} == {
        "images": {},
        "refuses": [],
        "takes_system": True,
        "papers": [],
    }
    assert own == {
        "status": "replay",
        "provider": "replay",
        "route": "recorded in web.json",
        "simulated": False,
        "configured": True,
        "key_needed": False,
        "needs": [],
        "price": None,
        "presets": {},
        "replay": {"sources": ("web.json",), "samples": 2, "simulated": False, "instead_of": None},
    }
    assert listed(replayed, "recorded")["replay"]["sources"] == ("run",)
    assert listed(replayed, "simulated/helpful") == listed(catalogue, "simulated/helpful")
    assert listed(replayed, "simulated/helpful")["replay"] is None
    assert str(tmp_path) not in json.dumps(model_list(replayed))
    with pytest.raises(Exception, match="no model 'recordedd'") as caught:
        replayed.find("recordedd")
    assert "recorded" in str(caught.value).split("nearest: ")[1]


def test_a_recording_stands_in_front_of_the_live_model_and_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    transcript(tmp_path, "mine", {"1": "x"})
    run_folder(tmp_path / "run", model="anthropic/claude")
    replayed = over(catalogue, read_recordings(tmp_path))
    own = listed(replayed, "mine")
    assert (own["status"], own["price"], own["presets"]) == ("replay", None, {"p": {"seed": 7}})
    assert own["replay"]["instead_of"] == "openai/gpt-4o"
    assert own["route"] == "recorded in mine.json (instead of openai/gpt-4o)"
    # Found by the wildcard anthropic/* without the recording.
    assert listed(replayed, "anthropic/claude")["replay"]["instead_of"] == "anthropic/claude"
    assert replayed.find("anthropic/other").status == "live"
    assert listed(catalogue, "mine")["status"] == "retired"


def test_what_was_recorded_from_a_simulated_model_stays_simulated(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", model="simulated/cautious")
    manifest = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**manifest, "simulated": True}))
    own = listed(over(catalogue, read_recordings(folder)), "simulated/cautious")
    assert (own["simulated"], own["status"]) == (True, "replay")


def test_the_configurations_hash_changes_with_the_recorded_answers(catalogue: Catalogue, tmp_path: Path) -> None:
    plain = model_list(catalogue)["mosseval"]
    assert plain["replay_sha256"] is None
    seen = {plain["config_sha256"]}
    for number, answer in enumerate(("x", "y", None)):
        recordings = read_recordings(transcript(tmp_path / str(number), "m", {"1": answer}))
        own = model_list(over(catalogue, recordings))["mosseval"]
        assert own["replay_sha256"] == recordings.sha256
        seen.add(own["config_sha256"])
    assert len(seen) == 4
    again = read_recordings(transcript(tmp_path / "again", "m", {"1": "x"}))
    assert model_list(over(catalogue, again))["mosseval"]["config_sha256"] in seen
    other = over(build(None, {}), again)
    assert other.sha256 not in seen


def test_the_folder_comes_from_flag_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().replay is None
    monkeypatch.setenv("MOSSEVAL_GATEWAY_REPLAY", "there")
    assert read_settings().replay == Path("there")
    assert read_settings(replay=Path("here")).replay == Path("here")


def test_what_is_known_of_a_replayed_model_stays_known(catalogue: Catalogue, tmp_path: Path) -> None:
    transcript(tmp_path, "claude-3-opus", {"1": "x"})
    replayed = over(catalogue, read_recordings(tmp_path))
    own, before = listed(replayed, "claude-3-opus"), listed(catalogue, "claude-3-opus")
    assert (own["status"], own["configured"], before["status"], before["configured"]) == (
        "replay",
        True,
        "retired",
        False,
    )
    for name in ("presets", "retired_on", "successor", "source", "looked_up", "papers"):
        assert own[name] == before[name], name
    assert own["presets"]["paper"] == {"temperature": 0, "max_tokens": 1024}
    assert own["refuses"] == []


def test_the_presets_of_a_replayed_model_switch_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    """What was recorded has no safety switches: they would be refused, and the same command is to work."""
    transcript(tmp_path, "gemini-pro-1.5", {"1": "x"})
    before = listed(catalogue, "gemini-pro-1.5")["presets"]["paper"]
    after = listed(over(catalogue, read_recordings(tmp_path)), "gemini-pro-1.5")["presets"]["paper"]
    assert before.pop("safety_settings")
    assert after == before
