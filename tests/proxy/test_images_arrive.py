"""The property: every picture that can be decoded arrives within the provider's limits, every other one is named."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from fake_provider import FakeProvider
from gateway_process import Gateway, gateway_process
from pictures import Case, broken, encoded, large, noise, sound, turned
from strict_anthropic import strict_anthropic

CONFIG = """
model_list:
  - model_name: claude
    litellm_params: {{model: anthropic/claude-3-haiku-20240307, api_base: "{url}", api_key: sk-of-the-tests}}
"""
MESSAGE = {"role": "assistant", "content": "A picture."}
COMPLETION = {"choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}], "model": "llava"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with (
        strict_anthropic() as url,
        gateway_process(tmp_path_factory.mktemp("gateway"), CONFIG.format(url=url)) as running,
    ):
        yield running


def ask(gateway: Gateway, *cases: Case, model: str = "claude") -> tuple[int, dict[str, Any]]:
    """Status and body of a question with these pictures."""
    urls = [f"data:{case.declared};base64,{base64.b64encode(case.content).decode()}" for case in cases]
    parts: list[Any] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    messages = [{"role": "user", "content": [*parts, {"type": "text", "text": "What is it?"}]}]
    body = json.dumps({"model": model, "max_tokens": 64, "messages": messages}).encode()
    status, _, text = gateway.post(body, timeout=120)
    return status, json.loads(text)


def arrived(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer["choices"][0]["message"]["content"])
    return found


def faults(gateway: Gateway, case: Case) -> list[str]:
    """What is wrong with how a picture was treated."""
    status, body = ask(gateway, case)
    if not case.decodable:
        error = body.get("error", {})
        named = (status, error.get("code")) == (400, "image_invalid") and error["message"].startswith("image 0: ")
        return [] if named else [f"{case.name}: {status} {body}"]
    if status != 200:
        return [f"{case.name}: {status} {body}"]
    there, told = arrived(body)[0], body["mosseval"]["images"][0]
    same = (told["to"], told["sha256"], told["bytes"]) == (there["type"], there["sha256"], there["bytes"])
    return [] if same and told["from"] == case.declared else [f"{case.name}: told {told}, there is {there}"]


@pytest.mark.parametrize("corpus", [sound, large, broken])
def test_every_picture_arrives_or_is_named(gateway: Gateway, corpus: Any) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = [fault for faulty in threads.map(lambda case: faults(gateway, case), corpus()) for fault in faulty]
    assert found == []


def test_the_broken_one_among_several_is_named(gateway: Gateway) -> None:
    good = Case("good", encoded(noise((20, 20)), "PNG"), "image/png")
    bad = Case("bad", encoded(noise((20, 20)), "PNG")[:200], "image/png")
    status, body = ask(gateway, good, bad, good)
    assert (status, body["error"]["code"]) == (400, "image_invalid")
    assert body["error"]["message"].startswith("image 1: ")


def test_pictures_arrive_in_their_order_and_only_those_that_must_are_changed(gateway: Gateway) -> None:
    cases = [
        Case("as it is", encoded(noise((20, 20)), "JPEG"), "image/jpeg"),
        Case("turned", turned(6), "image/jpeg"),
        Case("wrong name", encoded(noise((21, 20)), "WEBP"), "image/png"),
    ]
    status, body = ask(gateway, *cases)
    assert status == 200
    assert [each["size"] for each in arrived(body)] == [[20, 20], [60, 40], [21, 20]]
    told = body["mosseval"]["images"]
    assert [each.get("changes") for each in told] == [None, "upright", "declared image/png, is image/webp"]


def test_a_url_that_leads_inwards_is_refused_where_remote_pictures_are_on(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as inside,
        gateway_process(tmp_path, MOSSEVAL_GATEWAY_REMOTE_IMAGES="1") as running,
    ):
        url = f"https://127.0.0.1:{inside.getsockname()[1]}/a.png"
        parts: list[Any] = [{"type": "image_url", "image_url": {"url": url}}]
        body = {"model": "simulated/helpful", "messages": [{"role": "user", "content": parts}]}
        status, _, text = running.post(json.dumps(body).encode())
        inside.setblocking(False)
        with pytest.raises(BlockingIOError):
            inside.accept()
    error = json.loads(text)["error"]
    assert (status, error["code"]) == (400, "image_invalid")
    assert error["message"] == "image 0: its URL leads to an address that is not public"


def test_passed_through_pictures_are_decoded_only_where_they_must_be_changed(tmp_path: Path) -> None:
    with FakeProvider() as fake:
        params = f'{{model: hosted_vllm/llava, api_base: "{fake.url}/v1"}}'
        config = f"model_list: [{{model_name: mine, litellm_params: {params}}}]"
        fake.answers(COMPLETION)
        with gateway_process(tmp_path, config) as running:
            process = psutil.Process(running.pid)
            sound = Case("sound", encoded(noise((30, 20)), "WEBP"), "image/png")
            assert ask(running, sound, model="mine")[0] == 200
            assert process.children() == []
            sent = fake.last_body["messages"][0]["content"][0]["image_url"]["url"]
            assert sent == "data:image/webp;base64," + base64.b64encode(sound.content).decode()
            status, body = ask(running, Case("turned", turned(6), "image/jpeg"), model="mine")
            assert (status, body["mosseval"]["images"][0]["changes"]) == (200, "upright")
            assert len(process.children()) == 1


def test_no_process_outlives_the_gateway(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as running:
        odd = Case("odd", encoded(noise((20, 20)), "BMP"), "image/bmp")
        assert ask(running, odd, model="simulated/helpful")[0] == 200
        decoders = psutil.Process(running.pid).children()
        assert decoders
    assert psutil.wait_procs(decoders, timeout=20)[1] == []


def test_pictures_are_decoded_in_another_process(gateway: Gateway) -> None:
    ask(gateway, Case("one", encoded(noise((20, 20)), "BMP"), "image/bmp"))
    mapped = Path(f"/proc/{gateway.pid}/maps").read_text()
    assert "PIL" not in mapped
    assert "heif" not in mapped
