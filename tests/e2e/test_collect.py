"""Collecting through the local app: what is stored, by whom it may be, what pictures leave, and what it comes to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

import pytest
from collected import ANSWER, MODEL, REFUSAL, said
from mosseval_process import Mosseval
from view_process import Answer, Viewed, viewing

from mosseval.collection import About, Collection, Wish, begin

LONG_S = 120.0
JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Begun:
    """The running app, and the file of one collection in its folder; each test has its own."""

    app: Viewed
    file: Collection

    @property
    def page(self) -> str:
        """Its address."""
        return f"/collect/{self.file.name}"

    def store(self, sample: str, kind: str = "answered", text: str = ANSWER, **fields: str) -> Answer:
        """The form of a sample, sent as the page's script does."""
        asked = {"sample": sample, "kind": kind, "text": text, "seen": "0", **fields}
        return self.app.post(self.page, asked, **JSON)

    def texts(self) -> dict[str, str]:
        """What stands on the disk."""
        return {sample: entry.said.text for sample, entry in self.file.standing().entries.items()}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("collect"))
    (started.folder / "runs").mkdir()
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    with viewing(command, "runs") as running:
        yield running


@pytest.fixture
def begun(app: Viewed, command: Mosseval, request: pytest.FixtureRequest) -> Iterator[Begun]:
    model = "".join(each if each.isascii() and each.isalnum() else "-" for each in request.node.name)[:100].strip("-")
    file = begin(command.folder / "runs", Wish("demo", model))
    yield Begun(app, file)
    file.path.unlink()
    file.path.with_suffix(".json").unlink(missing_ok=True)


def test_begins_from_a_form_and_goes_on(app: Viewed, command: Mosseval) -> None:
    fields = {"benchmark": "demo", "model": "a/form", "by": "ann", "site": "chat.example", "shown_as": "GPT-4o"}
    answer = app.post("/collect", fields)
    assert (answer.status, answer.headers["location"]) == (303, "/collect/demo-a-form")
    file = Collection.open(command.folder / "runs" / "collections" / "demo-a-form.jsonl")
    assert file.begun.about == About("ann", "chat.example", "GPT-4o", "")
    assert app.post("/collect", {"benchmark": "demo", "model": "a/form"}).headers["location"] == "/collect/demo-a-form"
    assert "0 of 30 collected" in app.get("/collect").body


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"benchmark": "nothing"}, "no benchmark is called"),
        ({"model": "<b>x"}, "cannot be a model"),
        ({"model": "../../x"}, "cannot be a model"),
        ({"benchmark": "mossbench", "data": "/nothing/here"}, "/nothing/here"),
    ],
)
def test_what_cannot_be_begun_is_said_and_the_form_kept(app: Viewed, fields: dict[str, str], words: str) -> None:
    answer = app.post("/collect", {"benchmark": "demo", "model": "kept", **fields})
    assert answer.status == 400
    assert words in unescape(answer.body)
    assert "<b>x" not in answer.body
    assert f'value="{escape(fields.get("model", "kept"))}"' in answer.body


def test_stored_is_on_the_disk_and_leads_to_the_next(begun: Begun) -> None:
    answer = begun.store("er-01", text="Sure!\r\n\u202e<b>", nonce="n")
    assert json.loads(answer.body)["to"] == f"{begun.page}?sample=er-02"
    assert begun.texts() == {"er-01": "Sure!\n\u202e<b>"}
    again = begun.store("er-01", text="Sure!\r\n\u202e<b>", nonce="n")
    assert json.loads(again.body)["number"] == "1"
    page = begun.app.get(begun.page).body
    assert "29 left" in page
    assert "sample=er-02" in page


def test_killed_at_once_nothing_that_was_said_to_be_stored_is_lost(command: Mosseval, begun: Begun) -> None:
    for number, item in enumerate(begun.file.begun.items[:3]):
        with viewing(command, "runs") as other:
            assert Begun(other, begun.file).store(item.id, text=f"answer {number}").status == 200
            other.process.kill()
    assert list(begun.texts().values()) == [f"answer {number}" for number in range(3)]


def test_two_tabs_lose_nothing(begun: Begun) -> None:
    assert begun.store("er-01", text="mine").status == 200
    late = begun.store("er-01", text="yours")
    assert late.status == 409
    told = json.loads(late.body)
    assert "Stored elsewhere meanwhile" in told["note"]
    assert begun.texts() == {"er-01": "mine"}
    plain = begun.app.post(begun.page, {"sample": "er-01", "kind": "answered", "text": "yours <b>", "seen": "0"})
    assert plain.status == 409
    assert "yours &lt;b&gt;</textarea>" in plain.body
    assert 'name="seen" value="1"' in plain.body
    assert begun.store("er-01", text="yours", seen=told["seen"]).status == 200
    assert begun.texts() == {"er-01": "yours"}


