"""The engine: one thread that owns torch and the model, and takes the requests that wait together."""

from __future__ import annotations

import base64
import io
import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PIL import Image

from mosseval_serve.chat_request import Decoding
from mosseval_serve.conversation import Chat, Turn
from mosseval_serve.errors import ServeError, StartError
from mosseval_serve.jobs import End, Event, Job
from mosseval_serve.pictures import PictureLimits, read_picture

if TYPE_CHECKING:
    from mosseval_serve.adapters.base import Adapter

State = Literal["loading", "ready", "closing", "ended"]
LOG = logging.getLogger("mosseval_serve")


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How requests are taken together: at most `size`, waiting at most `wait_s` for one another."""

    size: int = 8
    wait_s: float = 0.01
    default_tokens: int = 1024
    """Tokens of an answer where the request sets no bound."""


class Engine:
    """Answers jobs in batches. `load` runs in the engine's own thread; `on_end` is called there when it ends."""

    def __init__(self, load: Callable[[], Adapter], limits: BatchLimits, on_end: Callable[[], None]) -> None:
        self._load = load
        self._limits = limits
        self._on_end = on_end
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._aborted = threading.Event()
        self.state: State = "loading"
        self.adapter: Adapter | None = None
        self.failure: str | None = None
        """Why the model could not be loaded."""
        self.batches = 0
        self.rows = 0

    def start(self) -> None:
        """Begins to load the model."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Lets a job wait its turn. Raises ServeError where the engine takes none, or the model cannot be asked so."""
        with self._changed:
            self.check_ready()
            assert self.adapter is not None
            self.adapter.check(job.chat)
            self._waiting.append(job)
            self._changed.notify_all()

    def check_ready(self) -> None:
        """Raises ServeError while the engine cannot answer."""
        if self.state == "loading":
            raise ServeError("loading", "the model is being loaded", retry_after_s=5)
        if self.state != "ready":
            raise ServeError("shutting_down", "the server is ending", retry_after_s=5)

    def close(self) -> None:
        """Takes nothing more; what waits is still answered."""
        with self._changed:
            if self.state != "ended":
                self.state = "closing"
            self._changed.notify_all()

    def abort(self) -> None:
        """Ends now: what waits or runs fails with `shutting_down`."""
        self._aborted.set()
        self.close()

    def join(self, timeout_s: float) -> bool:
        """Waits for the thread; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._begin()
            while jobs := self._next():
                self._answer(jobs)
        except StartError as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001 - the thread's last line: the process ends, and says why
            self.failure = f"{type(error).__name__}: {error}" if self.state == "loading" else type(error).__name__
            LOG.error("the engine failed: %s at %s", type(error).__name__, _place(error))
        finally:
            with self._changed:
                self.state = "ended"
                left, self._waiting = self._waiting, deque()
            for job in left:
                job.tell(ServeError("shutting_down", "the server is ending"))
            self._on_end()

    def _begin(self) -> None:
        """Loads the model and lets it answer once: ready means that it can."""
        began = time.monotonic()
        adapter = self._load()
        told: list[Event] = []
        from mosseval_serve.batch import run

        job = Job(_first_question(adapter), Decoding(max_tokens=2), told.append, streamed=False)
        run(adapter, [job], default_tokens=2, aborted=self._aborted.is_set)
        if not self._aborted.is_set() and not any(isinstance(event, End) for event in told):
            raise StartError(f"the model gave no answer to a first question: {told}")
        with self._changed:
            self.adapter = adapter
            if self.state == "loading":
                self.state = "ready"
        LOG.warning("ready after %.1f s", time.monotonic() - began)

    def _next(self) -> list[Job]:
        """The next batch; empty when the engine is to end. The one that has waited longest is always in it."""
        with self._changed:
            while True:
                self._waiting = deque(job for job in self._waiting if not job.cancelled)
                if self._aborted.is_set() or (self.state == "closing" and not self._waiting):
                    return []
                if self._waiting:
                    head = self._waiting[0]
                    together = [job for job in self._waiting if job.batch_key == head.batch_key][: self._widest()]
                    patience = head.arrived + self._limits.wait_s - time.monotonic()
                    if len(together) == self._widest() or patience <= 0 or self.state == "closing":
                        self._waiting = deque(job for job in self._waiting if job not in together)
                        return together
                    self._changed.wait(patience)
                else:
                    self._changed.wait()

    def _widest(self) -> int:
        assert self.adapter is not None
        return min(self._limits.size, self.adapter.widest or self._limits.size)

    def _answer(self, jobs: Sequence[Job]) -> None:
        from mosseval_serve.batch import run

        assert self.adapter is not None
        self.batches += 1
        self.rows += len(jobs)
        try:
            run(self.adapter, jobs, default_tokens=self._limits.default_tokens, aborted=self._aborted.is_set)
            return
        except Exception as error:  # noqa: BLE001 - one request's failure must not end the others
            # Its words may hold a prompt: type and place are enough to find it.
            kind = type(error).__name__
            LOG.error("a batch of %d failed: %s at %s", len(jobs), kind, _place(error))
        # Only now is the batch's memory free: the exception held on to it.
        self._one_by_one(jobs, kind)

    def _one_by_one(self, jobs: Sequence[Job], kind: str) -> None:
        """After a failure: a batch that was too large, or one bad request in it, costs nobody else the answer."""
        for job in jobs:
            if job.finished or job.cancelled:
                continue
            if job.begun or len(jobs) == 1:
                job.tell(ServeError("internal_error", f"the model failed ({kind}); the server's log says where"))
            else:
                self._answer([job])


def _first_question(adapter: Adapter) -> Chat:
    """A white picture, where the model takes one, and a word."""
    if not adapter.most_pictures:
        return Chat((Turn("user", ("Hello",)),))
    held = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(held, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}"
    return Chat((Turn("user", ("Hello", read_picture(url, "first", PictureLimits()))),))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames[-4:]))
