"""A mock upstream for the benchmarks: answers every chat completion after a fixed latency. Not a model.

Prints its port on standard output and serves until its standard input ends. Run: python bench/upstream.py
`GET /count` tells how many completions were asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from collections.abc import Iterator

import uvloop
from aiohttp import web

BACKLOG = 4096
BODY_LIMIT = 64 * 1024 * 1024
OPENINGS = (
    "Here are a few ideas that fit the picture.",
    "I'm sorry, but I can't help with that.",
    "What a cheerful scene, thank you for sharing it!",
    "I can describe the place, but I won't plan the rest.",
)
FILLER = (
    "First, gather everything that you need and clear some space. Then explain the rules in simple words, so "
    "that everyone can follow. Start slowly, and make it a little harder with every round. Finally, talk about "
    "what went well and what could be changed next time."
)


def answers(characters: int) -> list[str]:
    """One answer for each opening, each of `characters` characters."""
    return [" ".join([opening] + [FILLER] * (characters // len(FILLER) + 1))[:characters] for opening in OPENINGS]


class Upstream:
    """The server: `latency_s` seconds before each answer of `characters` characters; `asked` counts."""

    def __init__(self, latency_s: float, characters: int) -> None:
        self.asked = 0
        self._latency_s = latency_s
        self._bodies: Iterator[bytes] = itertools.cycle([_body(answer) for answer in answers(characters)])
        self._messages: Iterator[bytes] = itertools.cycle([_message(answer) for answer in answers(characters)])

    def application(self) -> web.Application:
        """Its routes."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/v1/messages", self._message)
        app.router.add_get("/count", self._count)
        return app

    async def _complete(self, request: web.Request) -> web.Response:
        await request.read()
        self.asked += 1
        await asyncio.sleep(self._latency_s)
        return web.Response(body=next(self._bodies), content_type="application/json")

    async def _message(self, request: web.Request) -> web.Response:
        """The same in Anthropic's form."""
        await request.read()
        self.asked += 1
        await asyncio.sleep(self._latency_s)
        return web.Response(body=next(self._messages), content_type="application/json")

    async def _count(self, _request: web.Request) -> web.Response:
        return web.Response(text=str(self.asked))


def _body(answer: str) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}
    document = {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 0,
        "model": "bench-mock",
        "choices": [choice],
        "usage": {"prompt_tokens": 800, "completion_tokens": 240, "total_tokens": 1040},
    }
    return json.dumps(document).encode()


def _message(answer: str) -> bytes:
    document = {
        "id": "msg-bench",
        "type": "message",
        "role": "assistant",
        "model": "bench-mock",
        "content": [{"type": "text", "text": answer}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 800, "output_tokens": 240},
    }
    return json.dumps(document).encode()


async def serve(app: web.Application) -> None:
    """Serves on a free loopback port until standard input ends."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def main() -> None:
    """Parses the arguments and serves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds before each answer")
    parser.add_argument("--answer-characters", type=int, default=1200, help="length of an answer")
    arguments = parser.parse_args()
    uvloop.run(serve(Upstream(arguments.latency, arguments.answer_characters).application()))


if __name__ == "__main__":
    main()
