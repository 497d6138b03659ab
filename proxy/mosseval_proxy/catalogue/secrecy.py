"""What of a configuration is secret: by the names that values stand under."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ENV_PREFIX = "os.environ/"
SECRET_NAME = re.compile(
    r"(key|secret|password|credentials?|(?<!per_)token|headers?|authorization)(_|$)|access_key", re.I
)
URL_USER = re.compile(r"(?<=://)[^/?#@\s]*@")
"""Name and password within a URL."""


def public(value: Any, known: Mapping[str, str]) -> Any:
    """The same without what is under names like `api_key`; references to `known` variables become their values."""
    if isinstance(value, Mapping):
        return {name: public(child, known) for name, child in value.items() if not SECRET_NAME.search(name)}
    if isinstance(value, list | tuple):
        return [public(child, known) for child in value]
    if not isinstance(value, str):
        return value
    found = known.get(value.removeprefix(ENV_PREFIX), value) if value.startswith(ENV_PREFIX) else value
    return URL_USER.sub("", found)


def secret_values(params: Mapping[str, Any]) -> set[str]:
    """Every value under such a name, however deep."""
    found: set[str] = set()
    for name, value in params.items():
        if isinstance(value, Mapping):
            found |= {str(child) for child in value.values()} if SECRET_NAME.search(name) else secret_values(value)
        elif isinstance(value, str) and SECRET_NAME.search(name):
            found.add(value)
    return found
