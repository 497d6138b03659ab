"""Writes the tables of docs/models.md from the built-in catalogue: `python tools/model_table.py [--check]`.

What stands between the marks of the page is written anew; with `--check` nothing is written, and the exit code is 1
where the page is not current.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mosseval_proxy.catalogue import Catalogue, Entry, build
from mosseval_proxy.catalogue.model_info import Preset
from mosseval_proxy.images.rules import rules_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "models.md"
MARKED = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
NONE = "–"
WIRE = "its provider's form on the wire, with a fake provider"
TRANSCRIPT = "replay of the published transcript (289 of 300 samples)"
MADE_UP = "replay of a transcript made up in the tests; the published one is not at hand"
TINY_VLLM = "real vLLM on the CPU with a tiny random LLaVA (`make test-vllm`)"
TINY_OURS = "`mosseval_serve` with tiny random weights of its kind (`make test-serve`)"
WIRE_VLLM = "on the wire, with a fake vLLM; not run on a real one, for want of weights"
NOT_RUN = "on the wire, with a fake server; its adapter (from the model's published code) not run, for want of weights"
SHOWN = {
    "gpt-4v": WIRE,
    "gpt-4o": f"{WIRE}; {TRANSCRIPT}",
    "gemini-pro-vision": WIRE,
    "gemini-pro-1.5": f"{WIRE}; {TRANSCRIPT}",
    "claude-3-opus": f"{WIRE}; {TRANSCRIPT}",
    "claude-3-sonnet": f"{WIRE}; {MADE_UP}",
    "claude-3-haiku": f"{WIRE}; {TRANSCRIPT}",
    "reka": WIRE,
    "gpt-4o-web": MADE_UP,
    "gemini-advanced-web": MADE_UP,
    "claude-3-opus-web": MADE_UP,
    "llava-1.5-7b": f"{TINY_VLLM}; {TINY_OURS}",
    "llava-1.5-13b": "as `llava-1.5-7b`: the same architecture",
    "minicpm-v-2.0": WIRE_VLLM,
    "minicpm-llama3-v-2.5": WIRE_VLLM,
    "qwen-vl-chat": WIRE_VLLM,
    "idefics-9b-instruct": TINY_OURS,
    "instructblip-vicuna-7b": TINY_OURS,
    "internlm-xcomposer2-7b": NOT_RUN,
    "mplug-owl2": NOT_RUN,
    "gemini-1.5-flash": WIRE,
    "bard": MADE_UP,
}
"""Model -> how it was shown that this gateway serves it. Kept by hand: what was run is no property of a model."""


def tables(catalogue: Catalogue) -> dict[str, str]:
    """Each table of the page by its name, in Markdown."""
    papers = [entry for entry in catalogue if entry.own.papers]
    return {
        "twenty": _markdown(
            ("id", "provider, route", "status", "source, looked up", "how it was shown"),
            ((_id(e), f"{_provider(e)}, `{_route(e)}`", _status(e), _source(e), SHOWN[e.id]) for e in papers),
        ),
        "facts": _markdown(
            ("id", "pictures", "context", "parameters it refuses", "the paper's decoding", "price, in → out"),
            (
                (_id(e), _pictures(e), _context(e), ", ".join(e.own.refuses) or NONE, _decoding(e), _price(e))
                for e in papers
            ),
        ),
        "open": _markdown(
            ("id", "server", "install", "command", "GPU", "then set"),
            (_served(e) for e in papers if e.own.serve is not None),
        ),
        "notes": "".join(f"- `{e.id}`: {e.own.note}\n" for e in papers if e.own.note),
        "routes": _markdown(
            ("any model of", "route", "set"),
            ((f"`{e.id}`", f"`{_route(e)}`", _needs(e)) for e in catalogue if e.is_wildcard),
        ),
    }


def page(text: str, catalogue: Catalogue) -> str:
    """The page with its tables as they should be."""
    made = tables(catalogue)
    return MARKED.sub(lambda mark: f"{mark[1]}{mark[2]}{made[mark[1]]}", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks the page; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where the page is not current")
    options = parser.parse_args(arguments)
    old = PAGE.read_text(encoding="utf-8")
    new = page(old, build(environment={}))
    if options.check:
        sys.stdout.write("" if new == old else f"{PAGE.name} is not current: run tools/model_table.py\n")
        return int(new != old)
    PAGE.write_text(new, encoding="utf-8")
    return 0


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', 'or') for cell in line)} |\n" for line in lines)


def _id(entry: Entry) -> str:
    others = [paper for paper in entry.own.papers if paper != "MOSSBench"]
    return f"`{entry.id}`" + (
        f" ({', '.join(others)} {'too' if len(entry.own.papers) > 1 else 'only'})" if others else ""
    )


def _provider(entry: Entry) -> str:
    serve = entry.own.serve
    return entry.provider if serve is None else f"a server of one's own ({serve.engine})"


def _route(entry: Entry) -> str:
    return entry.deployments[0].model


def _status(entry: Entry) -> str:
    own = entry.own
    if own.retired_on is None:
        return own.status
    return f"{own.status} {'since' if own.status == 'retired' else 'until'} {own.retired_on}; then `{own.successor}`"


def _source(entry: Entry) -> str:
    return f"[{_host(entry.own.source or '')}]({entry.own.source}), {entry.own.looked_up}"


def _host(address: str) -> str:
    return address.partition("//")[2].partition("/")[0]


def _pictures(entry: Entry) -> str:
    if entry.own.status == "web-only":
        return NONE
    rules = rules_of(entry)
    bounds: list[tuple[int | None, Callable[[int], str]]] = [
        (rules.max_base64, lambda size: f"{size / 1e6:.4g} MB as base64"),
        (rules.max_side, lambda side: f"{side} px a side"),
        (rules.max_pixels, lambda pixels: f"{pixels} px"),
        (rules.max_count, lambda count: f"{count} a request"),
    ]
    types = "/".join(sorted(kind.removeprefix("image/").upper() for kind in rules.types))
    return ", ".join([types, *(say(bound) for bound, say in bounds if bound is not None)])


def _context(entry: Entry) -> str:
    return NONE if entry.own.context is None else f"{entry.own.context:,}"


def _decoding(entry: Entry) -> str:
    preset = entry.own.presets.get("paper", Preset()).given()
    safety = preset.pop("safety_settings", None)
    words = [f"{name} {value:g}" for name, value in preset.items()]
    words += [f"safety {', '.join(sorted(set(safety.values())))}"] if safety else []
    return ", ".join(words) or NONE


def _price(entry: Entry) -> str:
    price = entry.price
    return NONE if price is None else f"${price.input_cost_per_token * 1e6:g} → ${price.output_cost_per_token * 1e6:g}"


def _served(entry: Entry) -> tuple[str, ...]:
    serve = entry.own.serve
    assert serve is not None
    memory = NONE if serve.gpu_memory_gb is None else f"{serve.gpu_memory_gb:g} GB"
    installs = ", ".join(f"`{each}`" for each in serve.requires)
    return f"`{entry.id}`", serve.engine, installs, f"`{serve.command}`", memory, f"`{entry.needs[0]}`"


def _needs(entry: Entry) -> str:
    return (
        ", ".join(" or ".join(f"`{name}`" for name in need.split("|")) for need in entry.own.needs or ())
        or "nothing (a server on this machine)"
    )


if __name__ == "__main__":
    sys.exit(main())
