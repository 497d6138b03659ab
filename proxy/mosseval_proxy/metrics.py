"""What Prometheus reads at `/metrics`: counts, times and levels, never a prompt, a picture, a key or a client's words.

Labels are bounded: a model is named by its entry in the catalogue (a wildcard by its pattern, an unknown name not at
all), a block's reason as it stands only where it looks like a code, and only so many of them. With several workers
each process writes to files in `PROMETHEUS_MULTIPROC_DIR`, which `prometheus_client` reads when it is imported, and
any of them answers for all.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mosseval_proxy.records import Answer, Block

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FILES = "PROMETHEUS_MULTIPROC_DIR"
NO_MODEL = ""
"""The label of a request that named no model of the catalogue."""
REASON = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
MAX_REASONS = 100
OTHER_REASON = "other"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
IMAGE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

ImageWork = Literal["kept", "reencoded", "cached", "refused"]


class Metrics:
    """All of the gateway's own metrics; one object for each application."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        requests = Counter(
            "mosseval_requests",
            "Requests by model and what became of them: answered, empty, blocked, left, simulated_break, or an error's "
            "code.",
            ("model", "outcome"),
            registry=registry,
        )
        self._blocks = Counter(
            "mosseval_blocks",
            "Providers' safety blocks.",
            ("model", "provider", "where", "category", "reason"),
            registry=registry,
        )
        latency = Histogram(
            "mosseval_upstream_seconds",
            "From asking an upstream to its whole answer, or to its failure.",
            ("model",),
            buckets=SECONDS,
            registry=registry,
        )
        self._first = Histogram(
            "mosseval_upstream_first_seconds",
            "From asking an upstream for a stream to its first piece.",
            ("model",),
            buckets=SECONDS,
            registry=registry,
        )
        tokens = Counter("mosseval_tokens", "Tokens by providers' counts.", ("model", "kind"), registry=registry)
        self._cost = Counter("mosseval_cost_usd", "US dollars, where a price is known.", ("model",), registry=registry)
        self._limited = Counter(
            "mosseval_limited", "Requests turned away at a bound or limit.", ("limit",), registry=registry
        )
        images = Histogram(
            "mosseval_image_seconds",
            "Work on pictures: kept as they came, re-encoded, found in the cache, refused.",
            ("work",),
            buckets=IMAGE_SECONDS,
            registry=registry,
        )
        # `labels` takes a lock and makes texts of its arguments each time; these are asked for with every request.
        self._requests, self._tokens = functools.cache(requests.labels), functools.cache(tokens.labels)
        self._latency, self._images = functools.cache(latency.labels), functools.cache(images.labels)
        self.in_flight = _gauge("mosseval_in_flight", "Requests being worked on.", registry)
        self.queue = _gauge("mosseval_queue", "Requests waiting to be worked on.", registry)
        self.body_bytes = _gauge("mosseval_body_bytes", "Bytes of request bodies held.", registry)
        self.redis_up = _gauge("mosseval_limits_redis_up", "1 while limits are kept in Redis.", registry, "livemin")
        self._reasons: set[str] = set()
        if os.environ.get(FILES) is None:
            ProcessCollector(registry=registry)

    def answered(self, model: str, answer: Answer) -> None:
        """What an answer, a block or a blank came to; `model` is the entry's label."""
        if answer.block is not None:
            self._blocked(model, answer.block)
        if answer.usage is not None:
            for kind in ("prompt", "completion"):
                self._tokens(model, kind).inc(max(0, answer.usage.get(f"{kind}_tokens") or 0))
        if answer.cost_usd:
            self._cost.labels(model).inc(answer.cost_usd)

    def ended(self, model: str, outcome: str) -> None:
        """A request that ended: `answered`, `empty`, `blocked`, `left`, `simulated_break`, or an error's code."""
        self._requests(model, outcome).inc()

    def upstream(self, model: str, seconds: float) -> None:
        """An upstream that answered whole, or failed, after so long."""
        self._latency(model).observe(seconds)

    def first_piece(self, model: str, seconds: float) -> None:
        """A stream's first piece."""
        self._first.labels(model).observe(seconds)

    def limited(self, limit: str) -> None:
        """A request turned away: `queue`, `bytes`, `key requests`, `model tokens` …"""
        self._limited.labels(limit).inc()

    def image(self, work: ImageWork, seconds: float) -> None:
        """Work on one picture."""
        self._images(work).observe(seconds)

    def page(self) -> bytes:
        """What Prometheus reads, of all workers where there are several."""
        if os.environ.get(FILES) is None:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

    def _blocked(self, model: str, block: Block) -> None:
        reason = block.reason or ""
        if reason not in self._reasons:
            if REASON.fullmatch(reason) is None or len(self._reasons) >= MAX_REASONS:
                reason = OTHER_REASON if reason else ""
            else:
                self._reasons.add(reason)
        self._blocks.labels(model, block.provider or "", block.where, block.category, reason).inc()


def outcome_of(answer: Answer) -> str:
    """`blocked`, `empty` for a blank, or `answered`."""
    if answer.block is not None:
        return "blocked"
    return "answered" if answer.text and answer.text.strip() else "empty"


def _gauge(name: str, what: str, registry: CollectorRegistry, mode: Literal["livesum", "livemin"] = "livesum") -> Gauge:
    return Gauge(name, what, registry=registry, multiprocess_mode=mode)
