"""What libraries say at an unforeseen end: the type and place of an exception, and none of its words."""

from __future__ import annotations

import json
import re
import subprocess
import sys

PROGRAM = """
import logging, sys, warnings
from mosseval_proxy.process.logs import set_up_logs

set_up_logs(sys.argv[1], "info")
try:
    raise ConnectionAbortedError("planted words")
except ConnectionAbortedError as error:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=error)
    logging.getLogger("any.other").exception("Task %s", "failed")
logging.getLogger("any.other").warning("a line of %s", "its own")
warnings.warn("a warning")
"""


def said(log_format: str) -> list[str]:
    command = [sys.executable, "-W", "default", "-c", PROGRAM, log_format]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr.splitlines()


def test_a_librarys_line_names_type_and_place_alone() -> None:
    assert said("plain")[:4] == [
        "ERROR uvicorn.error Exception in ASGI application: ConnectionAbortedError at <string>:7",
        "ERROR any.other Task failed: ConnectionAbortedError at <string>:7",
        "WARNING any.other a line of its own",
        "WARNING py.warnings <string>:12: UserWarning: a warning",
    ]


def test_a_librarys_line_is_json_where_ours_are() -> None:
    lines = [json.loads(line) for line in said("json")]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("error", "uvicorn.error"),
        ("error", "any.other"),
        ("warning", "any.other"),
        ("warning", "py.warnings"),
    ]
    assert lines[0]["event"].startswith("Exception in ASGI application: ConnectionAbortedError at ")
    assert all(re.fullmatch(r"[0-9-]{10}T[0-9:.]+Z", line["timestamp"]) for line in lines)
