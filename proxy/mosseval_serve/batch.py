"""One batch through `generate`: every row with settings, random numbers, text and an end of its own.

transformers calls `Rows` at each step with the scores of all rows. It chooses the tokens itself and leaves `generate`
no other choice, so that requests of different settings share a batch and a row's text leaves the moment it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch
from PIL import Image

from mosseval_serve.adapters.base import Adapter, Prepared
from mosseval_serve.errors import ServeError
from mosseval_serve.jobs import End, Job, Piece, TokenLogprob
from mosseval_serve.sampling import Tensor, generator, penalised, sample
from mosseval_serve.text import GrowingText, Stops


class Row:
    """One request in a batch: takes its tokens, tells its text."""

    def __init__(self, job: Job, adapter: Adapter, prompt_tokens: int, limit: int) -> None:
        self.job = job
        self.limit = limit
        self.decoding = job.decoding
        self.numbers = generator(job.decoding) if job.decoding.sampled else None
        self._ends = adapter.ends
        self._prompt_tokens = prompt_tokens
        self._count = 0
        self._ended = False
        self._text = GrowingText(adapter.decode)
        self._stops = Stops(job.decoding.stop)
        self._said: list[str] = []
        self._logprobs: list[TokenLogprob] = []

    @property
    def over(self) -> bool:
        """Whether nothing more is wanted of this row."""
        return self._ended or self.job.cancelled

    def take(self, token: int, logprob: TokenLogprob | None = None) -> None:
        """The row's next token."""
        self._count += 1
        if token in self._ends:
            self.end("stop")
            return
        if logprob is not None:
            self._logprobs.append(logprob)
        self._say(self._stops.add(self._text.add(token)))
        if self._stops.hit:
            self.end("stop")
        elif self._count >= self.limit:
            self.end("length")

    def end(self, reason: Literal["stop", "length"]) -> None:
        """Tells what is left, and how the answer ended."""
        self._ended = True
        left = self._stops.add(self._text.rest()) + self._stops.rest()
        self._said.append(left)
        self._flush()
        reached: Literal["stop", "length"] = "stop" if self._stops.hit else reason
        self.job.tell(End(reached, self._prompt_tokens, self._count))

    def _say(self, piece: str) -> None:
        if piece:
            self._said.append(piece)
            if self.job.streamed:
                self._flush()

    def _flush(self) -> None:
        text = "".join(self._said)
        if text or self._logprobs:
            self.job.tell(Piece(text, tuple(self._logprobs)))
        self._said, self._logprobs = [], []


class Rows:
    """A batch as a logits processor: chooses each row's token, penalties included."""

    def __init__(self, rows: Sequence[Row], adapter: Adapter, mask: Tensor | None, beams: int) -> None:
        self._rows = rows
        self._adapter = adapter
        self._mask = mask
        self._beams = beams
        self.width = 0
        """Columns of the prompt, as `generate` counts them."""
        self._begun = False

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Speaks transformers."""
        if not self._begun:
            self.width, self._begun = input_ids.shape[1], True
        lines = [self._penalised(place, input_ids[place], line) for place, line in enumerate(scores)]
        if self._beams > 1:
            return torch.stack(lines)
        forced = torch.full_like(scores, -torch.inf)
        likeliest = torch.stack(lines).argmax(-1).tolist()
        for place, row in enumerate(self._rows):
            token = likeliest[place]
            if not row.over:
                token = sample(lines[place], row.decoding, row.numbers) if row.numbers else token
                row.take(token, self._logprob(row, scores[place], token))
            forced[place, token] = 0
        return forced

    def _penalised(self, place: int, tokens: Tensor, line: Tensor) -> Tensor:
        number = place // self._beams
        penalty = self._rows[number].decoding.repetition_penalty
        if penalty == 1:
            return line
        if self._mask is not None and self._mask.shape[1] == self.width:
            real = self._mask[number].bool()
            tokens = torch.cat([tokens[: self.width][real], tokens[self.width :]])
        return penalised(line, tokens, penalty)

    def _logprob(self, row: Row, line: Tensor, token: int) -> TokenLogprob | None:
        """Of the model's own scores, before penalties and temperature."""
        wanted = row.decoding.top_logprobs
        if wanted is None:
            return None
        known = line.float().log_softmax(-1)
        best = known.topk(min(wanted, known.shape[-1]))
        top = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return TokenLogprob(
            self._adapter.name_of(token),
            float(known[token]),
            tuple((self._adapter.name_of(each), value) for each, value in top),
        )


