"""The engine's thread: who shares a batch, and that one request's failure costs the others nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from serve_asking import Question, Told, ask

from mosseval_serve.adapters import load
from mosseval_serve.adapters.base import Adapter, Source
from mosseval_serve.chat_request import Decoding
from mosseval_serve.engine import BatchLimits, Engine
from mosseval_serve.errors import ServeError
from mosseval_serve.jobs import Event, Job, Piece

LONGEST_S = 120.0


@dataclass
class Waiting(Told):
    """What came of a job in another thread."""

    done: threading.Event = field(default_factory=threading.Event)

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        if not isinstance(event, Piece):
            self.done.set()

    def wait(self) -> Waiting:
        assert self.done.wait(LONGEST_S)
        return self


@pytest.fixture
def engine(folders: dict[str, Path]) -> Iterator[Engine]:
    """An engine over a LLaVA, ready; it waits long enough for all of a test's requests to come together."""
    ready = Engine(lambda: load("llava", Source(str(folders["llava"]))), BatchLimits(4, 0.5, 16), lambda: None)
    ready.start()
    deadline = threading.Event()
    for _ in range(int(LONGEST_S / 0.05)):
        if ready.state != "loading":
            break
        deadline.wait(0.05)
    assert ready.state == "ready", ready.failure
    yield ready
    ready.abort()
    assert ready.join(LONGEST_S)


def submit(engine: Engine, question: Question) -> tuple[Job, Waiting]:
    told = Waiting()
    job = Job(question.chat(), question.decoding, told.deliver, streamed=question.streamed)
    engine.submit(job)
    return job, told


def test_requests_share_batches_unless_their_beams_differ(engine: Engine) -> None:
    beams = Decoding(max_tokens=6, num_beams=3)
    asked = [Question(f"Number {number}", number) for number in range(6)]
    told = [submit(engine, question)[1] for question in [*asked[:3], Question("Beams", 1, beams), *asked[3:]]]
    assert all(each.wait().end for each in told)
    assert engine.rows == 7
    assert engine.batches == 3  # 4 of the plain ones, the beams, the other 2 plain ones


def test_cancelled_request_is_never_begun(engine: Engine) -> None:
    job, told = submit(engine, Question("Never mind", 1))
    job.cancelled = True
    _, other = submit(engine, Question("Do mind", 1))
    assert other.wait().end
    assert told.events == []
    assert engine.rows == 1


def test_request_that_breaks_the_model_fails_alone(engine: Engine, adapters: dict[str, Adapter]) -> None:
    assert engine.adapter is not None
    engine.adapter.reserved = ()
    [expected] = ask(adapters["llava"], Question("Hi", 2))
    # A picture's token without a picture: transformers raises over the whole batch.
    _, good = submit(engine, Question("Hi", 2))
    _, bad = submit(engine, Question("an <image> of nothing", 1))
    assert good.wait().text == expected.text
    assert bad.wait().failure.code == "internal_error"
    assert "image" not in bad.failure.message
    _, after = submit(engine, Question("Hi", 2))
    assert after.wait().text == expected.text


def test_broken_picture_fails_alone(engine: Engine, adapters: dict[str, Adapter]) -> None:
    [expected] = ask(adapters["llava"], Question("Hi", 2))
    question = Question("Hi", 1)
    broken = question.chat()
    picture = broken.pictures[0]
    object.__setattr__(picture, "data", picture.data[:-300])
    told = Waiting()
    engine.submit(Job(broken, question.decoding, told.deliver, streamed=False))
    _, good = submit(engine, Question("Hi", 2))
    assert good.wait().text == expected.text
    assert told.wait().failure.code == "image_invalid"


def test_closed_engine_answers_what_waits_and_takes_nothing_more(engine: Engine) -> None:
    _, told = submit(engine, Question("The last one", 1))
    engine.close()
    with pytest.raises(ServeError) as refused:
        submit(engine, Question("One more", 1))
    assert refused.value.code == "shutting_down"
    assert told.wait().end
    assert engine.join(LONGEST_S)


def test_model_that_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    ended = threading.Event()
    engine = Engine(lambda: load("auto", Source(str(tmp_path))), BatchLimits(), ended.set)
    engine.start()
    assert ended.wait(LONGEST_S)
    assert engine.state == "ended"
    assert "config.json" in str(engine.failure)
