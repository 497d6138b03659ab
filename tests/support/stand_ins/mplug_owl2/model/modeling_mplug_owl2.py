"""A LLaMA in which a picture's 65 embeddings take the place of its mark."""

from __future__ import annotations

from typing import Any

import torch
from transformers import LlamaForCausalLM

from mplug_owl2.constants import IMAGE_TOKEN_INDEX

QUERIES = 65


class MPLUGOwl2LlamaForCausalLM(LlamaForCausalLM):  # type: ignore[misc]
    """Takes `images` beside tokens in which a picture is IMAGE_TOKEN_INDEX; one row at a time."""

    def generate(self, input_ids: torch.Tensor, images: torch.Tensor | None = None, **options: Any) -> Any:
        """Pictures are put in before anything is generated; the prompt's tokens come back with the answer's."""
        (row,) = input_ids
        embed = self.get_input_embeddings()
        pieces, shown = [], 0
        for token in row.tolist():
            if token == IMAGE_TOKEN_INDEX:
                assert images is not None
                flat = images[shown].flatten()
                pieces.append(flat[: QUERIES * embed.embedding_dim].reshape(QUERIES, -1))
                shown += 1
            else:
                pieces.append(embed(torch.tensor([token])))
        return super().generate(inputs_embeds=torch.cat(pieces)[None], **options)
