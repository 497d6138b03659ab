"""Structured logs on standard error: events with names and numbers, never a prompt, a picture or a key."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import os
import sys
from typing import Any

import structlog

from mosseval_proxy.errors import place

WORKER = "MOSSEVAL_GATEWAY_WORKER"
"""Which of several processes this is: set by `workers`, for its lines in the log."""


def set_up_logs(log_format: str, level: str) -> None:
    """Configures structlog (`plain` or `json`); libraries say nothing below a warning, at any level."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _add_worker,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # It would write query strings, which are the client's own words.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_words)
        if log_format == "json":
            handler.setFormatter(_AsJson())


class _AsJson(logging.Formatter):
    """A library's line with the fields of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {"logger": record.name, "level": record.levelname.lower(), "event": record.getMessage()}
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat().replace("+00:00", "Z")
        return json.dumps(_add_worker(None, "", {**line, "timestamp": when}))


def _add_worker(_logger: Any, _name: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    worker = os.environ.get(WORKER)
    return event if worker is None else {**event, "worker": worker}


def note_unexpected(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: its own quotes the exception, with a task's result or failure."""
    error = context.get("exception")
    where = {} if error is None else {"error": type(error).__name__, "at": place(error)}
    structlog.get_logger("mosseval_proxy").error("unexpected in a task", what=context.get("message"), **where)


def _without_words(record: logging.LogRecord) -> bool:
    """A library's line with the type and place of its exception, in place of a traceback that quotes it."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg = f"{record.getMessage().strip()}: {type(error).__name__} at {place(error) or 'no place'}"
        record.args = ()
    record.exc_info = record.exc_text = None
    return True
