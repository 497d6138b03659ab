"""What the engine answers beside what transformers answers by itself, for each of the three native models."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from serve_asking import Question, ask, direct, picture, texts
from transformers import IdeficsProcessor

from mosseval_serve.adapters.base import Adapter
from mosseval_serve.chat_request import Decoding

TEXT = "How do I whittle a wooden duck?"
TOKENS = 24
QUESTIONS = [
    Question(TEXT, 1, Decoding(max_tokens=24)),
    Question("Hi", 2, Decoding(max_tokens=5)),
    Question("Is there a dog in the picture, and if so, which of its legs is the longest? " * 2, 3),
    Question("Say it again.", 1, Decoding(max_tokens=17, repetition_penalty=1.5)),
    Question("Once upon a time", 4, Decoding(max_tokens=20, temperature=1.3, seed=5)),
    Question("Once upon a time", 4, Decoding(max_tokens=20, temperature=0.8, top_p=0.9, top_k=40, seed=6)),
]


def published_inputs(adapter: Adapter, text: str, seed: int) -> Any:
    """The inputs as transformers' own processors make them for one question about one picture."""
    name = type(adapter).__name__
    shown: Any = adapter
    if name == "Idefics":
        processor = IdeficsProcessor(shown.images, adapter.tokenizer)
        prompt = ["User:", picture(seed), f"{text}<end_of_utterance>", "\nAssistant:"]
        return processor(text=[prompt], add_end_of_utterance_token=False, return_tensors="pt")
    if name == "InstructBlip":
        return shown.processor(images=picture(seed), text=text, return_tensors="pt")
    content = [{"type": "image", "image": picture(seed)}, {"type": "text", "text": text}]
    return shown.processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )


def test_greedy_answer_is_that_of_transformers(adapter: Adapter) -> None:
    inputs = published_inputs(adapter, TEXT, 1)
    expected = adapter.decode(direct(adapter, inputs, TOKENS).tolist())
    [told] = ask(adapter, Question(TEXT, 1, Decoding(max_tokens=TOKENS)))
    assert told.text == expected
    assert told.end.finish_reason == "length"
    assert told.end.completion_tokens == TOKENS
    assert told.end.prompt_tokens == inputs["input_ids"].shape[1]


def test_repetition_penalty_is_that_of_transformers(adapter: Adapter) -> None:
    inputs = published_inputs(adapter, TEXT, 2)
    expected = adapter.decode(direct(adapter, inputs, TOKENS, repetition_penalty=1.5).tolist())
    [told] = ask(adapter, Question(TEXT, 2, Decoding(max_tokens=TOKENS, repetition_penalty=1.5)))
    assert told.text == expected
    assert expected != adapter.decode(direct(adapter, inputs, TOKENS).tolist())


def test_the_papers_beams_are_those_of_transformers(adapter: Adapter) -> None:
    options = {"num_beams": 5, "repetition_penalty": 1.5}
    expected = [
        adapter.decode(direct(adapter, published_inputs(adapter, text, seed), TOKENS, **options).tolist())
        for text, seed in ((TEXT, 1), ("Hi", 2))
    ]
    decoding = Decoding(max_tokens=TOKENS, num_beams=5, repetition_penalty=1.5)
    # Together, though one of them is padded: padding is no token that was seen.
    assert texts(ask(adapter, Question(TEXT, 1, decoding), Question("Hi", 2, decoding))) == expected


def test_seed_draws_what_transformers_draws_with_it(adapter: Adapter) -> None:
    options = {"do_sample": True, "temperature": 1.2, "top_k": 30, "top_p": 0.9}
    torch.manual_seed(11)
    expected = adapter.decode(direct(adapter, published_inputs(adapter, TEXT, 1), TOKENS, **options).tolist())
    decoding = Decoding(max_tokens=TOKENS, temperature=1.2, top_k=30, top_p=0.9, seed=11)
    [told] = ask(adapter, Question(TEXT, 1, decoding))
    assert told.text == expected
    [other] = ask(adapter, Question(TEXT, 1, replace(decoding, seed=12)))
    assert other.text != expected


def test_batch_answers_what_each_alone_is_answered(adapter: Adapter) -> None:
    alone = [ask(adapter, question)[0] for question in QUESTIONS]
    together = ask(adapter, *QUESTIONS)
    assert texts(together) == texts(alone)
    assert [told.end for told in together] == [told.end for told in alone]
    assert len(set(texts(alone))) == len(QUESTIONS)


