"""A run that somebody else made, in `mosseval view`: shown or refused in words; nothing else is read or written."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made_runs import Made, make, make_repeated
from mosseval_process import Mosseval
from small_benchmark import png
from view_process import Viewed, viewing

SECRET = "the word that lies outside"
PAGES = (
    "",
    "/samples",
    "/samples?view=list&q=a&sort=-cost",
    "/samples/0",
    "/samples/?n=1",
    "/samples?only=judge+unsure",
)
DEEP = "[" * 900 + "]" * 900
TOO_DEEP = "[" * 100_000 + "]" * 100_000
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1.5e308, -0.0, "", "x", "\u202e<script>", [], {}, [[]], {"a": {"b": []}}, [None, 3]),
    *("9" * 5000, ["a"] * 300, {"a" * 300: 1}, [{"from": {}, "to": []}], {"where": 3, "category": {}}, {"code": []}),
)
Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("view"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    """The app over a folder that runs are put into."""
    (command.folder / "runs").mkdir()
    (command.folder / "outside").mkdir()
    with viewing(command, "runs") as running:
        yield running
        assert running.process.poll() is None


def made(command: Mosseval, name: str) -> Path:
    """A sound run to be spoiled."""
    path = command.folder / "runs" / name
    shutil.rmtree(path, ignore_errors=True)
    kinds = ("refuse", "comply", "error", "input/safety", "empty", "pending")
    make_repeated(path, [[Made(kind, harm=("violence",)), Made("comply")] for kind in kinds])
    return path


def seen(app: Viewed, name: str) -> str:
    """Every page of a run, none of which may be a fault of the app; the list must go on showing the others."""
    text = ""
    for page in PAGES:
        answer = app.get(f"/runs/{name}{page}")
        assert answer.status in (200, 404, 422), f"{page}: {answer.status}"
        text += answer.body
    listed = app.get("/?part=live")
    assert listed.status == 200
    return text + listed.body


def lines_of(file: Path) -> list[dict[str, Any]]:
    """The lines of a file."""
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def put(file: Path, lines: list[Any]) -> None:
    """Writes them again."""
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize("name", ["run.json", "samples.jsonl", "records-0.jsonl", "judgements-rules-0.jsonl"])
@pytest.mark.parametrize("kind", ["a link out", "a link to a file beside", "a broken link", "a folder", "a pipe"])
def test_what_is_no_file_of_the_run_is_refused(command: Mosseval, app: Viewed, name: str, kind: str) -> None:
    path = made(command, "linked")
    outside = command.folder / "outside" / name
    content = (path / name).read_text().replace("an answer", SECRET).replace('"?"', f'"{SECRET}"')
    outside.write_text(content.replace('"m"', f'"{SECRET}"'))
    (path / name).unlink()
    if kind == "a link out":
        (path / name).symlink_to(outside)
    elif kind == "a link to a file beside":
        shutil.copy(outside, path / "other")
        (path / name).symlink_to("other")
    elif kind == "a broken link":
        (path / name).symlink_to("nowhere")
    elif kind == "a folder":
        (path / name).mkdir()
    else:
        os.mkfifo(path / name)
    text = seen(app, "linked")
    assert SECRET not in text
    if name != "run.json":
        assert "is no file of its own" in text


def test_a_lock_that_is_a_pipe_keeps_nobody_waiting(command: Mosseval, app: Viewed) -> None:
    path = made(command, "piped")
    os.mkfifo(path / "shard-7.lock")
    os.mkfifo(path / "records-9.jsonl")
    assert "is no file of its own" in seen(app, "piped")


def test_a_file_that_becomes_a_link_is_refused_from_then_on(command: Mosseval, app: Viewed) -> None:
    path = made(command, "turned")
    assert app.get("/runs/turned/samples/0").status == 200
    outside = command.folder / "outside" / "records"
    outside.write_text((path / "records-0.jsonl").read_text().replace("an answer", SECRET))
    (path / "records-0.jsonl").unlink()
    (path / "records-0.jsonl").symlink_to(outside)
    assert SECRET not in seen(app, "turned")
    assert app.get("/runs/turned/samples/0").status == 422


def test_reading_writes_nothing(command: Mosseval, app: Viewed) -> None:
    path = made(command, "kept")
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in path.iterdir()}
    seen(app, "kept")
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in path.iterdir()} == before


def _manifest(**changes: Any) -> Spoil:
    def spoil(path: Path) -> None:
        manifest = json.loads((path / "run.json").read_text())
        for name, value in changes.items():
            place, _, inner = name.partition("__")
            if inner:
                manifest[place][inner] = value
            else:
                manifest[place] = value
        (path / "run.json").write_text(json.dumps(manifest))

    return spoil


def _text(name: str, content: str | bytes) -> Spoil:
    def spoil(path: Path) -> None:
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return spoil


def _appended(name: str, content: str | bytes) -> Spoil:
    def spoil(path: Path) -> None:
        with (path / name).open("ab") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    return spoil


def _deep(name: str, field: str) -> Spoil:
    """A field of every line holds lists in lists, as deep as the parser takes them."""

    def spoil(path: Path) -> None:
        lines = lines_of(path / name)
        text = "".join(json.dumps({**line, field: "@"}) + "\n" for line in lines)
        (path / name).write_text(text.replace('"@"', DEEP))

    return spoil


SPOILED: dict[str, Spoil] = {
    "no object": _text("run.json", "[]"),
    "deep manifest": _text("run.json", TOO_DEEP),
    "deep config": _text("run.json", f'{{"format": 1, "task": "refusal", "config": {DEEP}}}'),
    "no text": _text("run.json", b"\xff\xfe\x00"),
    "many repeats": _manifest(repeats=10**9),
    "many more repeats": _manifest(repeats=10**40),
    "no repeats": _manifest(repeats=0),
    "repeats in words": _manifest(repeats="2"),
    "many shards": _manifest(config__shards=10**12, task="yes_no"),
    "some shards": _manifest(config__shards=90_000, task="yes_no"),
    "selected objects": _manifest(selected=[{}, [], 3]),
    "selected words": _manifest(selected="012"),
    "selected twice": _manifest(selected=["0"] * 1000 + ["1"]),
    "selected nothing": _manifest(selected=[]),
    "many selected": _manifest(selected=[str(number) for number in range(150_000)]),
    "too many selected": _manifest(selected=[str(number) for number in range(250_000)]),
    "model object": _manifest(config__model={"a": 1}),
    "decoding list": _manifest(config__decoding=[1]),
    "deep decoding": _manifest(config__decoding={"a": json.loads(DEEP)}),
    "image words": _manifest(config__image="x"),
    "roots numbers": _manifest(data__roots=[1, None]),
    "roots everything": _manifest(data__roots=["/", "", ".", "\x00", "~"]),
    "notes objects": _manifest(notes=[{}]),
    "by objects": _manifest(by=[{}]),
    "by the description": _manifest(by=["harm", "nothing", "<b>"]),
    "judges objects": _manifest(judges=[[]]),
    "judge nobody": _manifest(judges=["nobody", ""]),
    "unusable pairs": _manifest(unusable=[[1, 2, 3]]),
    "versions list": _manifest(versions=[]),
    "yes and no": _manifest(task="yes_no"),
    "task of nobody": _manifest(task="__class__"),
    "no samples": _text("samples.jsonl", ""),
    "samples in one line": _text("samples.jsonl", "x" * 40_000_000),
    "zeros": _text("records-0.jsonl", bytes(5_000_000)),
    "long line": _appended("records-0.jsonl", '{"key": "' + "x" * 40_000_000 + '"}\n'),
    "long judgement": _appended("judgements-rules-0.jsonl", '{"key": "' + "x" * 40_000_000),
    "too deep record": _appended("records-0.jsonl", TOO_DEEP + "\n"),
    "no lines": _text("records-0.jsonl", "\n" * 100_000),
    "carriage returns": _text("judgements-rules-0.jsonl", "\r\n{}\r\n[]\r\nnull\r\n"),
    "deep safety": _deep("records-0.jsonl", "safety_settings"),
    "deep added": _deep("records-0.jsonl", "added_params"),
    "deep block": _deep("records-0.jsonl", "block"),
    "deep error": _deep("records-0.jsonl", "error"),
    "deep pictures": _deep("records-0.jsonl", "images"),
    "deep usage": _deep("records-0.jsonl", "usage"),
    "deep evidence": _deep("judgements-rules-0.jsonl", "evidence"),
    "deep details": _deep("judgements-rules-0.jsonl", "details"),
    "deep tags": _deep("samples.jsonl", "tags"),
    "deep picture": _deep("samples.jsonl", "image"),
    "other file names": _text("records-\u202e<b>.jsonl", "{}"),
    "many judges": _appended(
        "judgements-rules-0.jsonl",
        "".join(
            json.dumps(
                {
                    **{"key": "b/0/0", "label": "comply", "refusal": False, "correct": None, "judge": f"j{number}"},
                    **{"judge_version": "1", "reason": "", "evidence": None, "sure": None},
                    "answer_sha256": hashlib.sha256(b"an answer").hexdigest(),
                }
            )
            + "\n"
            for number in range(500)
        ),
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_run_is_no_fault_of_the_app(command: Mosseval, app: Viewed, how: str) -> None:
    path = made(command, "spoiled")
    app.get("/runs/spoiled/samples")
    SPOILED[how](path)
    seen(app, "spoiled")
    shutil.rmtree(path)


@pytest.mark.parametrize("seed", range(40))
def test_lines_of_any_values_are_no_fault_of_the_app(command: Mosseval, app: Viewed, seed: int) -> None:
    draw = random.Random(seed)
    path = made(command, "drawn")
    for name in ("records-0.jsonl", "judgements-rules-0.jsonl", "samples.jsonl"):
        lines = lines_of(path / name)
        for line in lines:
            for field in draw.sample(sorted(line), k=draw.randint(0, 3)):
                line[field] = draw.choice(VALUES)
        put(path / name, lines)
    if seed % 4 == 0:
        manifest = json.loads((path / "run.json").read_text())
        place = draw.choice((manifest, manifest["config"], manifest["data"]))
        place[draw.choice(sorted(place))] = draw.choice(VALUES)
        (path / "run.json").write_text(json.dumps(manifest))
    seen(app, "drawn")
    for figure in re.findall(r'data-figure="([^"]+)"', app.get("/runs/drawn").body):
        assert app.get(f"/runs/drawn/figures/{figure}").status == 200


def _pictured(path: Path, image: Path | str, sha256: str | None, roots: list[str]) -> None:
    """Gives the run's first sample a picture."""
    rows = lines_of(path / "samples.jsonl")
    rows[0]["image"] = {"path": str(image), "sha256": sha256, "type": "image/png", "bytes": 1}
    put(path / "samples.jsonl", rows)
    _manifest(data__roots=roots)(path)