def test_many_tabs_at_once(begun: Begun) -> None:
    wanted = {item.id: item.id * 1000 for item in begun.file.begun.items}
    token = begun.app.token()

    def write(sample: str) -> int:
        fields = {"sample": sample, "kind": "answered", "text": wanted[sample], "seen": "0"}
        return begun.app.post(begun.page, fields, token=token, **JSON).status

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(write, wanted)) == {200}
    transcript = json.loads(begun.app.get(f"{begun.page}/transcript.json").body)
    assert {name: each["response"] for name, each in transcript["responses"].items()} == wanted
    beside = json.loads(begun.file.path.with_suffix(".json").read_text())
    assert beside["responses"] == transcript["responses"]


def test_undo_gives_the_text_back(begun: Begun) -> None:
    begun.store("er-01", "blocked", "No.", where="input", category="safety")
    told = json.loads(begun.app.post(begun.page, {"undo": "1", "sample": "er-02"}, **JSON).body)
    assert (told["sample"], told["text"], told["to"]) == ("er-01", "No.", f"{begun.page}?sample=er-01")
    assert begun.texts() == {}
    nothing = begun.app.post(begun.page, {"undo": "1", "sample": "er-02"})
    assert nothing.headers["location"] == f"{begun.page}?sample=er-02"


def test_a_write_needs_the_token_and_the_page(begun: Begun) -> None:
    app, fields = begun.app, {"sample": "er-01", "kind": "answered", "text": "x", "seen": "0"}
    assert app.post(begun.page, fields, token="wrong").headers["x-mosseval-token"] == "stale"
    assert app.post(begun.page, fields, Origin="http://evil.example").status == 403
    assert app.post("/collect", {"benchmark": "demo", "model": "no-token"}, token="").status == 403
    assert app.get(f"{begun.page}?kind=answered&sample=er-01&text=x&undo=1").status == 200
    assert begun.file.standing().last == 0
    assert not list(begun.file.path.parent.glob("*no-token*"))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "answered", "text": "  "}, 400),
        ({"kind": "blank", "text": "x"}, 400),
        ({"kind": "complied", "text": "x"}, 400),
        ({"kind": "answered", "text": "x", "sample": "nothing"}, 400),
        ({"kind": "answered", "text": "x" * 1_000_001}, 400),
        ({"kind": "answered", "text": "x" * 4_000_001}, 413),
        ({}, 400),
    ],
    ids=range(7),
)
def test_what_cannot_be_meant_is_not_stored(begun: Begun, fields: dict[str, str], status: int) -> None:
    assert begun.app.post(begun.page, {"sample": "er-01", "seen": "0", **fields}, **JSON).status == status
    assert begun.file.standing().last == 0


def test_the_very_picture_is_handed_out_under_a_plain_name(begun: Begun) -> None:
    picture, app = begun.file.begun.items[0].pictures[0], begun.app
    reply = app.ask("HEAD", f"{begun.page}/picture/0?sample=er-01", {})
    assert reply.status == 200
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["content-disposition"] == 'attachment; filename="demo-er-01.png"'
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert int(reply.headers["content-length"]) == picture.bytes
    for path in ("1?sample=er-01", "0?sample=nothing", "0?sample=../er-01", "-1?sample=er-01", "0", "%2e%2e"):
        assert app.get(f"{begun.page}/picture/{path}").status == 404


@pytest.mark.parametrize("hashed", [True, False])
def test_a_strangers_collection_shows_no_file_of_this_machine(command: Mosseval, begun: Begun, hashed: bool) -> None:
    secret = command.folder / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n a secret")
    document = json.loads(begun.file.path.read_text())
    document["roots"] = ["/", str(command.folder), "\x00", ""]
    for number, path in enumerate((str(secret), "secret.png", "../secret.png", "/etc/passwd", "\x00")):
        picture = document["items"][number]["pictures"][0]
        picture.update(path=path, sha256="0" * 64 if hashed else None)
    begun.file.path.write_text(json.dumps(document) + "\n")
    for item in begun.file.begun.items[:5]:
        assert begun.app.get(f"{begun.page}/picture/0?sample={item.id}").status == 404
        page = begun.app.get(f"{begun.page}?sample={item.id}")
        assert page.status == 200
        assert "data:image" not in page.body
        assert "a secret" not in page.body


def test_a_picture_is_served_where_its_hash_says_so_and_never_as_a_page(command: Mosseval, begun: Begun) -> None:
    file = command.folder / "x.html"
    file.write_bytes(b"<script>window.owned=1</script>")
    document = json.loads(begun.file.path.read_text())
    document["roots"] = [str(command.folder)]
    document["items"][0]["id"] = 'a"\r\nSet-Cookie: b=<script>'
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    document["items"][0]["pictures"][0].update(path="x.html", sha256=digest, type="text/html")
    begun.file.path.write_text(json.dumps(document) + "\n")
    reply = begun.app.get(f"{begun.page}/picture/0?sample=a%22%0d%0aSet-Cookie:%20b%3d%3Cscript%3E")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"] == 'attachment; filename="demo-a-Set-Cookie-b-script.bin"'
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e%2fx", "nothing", "../collections/x", "%00", "a" * 5000, "x.jsonl"], ids=range(7)
)
def test_a_url_names_a_collection_of_the_list_or_nothing(begun: Begun, name: str) -> None:
    (begun.file.path.parent.parent / "x.jsonl").write_bytes(begun.file.path.read_bytes())
    assert begun.app.get(f"/collect/{name}").status in (400, 404)


