"""The gateway's settings: environment variables `MOSSEVAL_GATEWAY_*`, with command-line flags above them."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mosseval_proxy.errors import ConfigError

PREFIX = "MOSSEVAL_GATEWAY_"
OF_OTHERS = frozenset({"MOSSEVAL_GATEWAY_URL", "MOSSEVAL_GATEWAY_WORKER"})
"""The evaluator's, and one that `process` sets."""
SECRETS = ("REDIS_URL",)
"""Settings that may stand in a file named by `…_FILE`; `MOSSEVAL_GATEWAY_KEYS_FILE` holds hashes instead of keys."""
MIB = 1024 * 1024


class Settings(BaseSettings):
    """Frozen once read. Sizes in bytes, times in seconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=4000, ge=0, le=65535)
    published: str | None = None
    """The address at which a container's engine publishes the port: that, not `host`, decides who can reach it."""
    names: Annotated[tuple[str, ...], NoDecode] = ()
    """Comma separated: names beside localhost that a gateway without keys answers to."""
    config: Path | None = None
    replay: Path | None = None
    """A folder of recorded answers."""
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Comma separated in the environment; any one of them opens the gateway."""
    keys_file: Path | None = None
    """More keys, as hashes, each with what it may do (see `keys_file`)."""
    no_auth: bool = False
    workers: int = Field(default=1, ge=1, le=256)
    """Processes on one address. What follows counts for each of them."""
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    """Where limits are counted for all processes together; without it each counts its own."""
    max_in_flight: int = Field(default=256, ge=1)
    """Requests that are worked on at once."""
    max_queue: int = Field(default=1024, ge=0)
    """Requests that wait for that; one more is answered 429."""
    queue_timeout_s: float = Field(default=60.0, gt=0)
    max_bytes_in_flight: int = Field(default=512 * MIB, ge=1024)
    """Of bodies of requests that are worked on; one that finds no room waits with the others."""
    body_timeout_s: float = Field(default=60.0, gt=0)
    """How long a request's head may take to come, and its body, once there is a place for it."""
    max_output_tokens: int | None = Field(default=None, ge=1)
    """Where it is set a request must say `max_tokens`, and no more than this."""
    grace_s: float = Field(default=25.0, ge=0)
    """How long requests in flight may take to finish once the gateway is told to end."""
    max_body_bytes: int = Field(default=32 * MIB, ge=1024)
    max_answer_bytes: int = Field(default=16 * MIB, ge=1024)
    """Of one answer of an upstream, however it comes."""
    max_image_bytes: int = Field(default=20 * MIB, ge=1024)
    max_image_pixels: int = Field(default=50_000_000, ge=1)
    max_images: int = Field(default=16, ge=0)
    image_workers: int = Field(default=1, ge=1, le=64)
    """Processes that decode pictures; each works on one at a time."""
    image_cache_bytes: int = Field(default=64 * MIB, ge=0)
    """Of pictures that were made anew, kept for the next request with the same."""
    remote_images: bool = False
    """Whether pictures may be https URLs, which the gateway then fetches."""
    timeout_s: float = Field(default=600.0, gt=0)
    """How long an upstream may take for one answer."""
    log_format: Annotated[str, Field(pattern="^(plain|json)$")] = "plain"
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    access_log: bool = False
    """One line for each chat request at its end."""

    @property
    def has_keys(self) -> bool:
        """Whether the gateway opens to keys alone."""
        return bool(self.keys) or self.keys_file is not None

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.max_bytes_in_flight < self.max_body_bytes:
            raise PydanticCustomError("room", "MOSSEVAL_GATEWAY_MAX_BYTES_IN_FLIGHT is below MAX_BODY_BYTES")
        return self

    @field_validator("keys", "names", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("keys")
    @classmethod
    def _printable(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            text = key.get_secret_value()
            if not (text.isascii() and text.isprintable()) or " " in text:
                raise ValueError("a key holds characters that no Authorization header can carry")
        return value


def read_settings(**overrides: Any) -> Settings:
    """Settings from the environment; overrides that are None count as not given.

    Raises ConfigError that names the variable, without its value.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise ConfigError(f"{name if name.isupper() else PREFIX + name.upper()}: {first['msg']}") from None


def unknown_variables() -> list[str]:
    """Names in the environment that look like settings and are none: a slip must not pass for a bound that was set."""
    known = {PREFIX + name.upper() for name, field in Settings.model_fields.items() if field.validation_alias is None}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known | OF_OTHERS)


def check_exposure(settings: Settings, host: str) -> None:
    """Refuses to listen where others can reach it without a key. Raises ConfigError."""
    reached = settings.published or host
    if settings.has_keys or settings.no_auth or is_loopback(reached):
        return
    raise ConfigError(
        f"refusing to listen on {reached} without keys: set MOSSEVAL_GATEWAY_KEYS, listen on 127.0.0.1, "
        "or allow it by name with --no-auth (MOSSEVAL_GATEWAY_NO_AUTH=1)"
    )


def is_loopback(host: str) -> bool:
    """Whether a name or address leads to this machine and cannot be meant otherwise."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
