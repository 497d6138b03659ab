"""The shape of the sources, read from their syntax: who imports whom, and how large things may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "mosseval": ROOT / "evaluator" / "mosseval",
    "mosseval_proxy": ROOT / "proxy" / "mosseval_proxy",
    "mosseval_serve": ROOT / "proxy" / "mosseval_serve",
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 55
"""Its body, without the docstring: a command's flags are a list, not something to be held in mind."""

EVALUATOR_RANKS = (
    ("version", "errors"),
    ("types", "place", "terminal", "stats", "image_structure", "secret", "transfer", "values"),
    ("binomial",),
    ("resampling", "published"),
    ("rejection", "agreement", "exchanges", "tables", "paired", "correlation", "contrast"),
    ("images", "answer", "pace", "tally"),
    ("request", "benchmarks", "judges", "store", "client"),
    ("answer_rows", "annotations"),
    ("stop", "progress", "catalogue", "embedded", "plan", "outcome", "counting", "labels", "transcripts", "beside"),
    ("collection",),
    ("parts", "alike", "provenance"),
    ("web",),
    ("repeats", "rated"),
    ("refusals", "accuracy", "reproduction"),
    ("summary",),
    ("comparison", "comparable", "points"),
    ("gate",),
    ("prepare", "judging", "targets", "report", "export", "k8s"),
    ("runner", "view"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""Leaf to root; a part may import those of earlier ranks, and of its own rank where no cycle arises."""
PROXY_RANKS = (
    ("errors", "scrub", "parameters", "skeleton", "allowance", "life", "protocol"),
    ("settings", "secret_files", "yaml_lines", "safety"),
    ("catalogue", "keys"),
    ("records", "chat_request"),
    ("images", "outcomes", "streaming", "visit", "metrics"),
    ("recordings", "calls"),
    ("replay",),
    ("simulated", "upstream", "passthrough", "limits", "admission"),
    ("guard", "chat"),
    ("routes",),
    ("app",),
    ("process",),
    ("__main__",),
)

SERVE_RANKS = (
    ("errors", "text"),
    ("chat_request", "pictures"),
    ("conversation", "settings"),
    ("jobs", "sampling"),
    ("adapters", "answers"),
    ("batch",),
    ("engine",),
    ("app",),
    ("server",),
    ("__main__",),
)


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    base = SOURCES[package]
    found = {}
    for path in sorted(base.rglob("*.py")):
        parts = [package, *path.relative_to(base).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


ALL = {name: path for package in SOURCES for name, path in modules(package).items()}


def imported(name: str, path: Path, *, lazy: bool = True) -> Iterator[str]:
    """The dotted names that a module imports; without `lazy` only those of its top level."""
    tree = ast.parse(path.read_bytes())
    anchor = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    nodes = ast.walk(tree) if lazy else _top_level(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = anchor[: len(anchor) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def _top_level(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def tops(names: Iterator[str]) -> set[str]:
    """The first part of each name."""
    return {name.split(".")[0] for name in names}


def part_of(name: str) -> str:
    """The part of its package that a module belongs to: `mosseval.store.lines` to `store`."""
    pieces = name.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def parts_imported(name: str, path: Path) -> set[str]:
    """The parts of its own package that a module imports."""
    package = name.split(".")[0]
    mine = {each for each in imported(name, path) if each == package or each.startswith(f"{package}.")}
    known = {part_of(each) for each in ALL if each.startswith(f"{package}.")}
    return {part for each in mine if (part := part_of(each)) in known} - {part_of(name)}


@pytest.mark.parametrize("name", modules("mosseval"))
def test_evaluator_knows_nothing_of_the_gateway_or_litellm(name: str) -> None:
    found = tops(imported(name, ALL[name]))
    assert not found & {"mosseval_proxy", "mosseval_serve", "litellm"}
    if part_of(name) != "view":
        assert not found & {"starlette", "uvicorn"}


@pytest.mark.parametrize("name", modules("mosseval_proxy"))
def test_gateway_knows_nothing_of_the_evaluator_and_one_file_imports_litellm(name: str) -> None:
    found = tops(imported(name, ALL[name]))
    assert "mosseval" not in found
    if not name.startswith("mosseval_proxy.upstream"):
        assert "litellm" not in found


@pytest.mark.parametrize("name", modules("mosseval_serve"))
def test_model_server_knows_nothing_of_the_evaluator_or_the_gateway(name: str) -> None:
    assert not tops(imported(name, ALL[name])) & {"mosseval", "mosseval_proxy", "litellm"}


@pytest.mark.parametrize("name", modules("mosseval_serve"))
def test_model_server_imports_run_from_root_to_leaf(name: str) -> None:
    _check_rank(name, SERVE_RANKS)


@pytest.mark.parametrize("name", modules("mosseval"))
def test_evaluator_imports_run_from_root_to_leaf(name: str) -> None:
    _check_rank(name, EVALUATOR_RANKS)


@pytest.mark.parametrize("name", modules("mosseval_proxy"))
def test_gateway_imports_run_from_root_to_leaf(name: str) -> None:
    _check_rank(name, PROXY_RANKS)


def _check_rank(name: str, ranks: tuple[tuple[str, ...], ...]) -> None:
    rank_of = {part: number for number, rank in enumerate(ranks) for part in rank}
    part = part_of(name)
    if part == "":
        return
    assert part in rank_of, f"give {part} a rank in this test"
    later = {each for each in parts_imported(name, ALL[name]) if rank_of.get(each, 0) > rank_of[part]}
    assert not later, f"{name} imports {later}"


def test_nobody_imports_the_command_line() -> None:
    for name, path in ALL.items():
        if name.startswith(("mosseval.cli", "mosseval.__main__")):
            continue
        assert not {each for each in imported(name, path) if f"{each}.".startswith("mosseval.cli.")}, name


def test_imports_make_no_cycle() -> None:
    graph = {name: _modules_imported(name) for name in ALL}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for each in graph[name]:
                visit(each, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def _modules_imported(name: str) -> set[str]:
    """Modules that run when this one is imported; a package stands for what is taken from it directly."""
    found = set()
    for each in imported(name, ALL[name], lazy=False):
        stem = each.rpartition(".")[0]
        if each in ALL:
            found.add(each)
        elif stem in ALL:
            found.add(stem)
    submodules_only = {each for each in found if any(other.startswith(f"{each}.") for other in found)}
    return found - submodules_only - {name}


@pytest.mark.parametrize("name", ALL)
def test_no_global_statement(name: str) -> None:
    assert not [node for node in ast.walk(ast.parse(ALL[name].read_bytes())) if isinstance(node, ast.Global)]


@pytest.mark.parametrize("name", ALL)
def test_files_and_functions_stay_short(name: str) -> None:
    text = ALL[name].read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= LONGEST_FILE, f"{ALL[name]} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            said = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.body[0].lineno + 1 - len(said.splitlines())
            assert length <= LONGEST_FUNCTION, f"{name}.{node.name} has {length} lines"


def test_command_line_starts_without_the_heavy_packages() -> None:
    heavy = {"aiohttp", "PIL", "uvloop", "orjson", "pydantic", "re2", "numpy"}
    seen: set[str] = set()
    waiting = ["mosseval.cli"]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in ALL:
            continue
        seen.add(name)
        names = list(imported(name, ALL[name], lazy=False))
        assert not tops(iter(names)) & heavy, name
        waiting += names