def run(adapter: Adapter, jobs: Sequence[Job], *, default_tokens: int, aborted: Callable[[], bool]) -> None:
    """Answers jobs of one batch key; whatever `generate` raises passes through."""
    asked, pictures = _decoded(jobs)
    if not asked:
        return
    try:
        prepared = adapter.prepare([job.chat for job in asked], pictures)
    except ServeError as error:
        if len(asked) == 1:
            asked[0].tell(error)
        else:
            for job in asked:
                run(adapter, [job], default_tokens=default_tokens, aborted=aborted)
        return
    rows = [_row(adapter, job, count, default_tokens) for job, count in zip(asked, prepared.prompt_tokens, strict=True)]
    if None in rows:
        fitting = [job for job, row in zip(asked, rows, strict=True) if row is not None]
        run(adapter, fitting, default_tokens=default_tokens, aborted=aborted)
        return
    _generate(adapter, prepared, [row for row in rows if row is not None], aborted)


def _decoded(jobs: Sequence[Job]) -> tuple[list[Job], list[list[Image.Image]]]:
    """The jobs whose pictures can be decoded, with these; the others are told."""
    asked, pictures = [], []
    for job in jobs:
        try:
            decoded = [picture.decode() for picture in job.chat.pictures]
        except ServeError as error:
            job.tell(error)
            continue
        asked.append(job)
        pictures.append(decoded)
    return asked, pictures


def _row(adapter: Adapter, job: Job, prompt_tokens: int, default_tokens: int) -> Row | None:
    """A row with its bound on tokens; None where prompt and answer do not fit, which the job is told."""
    room = adapter.context - prompt_tokens
    wanted = job.decoding.max_tokens
    if room < (wanted or 1):
        asked = f" and {wanted} were asked for" if wanted else ""
        message = f"the prompt has {prompt_tokens} tokens{asked}; the model takes {adapter.context} in all"
        job.tell(ServeError("context_length_exceeded", message, param="messages"))
        return None
    return Row(job, adapter, prompt_tokens, wanted or min(default_tokens, room))


def _generate(adapter: Adapter, prepared: Prepared, rows: Sequence[Row], aborted: Callable[[], bool]) -> None:
    beams = rows[0].decoding.num_beams
    hook = Rows(rows, adapter, prepared.mask, beams)

    def over(_input_ids: Tensor, _scores: Tensor, **_more: Any) -> bool:
        return aborted() or all(row.over for row in rows)

    options = {
        "do_sample": False,
        "num_beams": beams,
        "max_new_tokens": max(row.limit for row in rows),
        "eos_token_id": sorted(adapter.ends),
        "pad_token_id": adapter.tokenizer.pad_token_id,
        "repetition_penalty": 1.0,
        # What no sampling has: the model's own defaults would only be warned about.
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 50,
        "use_cache": True,
        **adapter.options(),
    }
    with torch.inference_mode():
        tokens = adapter.model.generate(**prepared.inputs, **options, logits_processor=[hook], stopping_criteria=[over])
    if beams > 1 and not aborted():
        _take_beams(rows, tokens[:, hook.width :].tolist())
    for row in rows:
        if not row.over:
            row.job.tell(ServeError("shutting_down", "the server ends before the answer does"))


def _take_beams(rows: Sequence[Row], tokens: Sequence[Sequence[int]]) -> None:
    """The best beam of each row, which `generate` knows only at the end."""
    for row, chosen in zip(rows, tokens, strict=True):
        for token in chosen:
            if row.over:
                break
            row.take(token)
        if not row.over:
            row.end("length")
