"""From settings and a catalogue to a gateway that serves: what is checked before, and how the parts come together."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.keys.file import read_keys
from mosseval_proxy.keys.ring import KeyRing, plain_keys
from mosseval_proxy.process.logs import set_up_logs

if TYPE_CHECKING:
    from mosseval_proxy.catalogue import Catalogue
    from mosseval_proxy.limits import Store
    from mosseval_proxy.metrics import Metrics
    from mosseval_proxy.recordings import Recordings
    from mosseval_proxy.settings import Settings


def check(settings: Settings, catalogue: Catalogue) -> KeyRing:
    """The keys, once all that can be wrong before listening has been looked at. Raises ConfigError."""
    keys = plain_keys(key.get_secret_value() for key in settings.keys)
    if settings.keys_file is not None:
        keys += read_keys(settings.keys_file)
    if settings.redis_url is not None:
        from mosseval_proxy.limits.shared import check_redis

        check_redis(settings.redis_url.get_secret_value())
    elif settings.workers > 1:
        limited = [
            f"the key {key.name}" for _, key in keys if key.budget_usd is not None or not key.allowance.unlimited
        ]
        limited += [f"the model {entry.id}" for entry in catalogue if not entry.own.limits.unlimited]
        if limited:
            raise ConfigError(
                f"REDIS_URL: must be set, for {settings.workers} workers to share the limits of {limited[0]}"
            )
    return KeyRing(keys)


def serve_together(settings: Settings, fd: int | None, arguments: Sequence[str], *, exit_with_stdin: bool) -> int:
    """Serves with several workers until told to end; returns the exit code."""
    from mosseval_proxy.process.server import listen
    from mosseval_proxy.process.workers import Workers, worker_command

    if fd is None:
        # One that is taken is noticed only by a socket that shares with nobody.
        with listen(settings, None) as alone:
            settings = settings.model_copy(update={"port": alone.getsockname()[1]})
        sockets = [listen(settings, None, shared=True) for _ in range(settings.workers)]
    else:
        sockets = [listen(settings, fd)] * settings.workers
    set_up_logs(settings.log_format, settings.log_level)
    _say_listening(sockets[0], settings)

    async def run() -> int:
        workers = Workers(worker_command(arguments), sockets, settings.grace_s)
        return await workers.run(exit_with_stdin=exit_with_stdin)

    return asyncio.run(run())


def serve_alone(
    settings: Settings,
    catalogue: Catalogue,
    recordings: Recordings | None,
    keys: KeyRing,
    fd: int | None,
    *,
    exit_with_stdin: bool,
) -> int:
    """Serves in this process until told to end; returns the exit code."""
    from mosseval_proxy.app import create_app
    from mosseval_proxy.life import Life
    from mosseval_proxy.metrics import Metrics
    from mosseval_proxy.passthrough import PassThrough
    from mosseval_proxy.process.server import listen, serve
    from mosseval_proxy.replay import Replay
    from mosseval_proxy.settings import unknown_variables
    from mosseval_proxy.upstream import LiteLLMUpstream

    sock = listen(settings, fd)
    set_up_logs(settings.log_format, settings.log_level)
    log = structlog.get_logger("mosseval_proxy")
    ignored = [*catalogue.ignored, *unknown_variables()]
    if ignored:
        log.warning("ignored settings", names=ignored)
    replayed = [entry.id for entry in catalogue if entry.replay and entry.replay.instead_of]
    if replayed:
        log.warning("recorded answers are served in place of these models", names=replayed)
    secrets = catalogue.secrets() | {key.get_secret_value() for key in settings.keys}
    timeout_s = catalogue.timeout_s or settings.timeout_s
    limit = settings.max_answer_bytes
    upstream = LiteLLMUpstream(catalogue, timeout_s=timeout_s, max_answer_bytes=limit, secrets=secrets)
    direct = PassThrough(catalogue, timeout_s=timeout_s, max_answer_bytes=limit, secrets=secrets)
    metrics, life = Metrics(), Life()
    app = create_app(
        settings,
        catalogue,
        upstream,
        Replay(recordings),
        direct,
        keys=keys,
        store=_store(settings, metrics),
        metrics=metrics,
        life=life,
    )
    _say_listening(sock, settings)
    return serve(app, settings, sock, life, exit_with_stdin=exit_with_stdin)


def _store(settings: Settings, metrics: Metrics) -> Store:
    """Where limits are counted."""
    if settings.redis_url is None:
        from mosseval_proxy.limits import MemoryStore

        return MemoryStore()
    from mosseval_proxy.limits.shared import SharedStore

    return SharedStore(settings.redis_url.get_secret_value(), metrics)


def _say_listening(sock: socket.socket, settings: Settings) -> None:
    host, port = sock.getsockname()[:2]
    structlog.get_logger("mosseval_proxy").info("listening", host=host, port=port, workers=settings.workers)
