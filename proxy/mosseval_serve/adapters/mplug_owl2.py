"""mPLUG-Owl2, by its own package `mplug_owl2` (X-PLUG/mPLUG-Owl), on its pinned environment
(`environments/mplug-owl2.txt`). One request at a time: that package shifts the attention mask of padded rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from mplug_owl2.constants import DEFAULT_IMAGE_TOKEN, IMAGE_TOKEN_INDEX
from mplug_owl2.conversation import conv_templates
from mplug_owl2.mm_utils import process_images, tokenizer_image_token
from mplug_owl2.model.modeling_mplug_owl2 import MPLUGOwl2LlamaForCausalLM
from transformers import AutoTokenizer, CLIPImageProcessor

from mosseval_serve.adapters.base import Adapter, Pictures, Prepared, Source, torch_dtype
from mosseval_serve.conversation import Chat

TEMPLATE = "mplug_owl2"
CONTEXT = 2048
QUERIES = 65
"""Tokens that a picture takes, in place of one (its visual abstractor: 64 queries and an end)."""


class MplugOwl2(Adapter):
    """The conversation template of its quick start, which says nothing of a system prompt."""

    widest = 1
    reserved = (DEFAULT_IMAGE_TOKEN,)

    def __init__(self, model: Any, tokenizer: Any, images: Any) -> None:
        context = int(getattr(model.config, "max_sequence_length", CONTEXT))
        super().__init__(model, tokenizer, context=context, ends=[tokenizer.eos_token_id])
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        self.images = images

    @classmethod
    def load(cls, source: Source) -> Self:
        """The weights, loaded by the package that is installed: none of the repository's own code runs."""
        tokenizer = AutoTokenizer.from_pretrained(source.model, use_fast=False, **source.pinned())
        model = MPLUGOwl2LlamaForCausalLM.from_pretrained(
            source.model, torch_dtype=torch_dtype(source), low_cpu_mem_usage=True, **source.pinned()
        )
        images = CLIPImageProcessor.from_pretrained(source.model, **source.pinned())
        return cls(model.to(source.device).eval(), tokenizer, images)

    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """Tokens with a mark for each picture, which the model's own code replaces; pictures made square."""
        (chat,), (seen,) = chats, pictures
        talk = conv_templates[TEMPLATE].copy()
        for turn in chat.turns:
            text = "".join(part if isinstance(part, str) else DEFAULT_IMAGE_TOKEN for part in turn.parts)
            talk.append_message(talk.roles[turn.role == "assistant"], text)
        talk.append_message(talk.roles[1], None)
        ids = tokenizer_image_token(talk.get_prompt(), self.tokenizer, IMAGE_TOKEN_INDEX, return_tensors="pt")
        inputs = {"input_ids": ids.unsqueeze(0).to(self.model.device)}
        if seen:
            pixels = process_images(list(seen), self.images)
            inputs["images"] = pixels.to(self.model.device, self.model.dtype)
        return Prepared(inputs, (len(ids) + len(seen) * (QUERIES - 1),))