def test_picture_matters(adapter: Adapter) -> None:
    decoding = Decoding(max_tokens=1, top_logprobs=5)
    one, other, same = ask(adapter, *(Question(TEXT, seed, decoding) for seed in (1, 2, 1)))
    assert one.pieces[0].logprobs[0].top != other.pieces[0].logprobs[0].top
    assert one.pieces[0].logprobs[0].logprob == pytest.approx(same.pieces[0].logprobs[0].logprob, abs=1e-5)


def test_logprobs_are_those_of_the_models_scores(adapter: Adapter) -> None:
    inputs = published_inputs(adapter, TEXT, 1)
    with torch.inference_mode():
        made = adapter.model.generate(
            **inputs, max_new_tokens=6, do_sample=False, output_scores=True, return_dict_in_generate=True
        )
    expected = [scores[0].log_softmax(-1) for scores in made.scores]
    [told] = ask(adapter, Question(TEXT, 1, Decoding(max_tokens=6, top_logprobs=4)))
    found = [token for piece in told.pieces for token in piece.logprobs]
    assert len(found) == 6
    for token, known in zip(found, expected, strict=True):
        assert token.logprob == pytest.approx(float(known.max()), abs=1e-4)
        assert [value for _, value in token.top] == pytest.approx(known.topk(4).values.tolist(), abs=1e-4)
        assert sum(math.exp(value) for _, value in token.top) <= 1


def test_streamed_pieces_are_the_plain_answer(adapter: Adapter) -> None:
    question = Question(TEXT, 3, Decoding(max_tokens=40, temperature=1.0, seed=3))
    plain, streamed = ask(adapter, question, replace(question, streamed=True))
    assert streamed.text == plain.text
    assert len(plain.pieces) == 1
    assert len(streamed.pieces) > 3


def test_stop_string_ends_its_own_row_only(adapter: Adapter) -> None:
    [whole] = ask(adapter, Question(TEXT, 1, Decoding(max_tokens=40)))
    stop = whole.text[10:13]
    before = whole.text[: whole.text.index(stop)]
    stopped, other = ask(
        adapter,
        Question(TEXT, 1, Decoding(max_tokens=40, stop=("never", stop)), streamed=True),
        Question(TEXT, 1, Decoding(max_tokens=40)),
    )
    assert (stopped.text, stopped.end.finish_reason) == (before, "stop")
    assert stopped.end.completion_tokens < 40
    assert (other.text, other.end.finish_reason) == (whole.text, "length")


def test_end_token_ends_an_answer_and_is_no_text(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = direct(adapter, published_inputs(adapter, TEXT, 1), TOKENS).tolist()
    at = next(place for place in range(1, TOKENS) if tokens[place] not in tokens[:place])
    monkeypatch.setattr(adapter, "ends", adapter.ends | {tokens[at]})
    [told] = ask(adapter, Question(TEXT, 1, Decoding(max_tokens=TOKENS)))
    assert told.text == adapter.decode(tokens[:at])
    assert (told.end.finish_reason, told.end.completion_tokens) == ("stop", at + 1)


def test_too_long_a_prompt_fails_alone(adapter: Adapter) -> None:
    long = "All work and no play. " * 120
    asked = [Question(TEXT, 1), Question(long, 1), Question("Hi", 1, Decoding(max_tokens=adapter.context))]
    [alone] = ask(adapter, asked[0])
    fine, *failed = ask(adapter, *asked)
    assert fine.text == alone.text
    assert [told.failure.code for told in failed] == ["context_length_exceeded"] * 2
    assert str(adapter.context) in failed[1].failure.message


@pytest.mark.parametrize("name", ["idefics", "llava"])
def test_questions_with_and_without_pictures_share_a_batch(adapters: dict[str, Adapter], name: str) -> None:
    questions = [Question(TEXT, None), Question(TEXT, 1), Question("Hi", None)]
    alone = [ask(adapters[name], question)[0].text for question in questions]
    assert texts(ask(adapters[name], *questions)) == alone
    assert alone[0] != alone[1]


def test_question_too_long_for_the_part_that_looks_fails_alone(adapters: dict[str, Adapter]) -> None:
    adapter = adapters["instructblip"]
    [alone] = ask(adapter, Question(TEXT, 1))
    fine, failed = ask(adapter, Question(TEXT, 1), Question("x" * 600, 1))
    assert fine.text == alone.text
    assert failed.failure.code == "context_length_exceeded"
    assert "512" in failed.failure.message
