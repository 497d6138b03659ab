"""The gateway with an upstream that fails in a way that nobody foresaw; run as a script with the number of a socket."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

from mosseval_proxy.app import create_app
from mosseval_proxy.catalogue import build
from mosseval_proxy.catalogue.config import parse_config
from mosseval_proxy.keys.ring import KeyRing, plain_keys
from mosseval_proxy.life import Life
from mosseval_proxy.limits import MemoryStore
from mosseval_proxy.metrics import Metrics
from mosseval_proxy.passthrough import PassThrough
from mosseval_proxy.process.logs import set_up_logs
from mosseval_proxy.process.server import serve
from mosseval_proxy.records import Answer, Call, Delta
from mosseval_proxy.replay import Replay
from mosseval_proxy.settings import read_settings

CONFIG = """
model_list:
  - model_name: faulty
    litellm_params: {model: anthropic/x, api_key: "k"}
"""


@dataclass
class Faulty:
    """Implements `Upstream`; the words of its exceptions hold what must never be seen."""

    secret: str

    async def complete(self, call: Call) -> Answer:
        # Nobody waits for this one: its failure is told to the event loop alone.
        asyncio.create_task(self._fail()).add_done_callback(lambda _: None)
        await asyncio.sleep(0)
        raise RuntimeError(f"{self.secret} in {call.messages}")

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        yield Delta("One")
        raise RuntimeError(f"{self.secret} in {call.messages}")

    async def aclose(self) -> None:
        """Holds nothing."""

    async def _fail(self) -> None:
        raise ValueError(self.secret)


def main() -> int:
    """Serves on the inherited socket until standard input ends."""
    descriptor, secret = sys.argv[1:3]
    settings = read_settings(access_log=True, log_level="debug")
    set_up_logs(settings.log_format, settings.log_level)
    metrics, life = Metrics(), Life()
    keys = KeyRing(plain_keys(key.get_secret_value() for key in settings.keys))
    catalogue = build(parse_config(CONFIG, "config"))
    store = MemoryStore()
    direct = PassThrough(catalogue, timeout_s=30, max_answer_bytes=1024, secrets=())
    upstreams = (Faulty(secret), Replay(), direct)
    app = create_app(settings, catalogue, *upstreams, keys=keys, store=store, metrics=metrics, life=life)
    return serve(app, settings, socket.socket(fileno=int(descriptor)), life, exit_with_stdin=True)


if __name__ == "__main__":
    sys.exit(main())
