"""Where requests go: the embedded gateway, a running gateway, or any OpenAI-compatible URL."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mosseval.client import Endpoint
from mosseval.embedded import EmbeddedGateway
from mosseval.errors import UsageError

DEFAULT_GATEWAY_URL = "http://127.0.0.1:4000/v1"
GATEWAY_URL_VARIABLE = "MOSSEVAL_GATEWAY_URL"
KEY_HINT = "a key comes from the environment: --api-key-env NAME"
VERSION = re.compile(r"/v\d")
GATEWAY_KEY_VARIABLE = "MOSSEVAL_API_KEY"
SECRETS_VARIABLE = "MOSSEVAL_SECRETS_DIR"
"""A folder in which each file is called after a variable and holds its value."""


@dataclass(frozen=True, slots=True)
class OpenTarget:
    """An endpoint that can be asked. `check` raises TargetUnreachable where it is known to be gone for good."""

    endpoint: Endpoint
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Target:
    """A target as the command line names it. `name` is what `run.json` records: never a chosen port or a key."""

    name: str
    endpoint: Endpoint | None
    config: Path | None = None
    replay: Path | None = None

    @property
    def is_gateway(self) -> bool:
        """True for our own gateway, embedded or running."""
        return self.endpoint is None or self.endpoint.is_gateway

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[OpenTarget]:
        """The endpoint, for as long as the block runs: the embedded gateway lives exactly that long."""
        if self.endpoint is not None:
            yield OpenTarget(self.endpoint)
            return
        gateway = EmbeddedGateway(config=self.config, replay=self.replay)
        async with gateway as endpoint:
            yield OpenTarget(endpoint, gateway.check)


def resolve(
    name: str,
    *,
    api_key_env: str | None = None,
    config: Path | None = None,
    replay: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    flag: str = "--target",
    key_flag: str = "--api-key-env",
) -> Target:
    """The target that `--target NAME` means. Raises UsageError where the flags cannot go together.

    `flag` and `key_flag` are what the messages call the flags that name the target and its key.
    """
    if name != "embedded":
        for handed, value in (("--config", config), ("--replay", replay)):
            if value is not None:
                raise UsageError(
                    f"{handed} is handed to the embedded gateway, and {flag} is {name}",
                    hint=f"leave {handed} out, or start that gateway with it",
                )
    if name == "embedded":
        if api_key_env is not None:
            raise UsageError(
                f"{key_flag} names the key of an endpoint; the embedded gateway makes its own",
                hint="provider keys are read from the environment under their usual names",
            )
        return Target("embedded", None, config, replay)
    key = _named_key(api_key_env, environment, key_flag)
    if name == "gateway":
        url = normalised(environment.get(GATEWAY_URL_VARIABLE) or DEFAULT_GATEWAY_URL, said_by=GATEWAY_URL_VARIABLE)
        key = key or _sendable(GATEWAY_KEY_VARIABLE, _given(GATEWAY_KEY_VARIABLE, environment))
        return Target("gateway", Endpoint(url, key, is_gateway=True))
    url = normalised(name, said_by=flag)
    return Target(url, Endpoint(url, key))


def normalised(url: str, said_by: str = "--target") -> str:
    """The base URL in one form: scheme and host in lower case, no trailing slash, `/v1` where no version stands.

    A URL that ends with `/chat/completions` is taken as it is. `said_by` names the flag or variable in messages.

    Raises UsageError for what is no http(s) URL, or holds a key or password.
    """
    if "@" in url:
        raise UsageError(f"{said_by} takes a URL without user or password", hint=KEY_HINT)
    try:
        parts = urlsplit(url)
        if parts.port == 0 or any(character.isspace() for character in url):
            raise ValueError("it holds a space or port 0")
    except ValueError as error:
        raise UsageError(f"{said_by} {url!r} is no URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{said_by} {url!r} is neither 'embedded', 'gateway' nor a URL with http:// or https://",
            hint=f"did you mean http://{url.removeprefix('//')} ?" if "://" not in url else "",
        )
    if parts.query or parts.fragment:
        raise UsageError(f"{said_by} takes a plain base URL: no query, no fragment", hint=KEY_HINT)
    path = parts.path.rstrip("/")
    if path.endswith("/chat/completions"):
        path = path.removesuffix("/chat/completions")
    elif not VERSION.search(path):
        path += "/v1"
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def _named_key(variable: str | None, environment: Mapping[str, str], flag: str) -> str | None:
    if variable is None:
        return None
    key = _given(variable, environment)
    if not key:
        raise UsageError(
            f"{flag} names {variable}, which is not set", hint=f"export {variable}=…, or {variable}_FILE=PATH"
        )
    return _sendable(variable, key)


def _given(variable: str, environment: Mapping[str, str]) -> str | None:
    """A key: the variable's, or what stands in the file `VARIABLE_FILE`, or in VARIABLE in the folder of secrets.

    Raises UsageError that names the file, never the key.
    """
    if environment.get(variable):
        return environment[variable]
    path, folder = environment.get(f"{variable}_FILE"), environment.get(SECRETS_VARIABLE)
    if not path and folder and (Path(folder) / variable).exists():
        path = f"{folder}/{variable}"
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{variable}: {path} cannot be read: {why}") from None


def _sendable(variable: str, key: str | None) -> str | None:
    if key and not (key.isascii() and key.isprintable()):
        raise UsageError(f"{variable} holds characters that no HTTP header can carry")
    return key
