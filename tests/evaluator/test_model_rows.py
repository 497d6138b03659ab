"""The rows of `mosseval models` on terminals of several widths: no name that is to be copied is broken in two."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from mosseval.commands.model_rows import ModelRow, rows
from mosseval.commands.models import show

SERVER = {"engine": "vllm"}
LISTING: dict[str, Any] = {
    "data": [
        {"id": "plain-of-another-server"},
        {
            "id": "gone",
            "mosseval": {"status": "retired", "retired_on": "2026-01-05", "route": "p/gone", "successor": "p/new"},
        },
        {"id": "on-the-web", "mosseval": {"status": "web-only", "route": "web/example.org"}},
        {
            "id": "minicpm-llama3-v-2.5",
            "mosseval": {
                "status": "live",
                "route": "hosted_vllm/openbmb/MiniCPM-Llama3-V-2_5",
                "needs": ["MOSSEVAL_MINICPM_LLAMA3_V_2_5_URL"],
                "serve": SERVER,
            },
        },
        {"id": "p/*", "mosseval": {"status": "live", "route": "p/*", "needs": ["P_API_KEY", "P_REGION"]}},
        {"id": "ready", "mosseval": {"status": "live", "route": "p/ready", "needs": [], "retired_on": "2027-01-14"}},
        {"id": "free", "mosseval": {"status": "simulated", "route": "in-process", "needs": [], "key_needed": False}},
        {"id": 7},
        "text",
    ]
}
NAMES = (
    "minicpm-llama3-v-2.5",
    "hosted_vllm/openbmb/MiniCPM-Llama3-V-2_5",
    "MOSSEVAL_MINICPM_LLAMA3_V_2_5_URL",
    "P_API_KEY, P_REGION",
    "since 2026-01-05",
    "until 2027-01-14",
)


def found() -> dict[str, ModelRow]:
    return {row.id: row for row in rows(LISTING)}


def test_what_is_to_be_done() -> None:
    assert {name: (row.key, row.todo) for name, row in found().items()} == {
        "plain-of-another-server": ("", ""),
        "gone": ("", "replay it (--replay DIR), or ask p/new"),
        "on-the-web": ("", "collect it (view --collect), replay it (--replay DIR)"),
        "minicpm-llama3-v-2.5": ("server", "start its server, set MOSSEVAL_MINICPM_LLAMA3_V_2_5_URL"),
        "p/*": ("missing", "set P_API_KEY, P_REGION"),
        "ready": ("set", ""),
        "free": ("none", ""),
    }


def test_check_asks_live_models_that_are_ready_and_one() -> None:
    assert [row.id for row in rows(LISTING) if row.asked_by_check] == ["ready"]


@pytest.mark.parametrize("width", [60, 80, 138, 140, 200])
def test_no_name_is_broken(width: int) -> None:
    written = io.StringIO()
    show(list(rows(LISTING)), Console(file=written, width=width))
    for name in NAMES:
        assert re.search(rf"(^|\s){re.escape(name)}(,|\s|$)", written.getvalue(), re.MULTILINE), (width, name)
    if width >= 138:
        assert max(map(len, written.getvalue().splitlines())) <= width
