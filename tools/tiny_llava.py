"""A LLaVA of some two hundred thousand random weights: a real model's files for a real server, with nothing learnt.

Its tokens are bytes, its pictures four patches, its answers printable. Needs torch and transformers.
Run: python tools/tiny_llava.py FOLDER
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

SEED = 20240625
WIDTH = 64
HEADS = 2
"""WIDTH by HEADS is 32: attention on the CPU as vLLM has it takes no less."""
PATCH_PX = 14
PICTURE_PX = 28
PATCHES = (PICTURE_PX // PATCH_PX) ** 2
CONTEXT = 2048
IMAGE_TOKEN = "<image>"
VISION = re.compile(r"^(vision_tower\.)(?!vision_model\.)")
SAID = re.compile(r"[!-~Ġ]|</s>")
"""The tokens of an answer: printable bytes, the space (as its token is called) and the end."""
FORMAT = {"format": "pt"}
SPECIAL_TOKENS = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
CHAT_TEMPLATE = """
{%- for message in messages -%}
  {{- message.role + ': ' -}}
  {%- if message.content is string -%}
    {{- message.content -}}
  {%- else -%}
    {%- for part in message.content -%}
      {{- '<image>' if part.type in ('image', 'image_url') else part.text -}}
    {%- endfor -%}
  {%- endif -%}
  {{- '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}assistant: {% endif -%}
"""


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte, and the special ones."""
    names = [*SPECIAL_TOKENS.values(), IMAGE_TOKEN, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    raw = Tokenizer(models.BPE(vocab={name: number for number, name in enumerate(names)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        model_max_length=CONTEXT,
        extra_special_tokens={"image_token": IMAGE_TOKEN},
        **SPECIAL_TOKENS,
    )


def processor(tokens: PreTrainedTokenizerFast) -> LlavaProcessor:
    """Pictures cut to PICTURE_PX a side, and the chat template."""
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": PICTURE_PX}, crop_size={"height": PICTURE_PX, "width": PICTURE_PX}
    )
    return LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokens,
        patch_size=PATCH_PX,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    )


def model(tokens: PreTrainedTokenizerFast) -> LlavaForConditionalGeneration:
    """The network, its weights drawn with SEED."""
    special = {f"{name}_token_id": getattr(tokens, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    shape = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": 2, "num_attention_heads": HEADS}
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            **shape, image_size=PICTURE_PX, patch_size=PATCH_PX, projection_dim=WIDTH, initializer_range=0.3
        ),
        text_config=LlamaConfig(
            **shape,
            **special,
            vocab_size=len(tokens),
            max_position_embeddings=CONTEXT,
            num_key_value_heads=HEADS,
            initializer_range=0.3,
        ),
        image_token_id=tokens.convert_tokens_to_ids(IMAGE_TOKEN),
        image_seq_length=PATCHES,
        vision_feature_select_strategy="default",
        tie_word_embeddings=False,
    )
    torch.manual_seed(SEED)
    network = LlavaForConditionalGeneration(config).float().eval()
    for name, number in special.items():
        setattr(network.generation_config, name, number)
    # What is no text would come back as one and the same sign, and answers that differ would look alike.
    silent = [number for token, number in tokens.get_vocab().items() if not SAID.fullmatch(token)]
    with torch.no_grad():
        network.lm_head.weight[silent] = 0.0
    return network


def published_layout(folder: Path) -> None:
    """Names the vision tower's weights as the published LLaVA-1.5 files do: vLLM knows them by these names alone."""
    file = folder / "model.safetensors"
    weights = load_file(file)
    save_file({VISION.sub(r"\1vision_model.", name, count=1): held for name, held in weights.items()}, file, FORMAT)


def make(folder: Path) -> None:
    """Writes the model's files into `folder`."""
    tokens = tokenizer()
    model(tokens).save_pretrained(folder)
    published_layout(folder)
    processor(tokens).save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
