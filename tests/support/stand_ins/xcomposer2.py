"""A stand-in for InternLM-XComposer2's own code: the methods that `chat` is made of, over a tiny LLaMA.

It shows that the adapter speaks to such code as its published `chat` does; it shows nothing of that model. Its file is
copied beside random weights, as a repository's own code lies beside its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

OPENS, ENDS, PICTURE = "[UNUSED_TOKEN_146]", "[UNUSED_TOKEN_145]", "<ImageHere>"
PATCHES = 4


class StandInConfig(LlamaConfig):  # type: ignore[misc]
    """A LLaMA's."""

    model_type = "internlmxcomposer2"


class StandIn(LlamaForCausalLM):  # type: ignore[misc]
    """A LLaMA that takes embeddings of pictures among those of words."""

    config_class = StandInConfig
    max_length = 2048

    def vis_processor(self, picture: Any) -> torch.Tensor:
        """A picture as channels of 8 x 8."""
        return torch.from_numpy(np.asarray(picture.resize((8, 8)), dtype=np.float32) / 255).permute(2, 0, 1)

    def encode_img(self, image: torch.Tensor) -> torch.Tensor:
        """PATCHES embeddings a picture."""
        return image.reshape(len(image), PATCHES, -1)[..., : self.config.hidden_size]

    def interleav_wrap_chat(
        self, tokenizer: Any, query: str, image: torch.Tensor, history: Any, meta_instruction: str
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """Embeddings of the prompt, and a mask of where pictures are."""
        parts = _prompt(query, history, meta_instruction).split(PICTURE)
        if len(parts) != len(image) + 1:
            raise ValueError("one mark a picture")
        embeds, masks = [], []
        for number, part in enumerate(parts):
            words = self.get_input_embeddings()(tokenizer(part, return_tensors="pt")["input_ids"])
            embeds.append(words)
            masks.append(torch.zeros(words.shape[:2]))
            if number < len(image):
                embeds.append(image[number : number + 1])
                masks.append(torch.ones(1, PATCHES))
        return {"inputs_embeds": torch.cat(embeds, dim=1)}, torch.cat(masks, dim=1).bool()

    def build_inputs(self, tokenizer: Any, query: str, history: Any, meta_instruction: str = "") -> Any:
        """The tokens of a prompt without a picture."""
        prompt = _prompt(query, history, meta_instruction)
        return tokenizer([prompt], return_tensors="pt", return_token_type_ids=False)

    def chat(self, tokenizer: Any, query: str, image: Any = None, meta_instruction: str = "Be kind.") -> str:
        """An answer, as the published code makes one."""
        inputs, mask = self.interleav_wrap_chat(tokenizer, query, self.encode_img(image), [], meta_instruction)
        made = self.generate(**inputs, im_mask=mask, max_new_tokens=16, do_sample=False)
        return str(tokenizer.decode(made[0], skip_special_tokens=True))

    def prepare_inputs_for_generation(
        self, input_ids: Any, inputs_embeds: Any = None, im_mask: Any = None, **kwargs: Any
    ) -> Any:
        """Hands the mask on."""
        made = super().prepare_inputs_for_generation(input_ids, inputs_embeds=inputs_embeds, **kwargs)
        return {**made, "im_mask": im_mask}

    def forward(
        self,
        input_ids: Any = None,
        attention_mask: Any = None,
        inputs_embeds: Any = None,
        im_mask: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        """The mask must be there at every step; a LLaMA has no use for it."""
        if im_mask is None:
            raise ValueError("im_mask is wanted")
        return super().forward(
            input_ids=input_ids, attention_mask=attention_mask, inputs_embeds=inputs_embeds, **kwargs
        )


def _prompt(query: str, history: Any, system: str) -> str:
    said = "".join(f"{OPENS}user\n{asked}{ENDS}\n{OPENS}assistant\n{told}{ENDS}\n" for asked, told in history)
    return f"{OPENS}system\n{system}{ENDS}\n{said}{OPENS}user\n{query}{ENDS}\n{OPENS}assistant\n"
