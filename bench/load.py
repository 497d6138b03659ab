"""The load on a gateway: so many requests in flight, each connection asking again the moment it was answered.

Written on bare sockets and a C parser, so that it takes as little as can be of the cores that the gateway runs on.
Prints one JSON object. Run: python bench/load.py URL MODEL KEY BODY IN_FLIGHT SECONDS [--requests N]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from chat_bodies import bodies


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests answered with 200, wall seconds, median and 99th percentile of latency in ms."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Refused(Exception):
    """An answer that is not 200; the message holds it."""


class _Connection(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again until `stop`."""

    def __init__(self, requests: Iterator[bytes], times: list[float], stop: asyncio.Event) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._times = times
        self._stop = stop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._answer += body

    def on_message_complete(self) -> None:
        self._times.append(time.perf_counter() - self._asked)
        if self._parser.get_status_code() != 200 or b'"finish_reason"' not in self._answer:
            self._end(Refused(f"{self._parser.get_status_code()} {self._answer[:500]!r}"))
        elif self._stop.is_set():
            self._end(None)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or Refused("the connection was closed"))

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._end(None)
            return
        self._answer, self._parser = b"", httptools.HttpResponseParser(self)
        self._asked = time.perf_counter()
        self._transport.write(request)

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._transport.close()


async def put(url: str, bodies: list[bytes], key: str, in_flight: int, seconds: float, requests: int | None) -> Load:
    """Asks for `seconds`, or `requests` times; raises Refused at the first answer that is none."""
    place = urlsplit(url)
    host, port = place.hostname or "127.0.0.1", place.port or 80
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {key}\r\nContent-Length: "
    whole = [f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies]
    turns = itertools.islice(itertools.cycle(whole), requests)
    stop, times = asyncio.Event(), list[float]()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    made = [await loop.create_connection(lambda: _Connection(turns, times, stop), host, port) for _ in range(in_flight)]
    loop.call_later(seconds, stop.set)
    await asyncio.gather(*(connection.done for _, connection in made))
    took = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return Load(len(times), took, cuts[49] * 1000, cuts[98] * 1000)


def main() -> None:
    """Parses the arguments, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("url", "model", "key"):
        parser.add_argument(name)
    parser.add_argument("kilobytes", type=int, help="of a body; 0: without a picture")
    parser.add_argument("in_flight", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--requests", type=int, help="end after so many")
    given = parser.parse_args()
    asked = bodies(given.model, given.kilobytes)
    load = uvloop.run(put(given.url, asked, given.key, given.in_flight, given.seconds, given.requests))
    print(json.dumps(asdict(load)))


if __name__ == "__main__":
    main()
