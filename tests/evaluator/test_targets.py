"""Which endpoint a target means, and which key goes there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosseval.errors import UsageError
from mosseval.targets import normalised, resolve

KEYS = {"MOSSEVAL_API_KEY": "gateway-key", "MINE": "my-key", "EMPTY": "", "BROKEN": "a\nb"}


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://Host:8000", "http://host:8000/v1"),
        ("HTTPS://host/", "https://host/v1"),
        ("http://host/v1/", "http://host/v1"),
        ("http://host/v1/chat/completions", "http://host/v1"),
        ("http://host/api/v3", "http://host/api/v3"),
        ("http://host/openai", "http://host/openai/v1"),
        ("http://[::1]:9", "http://[::1]:9/v1"),
    ],
)
def test_url_has_one_form(url: str, base: str) -> None:
    assert normalised(url) == base
    assert normalised(base) == base


@pytest.mark.parametrize(
    "url",
    ["", "host:80", "//host", "file:///etc", "http:///v1", "http://u:p@h", "http://h?k=1", "http://h#x", "http://["],
)
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        normalised(url)


def test_url_gets_no_key_unless_one_is_named() -> None:
    plain = resolve("http://host", environment=KEYS)
    assert plain.endpoint is not None
    assert plain.endpoint.api_key is None
    assert not plain.is_gateway
    named = resolve("http://host", api_key_env="MINE", environment=KEYS)
    assert named.endpoint is not None
    assert named.endpoint.headers()["Authorization"] == "Bearer my-key"
    assert "my-key" not in repr(named)


def test_gateway_has_its_own_url_and_key() -> None:
    gateway = resolve("gateway", environment=KEYS)
    assert gateway.endpoint is not None
    assert (gateway.name, gateway.endpoint.base_url) == ("gateway", "http://127.0.0.1:4000/v1")
    assert gateway.endpoint.api_key == "gateway-key"
    assert gateway.is_gateway
    elsewhere = resolve("gateway", environment={"MOSSEVAL_GATEWAY_URL": "https://gw.example/"})
    assert elsewhere.endpoint is not None
    assert (elsewhere.endpoint.base_url, elsewhere.endpoint.api_key) == ("https://gw.example/v1", None)


@pytest.mark.parametrize("variable", ["UNSET", "EMPTY", "BROKEN"])
def test_key_that_cannot_be_sent_is_an_error(variable: str) -> None:
    with pytest.raises(UsageError, match=variable):
        resolve("http://host", api_key_env=variable, environment=KEYS)


def test_gateway_key_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(UsageError, match="MOSSEVAL_API_KEY"):
        resolve("gateway", environment={"MOSSEVAL_API_KEY": "key\n"})


def test_embedded_takes_config_and_replay_and_nothing_else_does() -> None:
    embedded = resolve("embedded", config=Path("c"), replay=Path("r"), environment=KEYS)
    assert (embedded.endpoint, embedded.config, embedded.replay, embedded.is_gateway) == (
        None,
        Path("c"),
        Path("r"),
        True,
    )
    for target in ("gateway", "http://host"):
        with pytest.raises(UsageError, match="--config"):
            resolve(target, config=Path("c"), environment=KEYS)
        with pytest.raises(UsageError, match="--replay"):
            resolve(target, replay=Path("r"), environment=KEYS)
    with pytest.raises(UsageError, match="--api-key-env"):
        resolve("embedded", api_key_env="MINE", environment=KEYS)


def test_a_key_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "MOSSEVAL_API_KEY").write_text("filed-key\n")
    for environment in (
        {"MOSSEVAL_API_KEY_FILE": str(tmp_path / "MOSSEVAL_API_KEY")},
        {"MOSSEVAL_SECRETS_DIR": str(tmp_path), "MOSSEVAL_API_KEY": ""},
    ):
        gateway = resolve("gateway", environment=environment)
        assert gateway.endpoint is not None
        assert gateway.endpoint.api_key == "filed-key"
    named = resolve("http://host", api_key_env="MINE", environment={"MINE_FILE": str(tmp_path / "MOSSEVAL_API_KEY")})
    assert named.endpoint is not None
    assert named.endpoint.api_key == "filed-key"
    beside = resolve("gateway", environment={"MOSSEVAL_SECRETS_DIR": str(tmp_path), "MOSSEVAL_API_KEY": "set"})
    assert beside.endpoint is not None
    assert beside.endpoint.api_key == "set"


def test_a_folder_without_the_key_is_no_key_and_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    none = resolve("gateway", environment={"MOSSEVAL_SECRETS_DIR": str(tmp_path)})
    assert none.endpoint is not None
    assert none.endpoint.api_key is None
    with pytest.raises(UsageError, match=r"^MOSSEVAL_API_KEY: .*absent cannot be read: No such file"):
        resolve("gateway", environment={"MOSSEVAL_API_KEY_FILE": str(tmp_path / "absent")})
