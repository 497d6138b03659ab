"""What must hold of vLLM behind the gateway: each check asks both and yields its row."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asked import Endpoint, Said
from demo_run import MAX_TOKENS, records, samples

GREEDY = {"temperature": 0, "max_tokens": MAX_TOKENS}
WARM = {"temperature": 1.0, "max_tokens": MAX_TOKENS, "seed": 7}
PARAMETERS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("top_k", WARM, {"top_k": 1}),
    ("top_p", WARM, {"top_p": 0.05}),
    ("seed", WARM, {"seed": 8}),
    ("temperature", GREEDY, {"temperature": 1.0, "seed": 7}),
    ("max_tokens", GREEDY, {"max_tokens": 3}),
    ("repetition_penalty", GREEDY, {"repetition_penalty": 1.5}),
    ("presence_penalty", GREEDY, {"presence_penalty": 2.0}),
    ("frequency_penalty", GREEDY, {"frequency_penalty": 2.0}),
)
"""Name, what is sent without it, and what it changes."""
STOP_AT = 12
"""Where within the longest answer the stop word of the check begins, in characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    seen: str
    good: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """The same model asked of vLLM itself, and of the gateway by each of its routes."""

    direct: Endpoint
    routes: Mapping[str, Endpoint]


def questions(run: Path, data: Path) -> dict[str, list[Any]]:
    """The messages of each sample of a run, made here from its question and the bytes of its picture below `data`."""
    found = {}
    for sample in samples(run):
        picture = base64.b64encode((data / sample["image"]["path"]).read_bytes()).decode()
        url = f"data:{sample['image']['type']};base64,{picture}"
        parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": sample["question"]}]
        found[sample["sample_id"]] = [{"role": "user", "content": parts}]
    return found


def recorded(run: Path) -> dict[str, Said]:
    """What a run's folder says that each sample was answered."""
    return {each["sample_id"]: _said(each) for each in records(run)}


def same(what: str, ours: dict[str, Said], theirs: dict[str, Said]) -> Row:
    """Text, finish reason and token counts, sample by sample."""
    differ = [name for name in theirs if ours.get(name) != theirs[name]]
    seen = f"{len(theirs) - len(differ)} of {len(theirs)} equal" + (f"; not {', '.join(differ)}" if differ else "")
    return Row(what, seen, bool(theirs) and not differ and len(ours) == len(theirs))


def seen_pictures(asked: dict[str, list[Any]], answers: dict[str, Said], sides: Sides) -> Row:
    """That the answers hang on the pictures at all: without it, equal answers would say nothing of them."""
    moved = 0
    for name, other in zip(asked, [*list(asked)[1:], next(iter(asked))], strict=True):
        swapped = [{"role": "user", "content": [asked[other][0]["content"][0], asked[name][0]["content"][1]]}]
        moved += sides.direct.plain(swapped, **GREEDY).said != answers[name]
    return Row("another picture, another answer", f"{moved} of {len(asked)}", 2 * moved > len(asked))


def streams(asked: dict[str, list[Any]], answers: dict[str, Said], sides: Sides) -> Iterator[Row]:
    """Streams through the gateway against the plain answers."""
    for route, side in sides.routes.items():
        streamed = {name: side.streamed(messages, **GREEDY) for name, messages in asked.items()}
        yield same(f"streamed ({route}) = plain", streamed, answers)


def parameters(messages: list[Any], sides: Sides) -> Iterator[Row]:
    """Each sampling parameter reaches vLLM: it changes the answer, and as it does directly."""
    for name, base, change in PARAMETERS:
        yield _reaches(name, messages, base, {**base, **change}, sides)
    longest = sides.direct.plain(messages, **GREEDY).said.text
    yield _reaches("stop", messages, GREEDY, {**GREEDY, "stop": [longest[STOP_AT : STOP_AT + 2]]}, sides)


def failures(messages: list[Any], cut: str, sides: Sides, context: int) -> Iterator[Row]:
    """Rejections of vLLM's under the gateway's codes."""
    broken = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": cut}}]}]
    long = [{"role": "user", "content": "word " * context}]
    for route, side in sides.routes.items():
        yield _fails(f"a prompt beyond the context ({route})", side, long, 400, "context_length_exceeded")
        yield _fails(f"a picture cut off ({route})", side, broken, 400, "image_invalid")
    unknown = sides.routes["wildcard"].of("hosted_vllm/not-served")
    yield _fails("a model that vLLM does not serve", unknown, messages, 404, "model_not_found")


def _reaches(name: str, messages: list[Any], base: dict[str, Any], changed: dict[str, Any], sides: Sides) -> Row:
    plain, moved = sides.direct.plain(messages, **base).said, sides.direct.plain(messages, **changed).said
    ours = [side.plain(messages, **changed) for side in sides.routes.values()]
    dropped = sorted({parameter for whole in ours for parameter in whole.dropped})
    equal = all(whole.said == moved for whole in ours)
    seen = f"{'changes' if moved != plain else 'does not change'} the answer, {'as' if equal else 'not as'} directly"
    good = equal and moved != plain and not dropped
    return Row(f"{name} reaches vLLM", seen + (f"; dropped {dropped}" if dropped else ""), good)


def _fails(what: str, side: Endpoint, messages: list[Any], status: int, code: str) -> Row:
    response = side.post(messages, **GREEDY)
    error = response.json().get("error", {})
    seen = f"{response.status_code} {error.get('code')}"
    return Row(what, seen, response.status_code == status and error.get("code") == code)


def _said(record: dict[str, Any]) -> Said:
    usage = record["usage"] or {}
    tokens = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    return Said(record["text"] or "", record["finish_reason"], tokens)
