"""InternLM-XComposer2-VL, by its own published code (`chat` in internlm/internlm-xcomposer2-vl-7b), on its pinned
environment (`environments/xcomposer2.txt`). One request at a time, as that code takes it.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Self

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mosseval_serve.adapters.base import (
    Adapter,
    Pictures,
    Prepared,
    Source,
    config_of,
    refuse_foreign_code,
    torch_dtype,
)
from mosseval_serve.conversation import Chat, Turn
from mosseval_serve.errors import StartError

PICTURE = "<ImageHere>"
END_OF_TURN = "[UNUSED_TOKEN_145]"


class XComposer2(Adapter):
    """A system prompt stands in place of the published one; without any, the published one is used."""

    widest = 1
    takes_system = True
    reserved = (PICTURE, END_OF_TURN, "[UNUSED_TOKEN_146]")

    @classmethod
    def load(cls, source: Source) -> Self:
        """The model with its own code, which has to be allowed by name."""
        if not source.trusted():
            raise StartError(f"{source.model} brings its own code: allow it with --trust-remote-code REPO@COMMIT")
        refuse_foreign_code(config_of(source), source)
        own = {"trust_remote_code": True, **source.pinned()}
        tokenizer = AutoTokenizer.from_pretrained(source.model, **own)
        model = AutoModelForCausalLM.from_pretrained(source.model, torch_dtype=torch_dtype(source), **own)
        model = model.to(source.device).eval()
        model.tokenizer = tokenizer
        ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids(END_OF_TURN)]
        # Beyond this its own code would cut the prompt without a word.
        return cls(model, tokenizer, context=int(model.max_length), ends=ends)

    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """What `chat` hands to `generate`: embeddings with pictures in them, or tokens where there is none."""
        (chat,), (seen,) = chats, pictures
        model, system, turns = self.model, *self._parted(chat)
        said = [_text(turn) for turn in turns]
        history = list(zip(said[:-1:2], said[1::2], strict=True))
        with torch.inference_mode():
            if seen:
                pixels = torch.stack([model.vis_processor(picture) for picture in seen])
                shown = model.encode_img(pixels.to(model.device, model.dtype))
                inputs, mask = model.interleav_wrap_chat(self.tokenizer, said[-1], shown, history, system)
                width = inputs["inputs_embeds"].shape[1]
            else:
                inputs = model.build_inputs(self.tokenizer, said[-1], history, system)
                width = inputs["input_ids"].shape[1]
                mask = torch.zeros(1, width, dtype=torch.bool)
        ready = {name: value.to(model.device) for name, value in inputs.items() if torch.is_tensor(value)}
        return Prepared({**ready, "im_mask": mask.to(model.device)}, (width,))

    def _parted(self, chat: Chat) -> tuple[str, tuple[Turn, ...]]:
        """The system prompt, and the turns of user and assistant in turn."""
        told = [turn.text for turn in chat.turns if turn.role == "system"]
        published = inspect.signature(self.model.chat).parameters["meta_instruction"].default
        turns = tuple(turn for turn in chat.turns if turn.role != "system")
        return ("\n".join(told) if told else str(published)), turns


def _text(turn: Turn) -> str:
    return "".join(part if isinstance(part, str) else PICTURE for part in turn.parts)
