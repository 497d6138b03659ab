"""Writes docs/providers.md from the tables that the wire tests run over: `python tools/provider_table.py [--check]`.

Every row of the page is a test: the fake provider sends that form, and the gateway is seen to let out what stands
beside it. With `--check` nothing is written, and the exit code is 1 where the page is not current.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "providers.md"
sys.path.append(str(ROOT / "tests" / "support"))

from wires import WIRES  # noqa: E402 - found beside the tests
from wires.base import FAILED, Block, Wire  # noqa: E402

HEAD = """\
# Providers: what is asked, what leaves

Every provider looks the same from outside: one shape for an answer, a refusal in words, a block and a failure. This
page is written by `tools/provider_table.py` from the tables in `tests/support/wires`. Each row is a test: a fake
provider sends the form over HTTP, through the installed litellm where litellm is in the way, and the gateway is seen to
let out what stands beside it. So an upgrade of litellm that changes a row fails by its name. No row was seen with a
real provider: the forms are those of the pages that are named with each.

## For every provider
| the provider sends | leaves the gateway |
|---|---|
| an answer | 200, `stop`, usage, `served_model`, cost |
| a refusal in words | 200, `stop`, `block` null: what a refusal is, is for the judge |
| an answer without text that ended naturally | 200, `stop`, no text, `block` null: a blank, never a refusal |
| an answer without text, with a reason that is not known or none | 502 `upstream_unavailable` |
{statuses}
| 429 with Retry-After | 429 `rate_limit_exceeded` with the same Retry-After |
| a connection cut before the head or in the body, malformed JSON, an empty body | 502 `upstream_unavailable` |
| an error under the status 200 | 502 `upstream_unavailable` |
| a stream that is cut, or that ends without a finish reason | an error event `upstream_unavailable`, no `[DONE]` |
| an error before a stream's first event | its HTTP status and Retry-After, as without a stream |
| more than `MOSSEVAL_GATEWAY_MAX_ANSWER_BYTES` | 502 `upstream_unavailable`; in a stream an error event |

One request goes out for one that comes in: nothing is retried, no redirect is followed. A block leaves as 200 with
`finish_reason: "content_filter"`, the text so far, `message.refusal`, and `mosseval.block` as below.

Each sampling parameter arrives at the provider under the name that is given below, or stands in
`mosseval.dropped_params`. What is sent unasked (by litellm, or by the model list), or with another value than was
asked for, stands in `mosseval.added_params` with its value, by OpenAI's name: Anthropic's API wants a `max_tokens`, and
litellm gives Gemini 3 a `temperature` of 1. A picture that litellm would leave out of the request (DeepSeek's API takes
texts alone) is `unsupported_parameter`, and nothing is sent. A message's `name` and a picture's `detail`
arrive, or stand in `dropped_params` as `messages.name` and `image_url.detail`.

A conversation that a provider's API cannot hold is refused (`unsupported_parameter`) where litellm would rewrite it:
at Anthropic, Google and Bedrock a system message after others or alone and a picture that is not the user's, there and
at Mistral a message without words or pictures.

A `response_format` is passed on or refused (`unsupported_parameter`), a system message arrives as one or is refused,
and so is every field that is no part of the API (`tools`, `logprobs`, `api_base` …).

## At a glance
What the categories of a block are, by where it struck; “–”: no such form is documented. `unknown` counts as a refusal
and says that the reason was not told.

