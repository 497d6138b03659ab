"""Settings from the environment, and who may be listened to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosseval_proxy.errors import ConfigError, GatewayError
from mosseval_proxy.keys.ring import KeyRing, plain_keys
from mosseval_proxy.settings import Settings, check_exposure, read_settings, unknown_variables


def test_keys_are_split_and_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_GATEWAY_KEYS", " planted-a , planted-b,, ")
    settings = read_settings()
    assert [key.get_secret_value() for key in settings.keys] == ["planted-a", "planted-b"]
    assert "planted" not in repr(settings)


def test_flags_stand_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_GATEWAY_PORT", "4100")
    monkeypatch.setenv("MOSSEVAL_GATEWAY_NO_AUTH", "1")
    monkeypatch.setenv("MOSSEVAL_GATEWAY_CONFIG", "")
    assert read_settings(port=None).port == 4100
    assert read_settings(port=5000).port == 5000
    assert read_settings().no_auth is True
    assert read_settings().config is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "99999"), ("PORT", "http"), ("KEYS", "planted\x01key"), ("KEYS", "planted key"), ("LOG_FORMAT", "xml")],
)
def test_a_bad_variable_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MOSSEVAL_GATEWAY_{name}", value)
    with pytest.raises(ConfigError, match=f"^MOSSEVAL_GATEWAY_{name}: ") as caught:
        read_settings()
    assert "planted" not in str(caught.value)


def test_a_variable_that_is_no_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_IN_FLIGHT", "MAX_INFLIGHT", "REDIS_URL", "URL"):
        monkeypatch.setenv(f"MOSSEVAL_GATEWAY_{name}", "7")
    assert unknown_variables() == ["MOSSEVAL_GATEWAY_MAX_INFLIGHT", "MOSSEVAL_GATEWAY_REDIS_URL"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    check_exposure(Settings(keys=(), no_auth=False), host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "localhost.example", "127.0.0.1.example", ""])
def test_anything_else_needs_a_key_or_leave_by_name(host: str) -> None:
    with pytest.raises(ConfigError, match="--no-auth"):
        check_exposure(Settings(keys=(), no_auth=False), host)
    check_exposure(Settings(no_auth=True), host)
    check_exposure(read_settings(keys="a-key"), host)


def test_in_a_container_the_published_address_decides() -> None:
    check_exposure(Settings(published="127.0.0.1"), "0.0.0.0")
    with pytest.raises(ConfigError, match=r"refusing to listen on 192\.168\.1\.5 without keys"):
        check_exposure(Settings(published="192.168.1.5"), "0.0.0.0")
    check_exposure(read_settings(keys="a-key", published="192.168.1.5"), "0.0.0.0")


def test_any_of_the_keys_opens_and_nothing_else() -> None:
    ring = KeyRing(plain_keys(["first-key", "second-key"]))
    ring.check(b"Bearer second-key")
    ring.check(b"bearer  first-key ")
    for header in (None, b"", b"Bearer ", b"Bearer first-key2", b"Bearer first-ke", b"Basic first-key", b"\xff\xfe"):
        with pytest.raises(GatewayError) as caught:
            ring.check(header)
        assert caught.value.status == 401
    KeyRing([]).check(None)


def test_every_setting_stands_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "gateway.md").read_text()
    missing = [name for name in Settings.model_fields if f"`{name.upper()}`" not in page]
    assert not missing


def test_the_room_for_bodies_holds_at_least_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_GATEWAY_MAX_BYTES_IN_FLIGHT", "2000")
    with pytest.raises(ConfigError, match="MAX_BYTES_IN_FLIGHT"):
        read_settings()
