"""Structured logs on standard error: events with names and numbers, never a prompt, a picture or a key."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog

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
    # A traceback would carry what the exception says, and that may be a prompt; `guard` logs type and place.
    logging.getLogger("uvicorn.error").addFilter(_without_traceback)


def _add_worker(_logger: Any, _name: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    worker = os.environ.get(WORKER)
    return event if worker is None else {**event, "worker": worker}


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    record.exc_text = None
    return True