def test_a_link_is_no_collection(command: Mosseval, begun: Begun) -> None:
    outside = command.folder / "outside.jsonl"
    os.rename(begun.file.path, outside)
    begun.file.path.symlink_to(outside)
    assert begun.app.get(begun.page).status == 404
    assert begun.store("er-01").status == 404
    assert begun.file.name not in begun.app.get("/collect").body
    assert len(outside.read_text().splitlines()) == 1


def test_a_broken_collection_says_so_and_hides_no_other(begun: Begun) -> None:
    broken = begun.file.path.with_name("broken.jsonl")
    broken.write_text("{")
    page = begun.app.get("/collect").body
    assert "no collection that can be read" in page
    assert "0 of 30 collected" in page
    assert begun.app.get("/collect/broken").status == 404
    broken.unlink()


def test_the_command_begins_it_and_opens_there(command: Mosseval) -> None:
    process = command.start("view", "new", "--port", 0, "--no-browser", "--collect", "demo", "-m", "a/b")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    process.kill()
    assert re.fullmatch(r"collect: http://127\.0\.0\.1:\d+/collect/demo-a-b\n", lines[1])
    assert (command.folder / "new" / "collections" / "demo-a-b.jsonl").is_file()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--collect", "demo"), "--collect needs --model"),
        (("--model", "x"), "belongs to --collect"),
        (("--collect", "nothing", "-m", "x"), "no benchmark is called"),
        (("--collect", "demo", "-m", "a b"), "cannot be a model's name"),
    ],
)
def test_wrong_flags_are_said(command: Mosseval, flags: tuple[str, ...], words: str) -> None:
    done = command("view", "runs", "--no-browser", *flags)
    assert done.code == 2
    assert words in done.err


def test_of_a_collection_that_is_hardly_begun_a_replay_is_asked_for_what_is_there(begun: Begun) -> None:
    def printed() -> list[str]:
        return re.findall(r'"command" tabindex="0"><code>([^<]*)<', begun.app.get(begun.page).body)

    assert [line.split()[1] for line in printed()] == ["import"]
    begun.store("er-01")
    begun.store("er-02", "failed", "x")
    begun.store("er-03", "skipped", "")
    assert " --ids er-01,er-02 " in printed()[1]
    for item in begun.file.begun.items[3:20]:
        begun.store(item.id)
    assert "--ids" not in printed()[1]


def test_the_commands_that_it_prints_give_the_same_summary(tmp_path: Path) -> None:
    """From the app's page to two runs: imported, and asked again of the gateway's replay."""
    command = Mosseval(tmp_path)
    file = begin(tmp_path / "runs", Wish("demo", MODEL, about=About("ann", "", "GPT-4o", "")))
    items = file.begun.items
    with viewing(command, "runs") as app:
        for number, item in enumerate(items):
            each = said(number, item.id)
            more = {"where": each.where, "category": each.category, "code": each.code}
            assert Begun(app, file).store(item.id, each.kind, each.text, **more).status == 200
        page = app.get(f"/collect/{file.name}").body
    printed = [shlex.split(unescape(line)) for line in re.findall(r'"command" tabindex="0"><code>([^<]*)<', page)]
    assert [words[1] for words in printed] == ["import", "run"]
    for words, code in zip(printed, (0, 1), strict=True):
        done = command(*words[1:], timeout_s=LONG_S)
        assert done.code == code, done.err
    folders = [words[words.index("--out") + 1] for words in printed]
    imported, replayed = (json.loads(command("summary", each, "--format", "json").out) for each in folders)
    command.end()
    for part in ("refusal_rate", "without_provider_filters", "by", "bounds"):
        assert imported[part] == replayed[part]
    assert imported["refusal_rate"]["of"] == 27
    assert imported["counts"]["blocked"] == replayed["counts"]["blocked"] == 1
    assert imported["counts"]["empty"] == replayed["counts"]["empty"] == 1
    # What was skipped is owed in the one, and an answer that is not recorded in the other.
    assert (imported["counts"]["error"], imported["counts"]["pending"]) == (1, 1)
    assert (replayed["counts"]["error"], replayed["counts"]["pending"]) == (2, 0)
    assert imported["counts"]["refuse"] == sum(said(n, i.id).text == REFUSAL for n, i in enumerate(items))