{glance}
"""
NONE = "–"


def page() -> str:
    """The whole page."""
    statuses = "\n".join(f"| {status} | {code} `{name}` |" for status, (code, name) in FAILED.items())
    glance = _markdown(("provider", "input", "output", "the model itself", "safety switches"), map(_glance, WIRES))
    parts = [HEAD.format(statuses=statuses, glance=glance.rstrip())]
    shown: dict[tuple[tuple[str, str, str], ...], str] = {}
    for wire in WIRES:
        rows = tuple(_rows(wire))
        parts.append(_section(wire, rows, shown.get(rows) if rows else None))
        shown.setdefault(rows, wire.title)
    return "\n".join(parts)


def _glance(wire: Wire) -> tuple[str, ...]:
    blocks = (*wire.blocks, *wire.streamed_blocks)
    found = ({block.category for block in blocks if block.where == where} for where in ("input", "output", "model"))
    switches = "; ".join(dict.fromkeys(row.name for row in wire.switches)) or NONE
    return (wire.title, *(", ".join(sorted(each)) or NONE for each in found), switches)


def _section(wire: Wire, rows: Sequence[tuple[str, str, str]], same: str | None) -> str:
    said = "".join(f"- {line}\n" for line in _said(wire))
    if same is not None:
        return f"## {wire.title}\n{said}- What it sends, and what leaves for it: as under “{same}”.\n"
    table = _markdown(("the provider sends", "plain", "streamed"), rows)
    return f"## {wire.title}\n{said}{chr(10) + table if rows else ''}"


def _said(wire: Wire) -> Iterator[str]:
    yield f"Asked at `{wire.path}`; `mosseval.provider` is `{wire.provider}`."
    yield f"Forms: {', '.join(f'<{page}>' for page in wire.pages or _pages(wire))}."
    yield from wire.notes
    renamed = (name if name == path else f"{name} → {path}" for name, path in wire.sampling.items())
    yield f"Takes {_listed(renamed)}."
    if wire.added:
        yield f"Adds {_listed(_pairs(wire.added))} where the request has none."
    schema = "" if wire.takes_schema else "; a schema is refused"
    yield (
        f"`response_format` arrives as {_listed(_pairs(wire.json_mode))}{schema}."
        if wire.json_mode
        else ("`response_format` is refused.")
    )
    if wire.reasoning is not None:
        yield "Reasoning is kept apart, in `reasoning_content`."
    for switch in wire.switches:
        asked = "by default" if switch.settings is None else f"`{json.dumps(dict(switch.settings))}`"
        sent = [*_pairs(switch.body), *(f"{name}: {value}" for name, value in switch.headers.items())]
        yield f"Safety switch, {switch.name}: {asked} arrives as {_listed(sent)}."
    if not wire.switches:
        yield "No safety switch is documented: `mosseval.safety_settings` is refused."


def _pages(wire: Wire) -> list[str]:
    """The pages that the docstring of the wire's file names."""
    files = (module for name, module in sys.modules.items() if name.startswith("wires."))
    file = next(each for each in files if wire in getattr(each, "WIRES", ()))
    return [found.rstrip(".,;)") for found in re.findall(r"https://\S+", file.__doc__ or "")]


def _rows(wire: Wire) -> Iterator[tuple[str, str, str]]:
    """Each form once: what leaves of it plain, and streamed."""
    plain, streamed = _blocks(wire.blocks), _blocks(wire.streamed_blocks)
    for name in dict.fromkeys((*plain, *streamed)):
        leaves, in_pieces = plain.get(name, ""), streamed.get(name, "")
        yield name, leaves, "the same" if leaves == in_pieces else in_pieces
    for failure in wire.failures:
        yield failure.name, f"{failure.status} `{failure.code}`", ""
    for broken in wire.breaks:
        yield broken.name, "", f"error event `{broken.code}`"


def _blocks(rows: Sequence[Block]) -> dict[str, str]:
    return {row.name: _block(row) for row in rows}


def _block(row: Block) -> str:
    reason = "no reason" if row.reason is None else f"“{row.reason}”"
    return f"block: {row.where}, {row.category}, {reason}{', text so far' if row.text else ''}"


def _pairs(values: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f"`{item}`" for item in items) or NONE


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def main() -> int:
    """Writes the page, or checks it."""
    found = page()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == found else 1
    PAGE.write_text(found, encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}: {len(WIRES)} providers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
