"""An OpenAI-speaking model server that answers by what it was asked, takes its time, and counts.

It is its own program, for a container that outlives every gateway: `python counted_model.py PORT`. What it says follows
from the question and the bytes of its picture alone, so that two askings of one sample get one answer.
GET /counted says how often each question was asked, and how many requests came with which key (an engine may hide the
addresses of its containers, so each client has a key of its own); DELETE /counted starts anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections import Counter
from typing import Any

from aiohttp import web

SHORTEST_S, LONGEST_S = 0.6, 1.8
ONE_IN_FOUR = 64
"""Of a byte: so many of 256 questions are refused."""


class CountedModel:
    """Its state is what `/counted` says."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.clients: Counter[str] = Counter()

    def application(self) -> web.Application:
        """The routes of the server."""
        found = web.Application(client_max_size=16 * 1024 * 1024)
        found.router.add_post("/v1/chat/completions", self.chat)
        found.router.add_get("/counted", self.counted)
        found.router.add_delete("/counted", self.forget)
        return found

    async def chat(self, request: web.Request) -> web.Response:
        """A request counts the moment that it is read, also where nobody waits for its answer any more."""
        body = await request.json()
        question, pictures = parts(body)
        self.asked[question] += 1
        self.clients[request.headers.get("Authorization", "").removeprefix("Bearer ")] += 1
        told = hashlib.sha256("\n".join([question, *pictures]).encode()).digest()
        await asyncio.sleep(SHORTEST_S + (LONGEST_S - SHORTEST_S) * told[0] / 255)
        return web.json_response(completion(body["model"], said(told)))

    async def counted(self, _request: web.Request) -> web.Response:
        """All that was counted."""
        counts = {"requests": self.asked.total(), "questions": dict(self.asked), "clients": dict(self.clients)}
        return web.json_response(counts)

    async def forget(self, _request: web.Request) -> web.Response:
        """Counts from nought."""
        self.asked.clear()
        self.clients.clear()
        return web.json_response({})


def parts(body: Any) -> tuple[str, list[str]]:
    """The question, and the pictures as they came."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content, []
    question = "".join(part["text"] for part in content if part["type"] == "text")
    return question, [part["image_url"]["url"] for part in content if part["type"] == "image_url"]


def said(told: bytes) -> str:
    """The answer of a digest; the digest is in it, so that an answer to another picture is another answer."""
    if told[1] < ONE_IN_FOUR:
        return f"I'm sorry, but I can't help with that. ({told.hex()[:16]})"
    return f"Sure! First, gather what you need, then follow the steps one after the other. ({told.hex()[:16]})"


def completion(model: str, text: str) -> dict[str, Any]:
    """A whole chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }


if __name__ == "__main__":
    web.run_app(CountedModel().application(), port=int(sys.argv[1]), access_log=None, print=None)
