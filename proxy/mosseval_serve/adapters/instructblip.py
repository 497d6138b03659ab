"""InstructBLIP: one picture, one question, no chat form at all; the question is the prompt (its model card)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from transformers import AutoProcessor, InstructBlipForConditionalGeneration

from mosseval_serve.adapters.base import Adapter, Pictures, Prepared, Source, context_of, ends_of, pad_left
from mosseval_serve.conversation import Chat
from mosseval_serve.errors import ServeError


class InstructBlip(Adapter):
    """Its query tokens stand in front of the padding, which the attention mask knows."""

    most_pictures = 1
    fewest_pictures = 1
    takes_history = False

    def __init__(self, model: Any, processor: Any) -> None:
        text = model.language_model
        super().__init__(
            model, processor.tokenizer, context=context_of(text.config), ends=ends_of(text, processor.tokenizer)
        )
        pad_left(processor.tokenizer)
        self.processor = processor
        self.reserved = (processor.image_token.content,)

    @classmethod
    def load(cls, source: Source) -> Self:
        """The weights, and the processor with both of its tokenizers."""
        model = InstructBlipForConditionalGeneration.from_pretrained(
            source.model, dtype=source.dtype, **source.pinned()
        )
        processor = AutoProcessor.from_pretrained(source.model, **source.pinned())
        return cls(model.to(source.device).eval(), processor)

    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """The question for the language model and for the Q-Former, and the picture."""
        made = self.processor(
            text=[chat.turns[-1].text.strip() for chat in chats],
            images=[picture for row in pictures for picture in row],
            padding=True,
            return_tensors="pt",
        ).to(self.model.device, self.model.dtype)
        room, asked = self.model.config.qformer_config.max_position_embeddings, made["qformer_input_ids"].shape[1]
        if asked > room:
            message = f"the question has {asked} tokens; the part that looks at the picture takes {room}"
            raise ServeError("context_length_exceeded", message, param="messages")
        mask = made["attention_mask"]
        return Prepared(dict(made), tuple(mask.sum(-1).tolist()), mask)
