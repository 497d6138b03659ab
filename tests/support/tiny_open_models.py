"""IDEFICS and InstructBLIP of some hundred thousand random weights: real models' files, with nothing learnt.

Their tokens are bytes, as those of `tiny_llava`. Special tokens are never generated, so that an answer is as long as a
test asks for. What is random by default but says nothing of a picture (gates at 0,
query tokens at 0, weights next to 0) is set so that the picture matters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tiny_llava
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BlipImageProcessorPil,
    IdeficsConfig,
    IdeficsForVisionText2Text,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
    LlamaConfig,
    PreTrainedTokenizerFast,
)
from transformers.models.idefics.image_processing_pil_idefics import IdeficsImageProcessorPil

SEED = 20240625
WIDTH = 32
PICTURE_PX = 28
PATCH_PX = 14
CONTEXT = 2048
QUERIES = 4
SHAPE = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2}
IDEFICS_TOKENS = ("<image>", "<fake_token_around_image>", "<end_of_utterance>")


def tokenizer(*more: str) -> PreTrainedTokenizerFast:
    """One token a byte, the usual special ones, and `more` of these."""
    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    names = [*special.values(), *more, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    raw = Tokenizer(models.BPE(vocab={name: number for number, name in enumerate(names)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, model_max_length=CONTEXT, extra_special_tokens=list(more), **special
    )


def special_ids(tokens: PreTrainedTokenizerFast) -> dict[str, int]:
    """The numbers of the tokens that begin, end and pad."""
    return {f"{name}_token_id": getattr(tokens, f"{name}_token_id") for name in ("bos", "eos", "pad")}


def make_idefics(folder: Path) -> None:
    """Writes an IDEFICS: cross-attention gates open, no additional vocabulary."""
    tokens = tokenizer(*IDEFICS_TOKENS)
    config = IdeficsConfig(
        **SHAPE,
        **special_ids(tokens),
        vocab_size=len(tokens),
        additional_vocab_size=0,
        max_position_embeddings=CONTEXT,
        initializer_range=0.5,
        cross_layer_interval=1,
        use_resampler=False,
        vision_config={
            "embed_dim": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": PICTURE_PX,
            "patch_size": PATCH_PX,
            "initializer_range": 0.3,
        },
    )
    torch.manual_seed(SEED)
    network = IdeficsForVisionText2Text(config).float().eval()
    for name, weights in network.named_parameters():
        if "alpha" in name:
            torch.nn.init.ones_(weights)
    _save(network, tokens, folder)
    tokens.save_pretrained(folder)
    IdeficsImageProcessorPil(image_size=PICTURE_PX).save_pretrained(folder)


def make_instructblip(folder: Path) -> None:
    """Writes an InstructBLIP over a LLaMA, as the one with Vicuna is."""
    tokens, questions = tokenizer("<image>"), tokenizer()
    pictures = BlipImageProcessorPil(size={"height": PICTURE_PX, "width": PICTURE_PX})
    processor = InstructBlipProcessor(pictures, tokens, questions, num_query_tokens=QUERIES)
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(
            **SHAPE, image_size=PICTURE_PX, patch_size=PATCH_PX, initializer_range=0.3
        ),
        qformer_config=InstructBlipQFormerConfig(
            **SHAPE, vocab_size=len(questions), encoder_hidden_size=WIDTH, pad_token_id=questions.pad_token_id
        ),
        text_config=LlamaConfig(
            **SHAPE,
            **special_ids(tokens),
            vocab_size=len(tokens),
            max_position_embeddings=CONTEXT,
            num_key_value_heads=2,
            initializer_range=0.3,
        ),
        num_query_tokens=QUERIES,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
    )
    torch.manual_seed(SEED)
    network = InstructBlipForConditionalGeneration(config).float().eval()
    torch.nn.init.normal_(network.query_tokens)
    _save(network, tokens, folder)
    processor.save_pretrained(folder)


def _save(network: Any, tokens: PreTrainedTokenizerFast, folder: Path) -> None:
    for name, number in special_ids(tokens).items():
        setattr(network.generation_config, name, number)
    network.generation_config.suppress_tokens = sorted(set(tokens.all_special_ids))
    network.save_pretrained(folder)


def make_llava(folder: Path) -> None:
    """Writes the LLaVA that the project's other tests use."""
    tiny_llava.make(folder)
    settings = folder / "generation_config.json"
    found = json.loads(settings.read_text(encoding="utf-8"))
    never = sorted(set(tiny_llava.tokenizer().all_special_ids))
    settings.write_text(json.dumps({**found, "suppress_tokens": never}), encoding="utf-8")


MAKERS: Mapping[str, Callable[[Path], None]] = MappingProxyType(
    {"idefics": make_idefics, "instructblip": make_instructblip, "llava": make_llava}
)
