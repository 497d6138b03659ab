"""The body of a request: what stands in it, and that no text can displace the picture."""

from __future__ import annotations

import json

import pytest

from mosseval.images import EncodedImage, ImageInfo
from mosseval.request import Decoding, RequestSpec

PICTURE = EncodedImage(b"QUJD", "image/png", ImageInfo("0" * 64, "image/png", 3), 1, 1, changed=False)
HOSTILE = ("plain", 'quote " and \\', "a NUL \0 in it", "\\u0000", "Grüße 漢字 \U0001f642", '","image_url":{"url":"x')


@pytest.mark.parametrize("text", HOSTILE)
def test_picture_and_texts_arrive_as_they_are(text: str) -> None:
    spec = RequestSpec(f"model {text}", Decoding(max_tokens=7, seed=3), system_prompt=f"system {text}")
    assert json.loads(spec.body(f"question {text}", PICTURE)) == {
        "model": f"model {text}",
        "max_tokens": 7,
        "seed": 3,
        "messages": [
            {"role": "system", "content": f"system {text}"},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
                    {"type": "text", "text": f"question {text}"},
                ],
            },
        ],
    }


def test_without_a_picture_the_question_is_the_content() -> None:
    assert json.loads(RequestSpec("m").body("a NUL \0"))["messages"] == [{"role": "user", "content": "a NUL \0"}]


def test_safety_settings_are_sent_in_our_own_object() -> None:
    body = json.loads(RequestSpec("m", safety_settings={"HARM": "BLOCK"}).body("q", PICTURE))
    assert body["mosseval"] == {"safety_settings": {"HARM": "BLOCK"}}
    assert "mosseval" not in json.loads(RequestSpec("m").body("q", PICTURE))
