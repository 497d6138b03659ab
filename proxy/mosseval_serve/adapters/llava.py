"""LLaVA as transformers has it, with its own chat template: here to be compared with, vLLM serves it faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from transformers import AutoProcessor, LlavaForConditionalGeneration

from mosseval_serve.adapters.base import Adapter, Pictures, Prepared, Source, context_of, ends_of, pad_left
from mosseval_serve.conversation import Chat, Turn


class Llava(Adapter):
    """Any number of pictures and turns; the template decides where they stand."""

    takes_system = True

    def __init__(self, model: Any, processor: Any) -> None:
        text = model.config.get_text_config()
        super().__init__(model, processor.tokenizer, context=context_of(text), ends=ends_of(model, processor.tokenizer))
        pad_left(processor.tokenizer)
        self.processor = processor
        self.reserved = (processor.image_token,)

    @classmethod
    def load(cls, source: Source) -> Self:
        """The weights, and the processor with its chat template."""
        model = LlavaForConditionalGeneration.from_pretrained(source.model, dtype=source.dtype, **source.pinned())
        processor = AutoProcessor.from_pretrained(source.model, **source.pinned())
        return cls(model.to(source.device).eval(), processor)

    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """The template's text, each picture's token repeated by the processor as often as the picture has patches."""
        texts = [
            self.processor.apply_chat_template(_messages(chat), add_generation_prompt=True, tokenize=False)
            for chat in chats
        ]
        begins = self.tokenizer.bos_token
        made = self.processor(
            text=texts,
            images=[picture for row in pictures for picture in row] or None,
            padding=True,
            # A template may write the first token itself; twice would be another prompt.
            add_special_tokens=not (begins and texts[0].startswith(begins)),
            return_tensors="pt",
        ).to(self.model.device, self.model.dtype)
        mask = made["attention_mask"]
        return Prepared(dict(made), tuple(mask.sum(-1).tolist()), mask)


def _messages(chat: Chat) -> list[dict[str, Any]]:
    return [{"role": turn.role, "content": _content(turn)} for turn in chat.turns]


def _content(turn: Turn) -> list[dict[str, str]]:
    return [{"type": "text", "text": part} if isinstance(part, str) else {"type": "image"} for part in turn.parts]