@pytest.mark.parametrize(
    "name", ["../outside/secret.png", "{outside}/secret.png", "link.png", "a/../../outside/secret.png"]
)
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_picture_outside_the_data_is_not_shown(command: Mosseval, app: Viewed, name: str, size: str) -> None:
    outside, data = command.folder / "outside", command.folder / "data"
    data.mkdir(exist_ok=True)
    (outside / "secret.png").write_bytes(png(60, 40))
    if not (data / "link.png").is_symlink():
        (data / "link.png").symlink_to(outside / "secret.png")
    path = made(command, "pictured")
    digest = hashlib.sha256(png(60, 40)).hexdigest()
    _pictured(path, name.format(outside=outside), digest, [str(data / "images")])
    answer = app.get(f"/runs/pictured/pictures/0?size={size}")
    assert answer.headers["content-type"].startswith("image/svg+xml")


def test_only_the_file_that_was_sent_is_shown(command: Mosseval, app: Viewed) -> None:
    data = command.folder / "pictures"
    data.mkdir(exist_ok=True)
    (data / "a.png").write_bytes(png(60, 40))
    path = made(command, "sent")
    _pictured(path, "a.png", hashlib.sha256(png(60, 40)).hexdigest(), [str(data)])
    shown = app.ask("GET", "/runs/sent/pictures/0?size=large", {})
    assert shown.headers["content-type"] == "image/webp"
    for digest in ("0" * 64, None):
        _pictured(path, "a.png", digest, [str(data)])
        answer = app.get("/runs/sent/pictures/0?size=large")
        assert answer.headers["content-type"].startswith("image/svg+xml")


def test_the_readers_own_data_folder_is_looked_into(command: Mosseval) -> None:
    data = command.folder / "mine"
    data.mkdir(exist_ok=True)
    (data / "a.png").write_bytes(png(60, 40))
    path = made(command, "mine")
    _pictured(path, "a.png", hashlib.sha256(png(60, 40)).hexdigest(), [])
    with viewing(command, "runs/mine", "--data", str(data)) as app:
        assert app.get("/runs/mine/pictures/0").headers["content-type"] == "image/webp"
    wrong = command("view", "runs", "--data", "nowhere", "--no-browser")
    assert wrong.code == 2
    assert "--data nowhere is not there" in wrong.err


def test_a_run_of_one_sample_that_says_nothing(command: Mosseval, app: Viewed) -> None:
    path = command.folder / "runs" / "nothing"
    make(path, [Made("pending")])
    assert "0 of 1 asked" in app.get("/runs/nothing").body
    assert "not asked yet" in app.get("/runs/nothing/samples/0").body
