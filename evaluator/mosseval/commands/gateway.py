"""`mosseval gateway`: becomes the gateway's own process. The evaluator never imports it."""

from __future__ import annotations

import os
from pathlib import Path

from mosseval.embedded import gateway_command


def serve(*, no_auth: bool, **flags: str | int | Path | None) -> None:
    """Replaces this process by the gateway; does not return. What is None is left to the gateway's own environment."""
    command = gateway_command("serve", "mosseval gateway")
    for name, value in flags.items():
        if value is not None:
            command += [f"--{name}", str(value)]
    if no_auth:
        command.append("--no-auth")
    _become(command)


def make_key(name: str) -> None:
    """Replaces this process by the gateway's maker of keys; does not return."""
    _become([*gateway_command("key", "mosseval gateway --new-key"), "--", name])


def _become(command: list[str]) -> None:
    os.execv(command[0], command)  # noqa: S606 - our own module, no shell
