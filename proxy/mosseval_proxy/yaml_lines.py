"""YAML with line numbers: the values, and where each of them stands, so that a fault can be pointed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mosseval_proxy.errors import ConfigError

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 200_000
"""Aliases are expanded, so that a small file can stand for an enormous one: not beyond this many values."""
MAX_DEPTH = 64
COLLECTIONS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`value` is plain Python data; `lines` gives the line (from 1) of each value by its path."""

    source: str
    value: Any
    lines: Mapping[Place, int]

    def fault(self, path: Place, what: str) -> ConfigError:
        """An error that names file, line and field."""
        return ConfigError(f"{self.place(path)}: {what}")

    def place(self, path: Place) -> str:
        """File, line and field of a path."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return f"{self.source}:{self.lines.get(known, 1)}: {field_name(path)}"


def field_name(path: Place) -> str:
    """`model_list[2].litellm_params.model` for its path."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "document"


def read_yaml(file: Path) -> Document:
    """Reads one YAML document. Raises ConfigError for what cannot be read, without quoting the content."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file}: larger than {MAX_BYTES} bytes, which no configuration is")
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: is not UTF-8 text") from None
    return parse_yaml(text, str(file))


def parse_yaml(text: str, source: str) -> Document:
    """Parses one YAML document; `source` is its name in messages. Raises ConfigError."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{source}:{line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{source}:1: not valid YAML: {type(error).__name__}") from None
    reader = _Reader(source)
    value = None if node is None else reader.read(node, ())
    return Document(source, value, reader.lines)


class _Reader:
    """Turns nodes into values, noting lines."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Place, int] = {}
        self._source = source
        self._count = 0
        self._scalars = yaml.SafeLoader("")

    def read(self, node: yaml.Node, path: Place) -> Any:
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            raise ConfigError(f"{self._source}:{line}: too many or too deeply nested values")
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.CollectionNode) and node.tag not in COLLECTIONS:
            raise ConfigError(f"{self._source}:{line}: {field_name(path)}: a value of an unknown kind")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise ConfigError(f"{self._source}:{line}: {field_name(path)}: a value that cannot be read") from None

    def _mapping(self, node: yaml.MappingNode, path: Place) -> dict[str, Any]:
        self._check_names(node, path)
        try:
            # Puts what `<<` merges in before the mapping's own names, which stand above it.
            self._scalars.flatten_mapping(node)
        except yaml.YAMLError:
            line = node.start_mark.line + 1
            raise ConfigError(f"{self._source}:{line}: {field_name(path)}: << merges mappings only") from None
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.read(value_node, (*path, key))
        return values

    def _check_names(self, node: yaml.MappingNode, path: Place) -> None:
        seen: set[str] = set()
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigError(f"{self._source}:{line}: {field_name(path)}: a name that is no plain text")
            key = str(key_node.value)
            if key in seen:
                raise ConfigError(f"{self._source}:{line}: {field_name((*path, key))}: stands twice")
            seen.add(key)
