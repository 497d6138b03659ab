"""Pictures made square, and prompts with a mark for each of them."""

from __future__ import annotations

from typing import Any

import torch

from mplug_owl2.constants import DEFAULT_IMAGE_TOKEN


def process_images(images: list[Any], image_processor: Any) -> torch.Tensor:
    """Channels x height x width each."""
    squares = [image.resize((max(image.size), max(image.size))) for image in images]
    return torch.cat([image_processor.preprocess(each, return_tensors="pt")["pixel_values"] for each in squares])


def tokenizer_image_token(prompt: str, tokenizer: Any, image_token_index: int, return_tensors: str) -> torch.Tensor:
    """The tokens of a prompt, each mark as one of them."""
    assert return_tensors == "pt"
    tokens: list[int] = []
    for number, part in enumerate(prompt.split(DEFAULT_IMAGE_TOKEN)):
        tokens += [image_token_index] if number else []
        tokens += tokenizer(part)["input_ids"]
    return torch.tensor(tokens, dtype=torch.long)
