"""Pictures of one's own file by URL: off unless switched on, https, public addresses alone, bounded; over real TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from small_benchmark import png
from tls_server import HOST, Resolver, Trust, make_trust, tls_server

from mosseval.benchmarks import Dataset
from mosseval.benchmarks.own import OwnBenchmark, Reading
from mosseval.benchmarks.own.remote import Address, Remote, is_public, refusal
from mosseval.errors import DataError

HERE = "127.0.0.1"
PICTURE = png(shade=5)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOSSEVAL_DATA", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("tls"))


def stands_for_public(address: Address) -> bool:
    """The test's server is on loopback: one of its addresses counts as public here, all else as it is."""
    return str(address) == HERE or is_public(address)


def remote(trust: Trust, *addresses: str, **more: Any) -> Remote:
    settings = {"resolver": lambda: Resolver(list(addresses or (HERE,))), "allowed": stands_for_public, **more}
    return Remote(trust=trust.client, **settings)


async def load(folder: Path, how: Remote, *urls: str) -> Dataset:
    file = folder / "mine.jsonl"
    file.write_text("".join(json.dumps({"prompt": "How?", "image": url}) + "\n" for url in urls))
    return await asyncio.to_thread(OwnBenchmark(str(file), Reading(remote=how)).load, None)


async def test_pictures_are_downloaded_once_and_lie_in_the_users_data(trust: Trust, tmp_path: Path) -> None:
    asked: list[str] = []

    async def picture(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=PICTURE, content_type="text/html")

    async with tls_server(trust, picture) as port:
        urls = [f"https://{HOST}:{port}/{name}" for name in ("a", "b", "a")]
        first = await load(tmp_path, remote(trust), *urls)
        second = await load(tmp_path, remote(trust), *urls)
    assert sorted(asked) == ["/a", "/b"]
    assert first == second
    assert [sample.image_name for sample in first.samples] == urls
    for sample in first.samples:
        assert sample.image is not None
        assert sample.image.read_bytes() == PICTURE
        assert sample.image.parent == tmp_path / "home" / "pictures"


async def test_what_cannot_be_had_is_a_fault_at_its_line(trust: Trust, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.Response:
        answers = {
            "/gone": web.Response(status=404),
            "/elsewhere": web.Response(status=302, headers={"Location": "/ok"}),
            "/page": web.Response(text="<html>"),
            "/large": web.Response(body=b"x" * 2_000),
        }
        return answers.get(request.path) or web.Response(body=PICTURE)

    async with tls_server(trust, handler) as port:
        urls = [f"https://{HOST}:{port}/{name}" for name in ("ok", "gone", "elsewhere", "page", "large")]
        with pytest.raises(DataError) as refused:
            await load(tmp_path, remote(trust, max_bytes=1_000), *urls)
    said = str(refused.value).splitlines()
    assert "4 faults" in said[0]
    for line, words in zip(said[1:], ("HTTP 404", "HTTP 302", "is no picture", "more than 1000 bytes"), strict=True):
        assert words in line
    assert [line.split()[1] for line in said[1:]] == ["2:", "3:", "4:", "5:"]


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1"])
async def test_a_name_that_leads_inward_is_refused_before_a_connection(
    trust: Trust, tmp_path: Path, address: str
) -> None:
    with pytest.raises(DataError, match="not public"):
        await load(tmp_path, remote(trust, address), f"https://{HOST}:1/a")


async def test_an_address_in_the_url_is_checked_too(trust: Trust, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not public"):
        await load(tmp_path, remote(trust, allowed=is_public), "https://127.0.0.1:1/a")


async def test_a_server_that_does_not_answer_is_left(trust: Trust, tmp_path: Path) -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with tls_server(trust, handler) as port:
        with pytest.raises(DataError, match=r"within 0\.3 s"):
            await load(tmp_path, remote(trust, timeout_s=0.3), f"https://{HOST}:{port}/a")


@pytest.mark.parametrize(
    "url", ["http://host/a", "ftp://host/a", "https://", "https://me:secret@host/a", "https://[::1/a", "x" * 5_000]
)
def test_urls_that_are_never_asked_for(url: str) -> None:
    assert refusal(url)


def test_public_addresses() -> None:
    assert is_public(ipaddress.ip_address("93.184.216.34"))
    for inward in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "0.0.0.0", "100.64.0.1"):
        assert not is_public(ipaddress.ip_address(inward))
