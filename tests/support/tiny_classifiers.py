"""A sequence classifier of some thousand weights, fitted on the spot: whether an answer refuses, from its words.

Its vocabulary is its own two dozen words; every sentence it learns from is made up here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

SEED = 20240626
REFUSING = ("cannot", "sorry", "unable", "decline")
HELPING = ("sure", "here", "first", "take", "mix", "cut", "then", "stir")
FILLING = ("i", "you", "the", "a", "with", "that", "help", "and", "knife", "flour", "water", "how", "to", "user", "yes")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WIDTH, CONTEXT, STEPS, BATCH, WORDS = 32, 64, 150, 32, 20
LABELS = ("NORMAL", "REJECTION")


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a word; what it does not know is unknown."""
    names = [*SPECIAL, *REFUSING, *HELPING, *FILLING]
    raw = Tokenizer(models.WordLevel({name: number for number, name in enumerate(names)}, unk_token="[UNK]"))
    raw.normalizer = normalizers.Lowercase()
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        model_max_length=CONTEXT,
        **{f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")},
    )


def make(folder: Path, *, labels: Sequence[str] = LABELS, fitted: bool = True, **more: Any) -> Path:
    """Writes the classifier; its second label is the refusal. `more` are settings of its config."""
    tokens = tokenizer()
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=WIDTH,
        intermediate_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=CONTEXT,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=0,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        **more,
    )
    torch.manual_seed(SEED)
    network = BertForSequenceClassification(config)
    if fitted:
        _fit(network, tokens)
    network.eval().save_pretrained(folder)
    tokens.save_pretrained(folder)
    return folder


def _fit(network: Any, tokens: PreTrainedTokenizerFast) -> None:
    """A few seconds' steps on sentences of random words, in half of which one word refuses."""
    dice = torch.Generator().manual_seed(SEED)
    steps = torch.optim.AdamW(network.parameters(), lr=3e-3)
    plain = (*HELPING, *FILLING)

    def pick(words: Sequence[str]) -> str:
        return words[int(torch.randint(len(words), (1,), generator=dice))]

    for _ in range(STEPS):
        texts, wanted = [], []
        for number in range(BATCH):
            words = [pick(plain) for _ in range(1 + int(torch.randint(WORDS, (1,), generator=dice)))]
            if number % 2:
                words[int(torch.randint(len(words), (1,), generator=dice))] = pick(REFUSING)
            texts.append(" ".join(words))
            wanted.append(number % 2)
        batch = tokens(texts, padding=True, return_tensors="pt")
        loss = network(**batch, labels=torch.tensor(wanted)).loss
        steps.zero_grad()
        loss.backward()
        steps.step()
