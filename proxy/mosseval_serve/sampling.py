"""Choosing a token from one row of scores. Each row has its own settings and its own random numbers."""

from __future__ import annotations

from typing import Any

import torch

from mosseval_serve.chat_request import Decoding

Tensor = Any
"""torch carries no types that mypy could see without it."""


def generator(decoding: Decoding) -> Any:
    """The random numbers of one request: on the CPU, so that a seed means the same on every device."""
    made = torch.Generator()
    if decoding.seed is None:
        made.seed()
    else:
        made.manual_seed(decoding.seed)
    return made


def penalised(scores: Tensor, tokens: Tensor, penalty: float) -> Tensor:
    """Scores with the tokens that were seen made less likely (CTRL's rule, as transformers has it)."""
    known = tokens[(tokens >= 0) & (tokens < scores.shape[-1])].unique()
    seen = scores[known]
    changed = scores.clone()
    changed[known] = torch.where(seen < 0, seen * penalty, seen / penalty)
    return changed


def sample(scores: Tensor, decoding: Decoding, numbers: Any) -> int:
    """A token drawn from one row of scores: temperature, then the `top_k` likeliest, then `top_p` of the mass."""
    scores = scores.float().cpu() / decoding.temperature
    if 0 < decoding.top_k < scores.shape[-1]:
        scores = scores.masked_fill(scores < scores.topk(decoding.top_k).values[-1], -torch.inf)
    if decoding.top_p < 1:
        ordered, places = scores.sort()
        # From the least likely upwards: what lies below the mass to keep goes, the likeliest always stays.
        low = ordered.softmax(-1).cumsum(-1) <= 1 - decoding.top_p
        low[-1] = False
        scores = scores.masked_fill(torch.zeros_like(low).scatter(0, places, low), -torch.inf)
    return int(torch.multinomial(scores.softmax(-1), 1, generator=numbers))
