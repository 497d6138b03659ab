"""IDEFICS-Instruct: pictures and words in any order, each turn ended by `<end_of_utterance>` (its model card).

Text and pictures go to the tokenizer and the image processor apart: the whole processor takes any text that is a URL
for a picture to fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from transformers import AutoTokenizer, IdeficsForVisionText2Text
from transformers.models.idefics.image_processing_pil_idefics import IdeficsImageProcessorPil
from transformers.models.idefics.processing_idefics import (
    image_attention_mask_for_packed_input_ids,
    incremental_to_binary_attention_mask,
)

from mosseval_serve.adapters.base import Adapter, Pictures, Prepared, Source, context_of, ends_of, pad_left
from mosseval_serve.conversation import Chat, Turn

IMAGE, AROUND, ENDED = "<image>", "<fake_token_around_image>", "<end_of_utterance>"
NAMES = {"user": "User:", "assistant": "Assistant:"}


class Idefics(Adapter):
    """The prompt of the model card: `User: ...<end_of_utterance>` and `Assistant:`, a line each."""

    reserved = (IMAGE, AROUND)

    def __init__(self, model: Any, tokenizer: Any, images: Any) -> None:
        end = tokenizer.convert_tokens_to_ids(ENDED)
        known = [end] if end not in (None, tokenizer.unk_token_id) else []
        super().__init__(model, tokenizer, context=context_of(model.config), ends=[*ends_of(model, tokenizer), *known])
        pad_left(tokenizer)
        self.images = images
        self._marks = [[tokenizer.convert_tokens_to_ids(token)] for token in (IMAGE, AROUND)]

    @classmethod
    def load(cls, source: Source) -> Self:
        """The weights, the tokenizer and the image processor."""
        model = IdeficsForVisionText2Text.from_pretrained(source.model, dtype=source.dtype, **source.pinned())
        tokenizer = AutoTokenizer.from_pretrained(source.model, **source.pinned())
        images = IdeficsImageProcessorPil.from_pretrained(source.model, **source.pinned())
        return cls(model.to(source.device).eval(), tokenizer, images)

    def options(self) -> dict[str, Any]:
        """A picture's tokens are never an answer."""
        return {"bad_words_ids": self._marks}

    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """Rows padded on the left; pictures padded with empty ones that no token attends to."""
        prompts = [self.tokenizer.bos_token + prompt(chat) for chat in chats]
        made = self.tokenizer(prompts, padding=True, add_special_tokens=False, return_tensors="pt")
        ids, mask = made["input_ids"], made["attention_mask"]
        most = max(1, *(len(row) for row in pictures))
        side = self.images.image_size
        pixels = torch.zeros(len(chats), most, 3, side, side)
        for number, row in enumerate(pictures):
            if row:
                pixels[number, : len(row)] = self.images(list(row), return_tensors="pt")
        seen, _ = image_attention_mask_for_packed_input_ids(ids, self.tokenizer, "pt")
        inputs = {
            "input_ids": ids,
            "attention_mask": mask,
            "image_attention_mask": incremental_to_binary_attention_mask(seen, "pt", num_classes=most),
        }
        moved = {name: value.to(self.model.device) for name, value in inputs.items()}
        moved["pixel_values"] = pixels.to(self.model.device, self.model.dtype)
        return Prepared(moved, tuple(mask.sum(-1).tolist()), moved["attention_mask"])


def prompt(chat: Chat) -> str:
    """A conversation in the model's own form, without the first token."""
    return "\n".join([*(f"{_turn(turn)}{ENDED}" for turn in chat.turns), NAMES["assistant"]])


def _turn(turn: Turn) -> str:
    """Spaces beside a picture are dropped, as the processor does; two pictures share the token between them."""
    told = NAMES[turn.role]
    for part in turn.parts:
        if isinstance(part, str):
            words = part.strip(" ")
            told += f" {words}" if told == NAMES[turn.role] and words else words
        else:
            told += f"{IMAGE}{AROUND}" if told.endswith(IMAGE + AROUND) else f"{AROUND}{IMAGE}{AROUND}"
    return told
