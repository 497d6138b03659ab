"""`mosseval view` as a process: who may ask, what a URL may name, and the list of runs while it changes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_runs import Made, add, make
from mosseval_process import Mosseval
from view_process import Viewed, viewing


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("view"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    """The app over three runs: a whole one, one with a gap, one that stopped early."""
    runs = command.folder / "runs"
    make(runs / "whole", [Made("refuse"), Made("comply"), Made("comply")])
    make(runs / "gaps", [Made("comply"), Made("empty")])
    make(runs / "stopped", [Made("comply"), Made("pending")], order=[0])
    (runs / "no run").mkdir()
    (runs / "broken").mkdir()
    (runs / "broken" / "run.json").write_text("{")
    with viewing(command, "runs") as running:
        yield running


def test_lists_every_run_with_what_its_rate_covers(app: Viewed) -> None:
    page = app.get("/").body
    assert "33.3%" in page
    assert "1 of 3" in page
    assert "1 empty" in page
    assert "cannot be read as a run" in page
    assert "no run<" not in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("?q=who", ["whole"]),
        ("?status=gaps", ["gaps"]),
        ("?status=stopped", ["stopped"]),
        ("?sort=run", ["broken", "gaps", "stopped", "whole"]),
        ("?sort=-run", ["whole", "stopped", "gaps", "broken"]),
        ("?sort=-rate&status=complete", ["whole"]),
        ("?q=nothing+like+this", []),
        ("?sort=__class__&status=%3Cb%3E", ["broken", "gaps", "stopped", "whole"]),
    ],
)
def test_the_url_filters_and_sorts(app: Viewed, asked: str, shown: list[str]) -> None:
    page = app.get(f"/{asked}&part=live").body
    names = [part.split('"')[0] for part in page.split('href="/runs/')[1:]]
    assert (sorted(names) if "sort=r" not in asked and "sort=-run" not in asked else names) == shown


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "a@localhost", "", "[::1"]
)
def test_another_name_for_this_machine_is_refused(app: Viewed, host: str) -> None:
    for path in ("/", "/token", "/runs/whole"):
        answer = app.get(path, Host=host)
        assert answer.status == 421
        assert "token" not in answer.body.lower() or "localhost" in answer.body


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1:1", "[::1]:80", "localhost"])
def test_a_forwarded_port_works(app: Viewed, host: str) -> None:
    assert app.get("/", Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_no_foreign_page_writes(app: Viewed, headers: dict[str, str]) -> None:
    assert app.post("/", {"a": "b"}, **headers).status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(app: Viewed, method: str) -> None:
    assert app.ask(method, "/", {}).status == 405


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../../etc",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "whole/../gaps",
        "no run",
        "%00",
        "a" * 5000,
        "./whole",
        "~",
    ],
)
def test_a_url_names_a_run_of_the_list_or_nothing(app: Viewed, name: str) -> None:
    answer = app.get(f"/runs/{name.replace(' ', '%20')}")
    assert answer.status in (400, 404)
    assert "root:" not in answer.body


@pytest.mark.parametrize("path", ["/", "/nothing", "/token", "/assets/x/look.css", "/assets/x/site.py"])
def test_every_answer_says_what_it_may_do(app: Viewed, path: str) -> None:
    headers = app.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_the_list_follows_a_run_that_goes_on(command: Mosseval, app: Viewed) -> None:
    folder = make(command.folder / "runs" / "growing", [Made("refuse"), Made("pending")], order=[0])
    before = app.get("/?q=growing&part=live")
    assert "1 of 2" in before.body
    assert app.get("/?q=growing&part=live", If_None_Match=before.headers["etag"]).status == 304
    add(folder, 1, Made("comply"))
    after = app.get("/?q=growing&part=live", If_None_Match=before.headers["etag"])
    assert after.status == 200
    assert "2 of 2" in after.body
    assert "50.0%" in after.body


def test_a_run_that_is_written_is_said_to_run(command: Mosseval, app: Viewed) -> None:
    import fcntl

    folder = command.folder / "runs" / "whole"
    with open(folder / "shard-0.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "running" in app.get("/?q=whole&part=live").body.split("</form>")[-1]
    assert 'class="state complete"' in app.get("/?q=whole&part=live").body


def test_one_run_alone(command: Mosseval, app: Viewed) -> None:
    with viewing(command, "runs/gaps") as alone:
        page = alone.get("/?part=live").body
        assert "/runs/gaps" in page
        assert "whole" not in page


def test_a_folder_without_runs_says_how_to_make_one(command: Mosseval) -> None:
    (command.folder / "empty").mkdir(exist_ok=True)
    with viewing(command, "empty") as running:
        assert "mosseval run --model simulated/cautious" in running.get("/").body


def test_no_folder_is_wrong_use(command: Mosseval) -> None:
    done = command("view", "nowhere", "--no-browser")
    assert done.code == 2
    assert "nowhere is no folder" in done.err


def test_a_taken_port_is_wrong_use(command: Mosseval, app: Viewed) -> None:
    done = command("view", "runs", "--port", app.port, "--no-browser")
    assert done.code == 2
    assert f"port {app.port} is taken" in done.err


def test_listens_to_this_machine_alone(app: Viewed) -> None:
    import psutil

    addresses = {each.laddr.ip for each in psutil.Process(app.process.pid).net_connections() if each.status == "LISTEN"}
    assert addresses == {"127.0.0.1"}


def test_a_hostile_manifest_is_a_line_of_text(command: Mosseval, app: Viewed) -> None:
    folder = command.folder / "runs" / "hostile"
    make(folder, [Made("comply")])
    manifest = json.loads((folder / "run.json").read_text())
    manifest["config"]["model"] = "<script>window.owned=1</script>\u202e"
    (folder / "run.json").write_text(json.dumps(manifest))
    page = app.get("/?q=hostile&part=live").body
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "⟨U+202E⟩" in page


def test_ends_when_it_is_told(command: Mosseval) -> None:
    with viewing(command, "runs") as running:
        os.kill(running.process.pid, signal.SIGINT)
        assert running.process.wait(timeout=10) == 130
        assert "Traceback" not in running.process.communicate()[1]


def test_the_token_is_of_one_process_and_in_no_log(command: Mosseval) -> None:
    with viewing(command, Path("runs")) as first, viewing(command, Path("runs")) as second:
        assert first.token() != second.token()
        assert len(first.token()) >= 40
