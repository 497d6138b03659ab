"""Secrets that stand in files, one by one or in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_provider import FakeProvider
from gateway_process import KEY, gateway_process

from mosseval_proxy.catalogue.config import parse_config
from mosseval_proxy.catalogue.variables import variables
from mosseval_proxy.errors import ConfigError
from mosseval_proxy.secret_files import read_files, read_folder


def test_a_file_becomes_the_variable_and_leaves_no_trace_for_workers(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  planted-key\n")
    environment = {"OPENAI_API_KEY_FILE": str(tmp_path / "key"), "OTHER_FILE": "/nowhere", "REDIS_URL_FILE": ""}
    read_files(("OPENAI_API_KEY", "REDIS_URL", "XAI_API_KEY"), environment)
    assert environment == {"OPENAI_API_KEY": "planted-key", "OTHER_FILE": "/nowhere", "REDIS_URL_FILE": ""}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b" \n", "is empty"),
        (b"planted\xff", "is no text"),
        (b"planted\0key", "is no text"),
        (b"planted" * 10_000, "more than 65536 bytes"),
    ],
)
def test_a_file_that_will_not_do_is_named_without_what_is_in_it(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigError, match=said) as caught:
        read_files(["A_KEY"], {"A_KEY_FILE": str(tmp_path / "key")})
    assert str(caught.value).startswith(f"A_KEY_FILE: {tmp_path / 'key'}")
    assert "planted" not in str(caught.value)


def test_a_key_and_its_file_are_refused_together() -> None:
    with pytest.raises(ConfigError, match="A_KEY is set too"):
        read_files(["A_KEY"], {"A_KEY": "planted", "A_KEY_FILE": "/nowhere"})


def test_a_folder_gives_every_file_that_has_a_variables_name(tmp_path: Path) -> None:
    """As a mounted Secret of Kubernetes lies there: links to a folder of a day."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "OPENAI_API_KEY").write_text("planted-a\n")
    (tmp_path / "OPENAI_API_KEY").symlink_to("..data/OPENAI_API_KEY")
    (tmp_path / "XAI_API_KEY").write_text("planted-b")
    (tmp_path / ".gitignore").write_text("*")
    environment = {"MOSSEVAL_SECRETS_DIR": str(tmp_path), "XAI_API_KEY": "set"}
    read_folder(environment)
    assert environment == {"OPENAI_API_KEY": "planted-a", "XAI_API_KEY": "set"}


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    with pytest.raises(ConfigError, match=r"^MOSSEVAL_SECRETS_DIR: .*absent cannot be read: No such file"):
        read_folder({"MOSSEVAL_SECRETS_DIR": str(absent)})


def test_what_models_need_and_what_a_config_refers_to_can_stand_in_a_file() -> None:
    config = "model_list: [{model_name: a, litellm_params: {model: openai/x, extra_headers: {X: os.environ/DEEP}}}]"
    found = variables(parse_config(config, "c.yaml"))
    assert {"DEEP", "OPENAI_API_KEY", "GOOGLE_API_KEY", "AWS_SECRET_ACCESS_KEY", "MOSSEVAL_SERVE_KEY"} <= found


CONFIG = """
model_list:
  - model_name: filed
    litellm_params: {{model: hosted_vllm/x, api_base: "{url}/v1", api_key: os.environ/PLANTED}}
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_provider_gets_the_key_of_the_file(tmp_path: Path, workers: str) -> None:
    (tmp_path / "secret").write_text("planted-in-a-file\n")
    (tmp_path / "folder").mkdir()
    environment = {
        "PLANTED_FILE": str(tmp_path / "secret"),
        "MOSSEVAL_SECRETS_DIR": str(tmp_path / "folder"),
        "MOSSEVAL_GATEWAY_WORKERS": workers,
    }
    body = b'{"model": "filed", "messages": [{"role": "user", "content": "Hi"}]}'
    with (
        FakeProvider() as provider,
        gateway_process(tmp_path, CONFIG.format(url=provider.url), **environment) as running,
    ):
        status, _, _ = running.post(body)
        assert status in (200, 502)
        assert any("planted-in-a-file" in str(headers) for _, headers, _ in provider.requests)
        for process in (Path("/proc") / str(running.pid)).glob("environ"):
            assert b"planted-in-a-file" not in process.read_bytes()
        assert "planted" not in running.log.read_text()


def test_the_command_ends_with_2_and_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--port", "0"]
    environment = {**os.environ, "MOSSEVAL_GATEWAY_KEYS": KEY, "REDIS_URL_FILE": str(tmp_path / "absent")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("mosseval gateway: REDIS_URL_FILE: ")
