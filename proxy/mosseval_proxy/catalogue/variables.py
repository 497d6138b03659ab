"""The environment variables that models are configured by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mosseval_proxy.catalogue.config import Config
from mosseval_proxy.catalogue.entries import builtin
from mosseval_proxy.catalogue.secrecy import ENV_PREFIX

COMPANIONS = frozenset({"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
"""That go with one that is named, and are read by the provider's own library."""


def variables(user: Config | None) -> frozenset[str]:
    """Every variable that a model may want, set or not: its needs, and what its parameters refer to."""
    deployments = [*builtin().deployments, *(user.deployments if user is not None else ())]
    needs = {name for each in deployments for need in each.info.mosseval.needs or () for name in need.split("|")}
    return COMPANIONS | needs | {name for each in deployments for name in _referred(each.params)}


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(ENV_PREFIX):
        yield value.removeprefix(ENV_PREFIX)
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _referred(child)
