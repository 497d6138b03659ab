"""A Kubernetes API server as far as `mosseval k8s` asks one, over real HTTP. It starts no pod.

It refuses what a real one would: no token, a Job of a name that is there, a Job that is not valid; and it adds what a
real one adds to a Job (defaults, a uid, a status).
"""

from __future__ import annotations

import copy
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate
import yaml
from manifest_shape import enum_faults, job_faults

TOKEN = "planted-cluster-token-93ab"
VERSION = "1.37.0"
JOB_PATH = re.compile(r"/apis/batch/v1/namespaces/(?P<namespace>[^/]+)/jobs(/(?P<name>[^/]+))?")
CORE_PATH = re.compile(r"/api/v1/namespaces/(?P<namespace>[^/]+)/(?P<kind>[a-z]+)(/(?P<name>[^/]+)(?P<log>/log)?)?")
PAGE_AT_MOST = 3
"""Smaller than a client asks for, so that every listing has pages."""

Document = dict[str, Any]


@dataclass
class Refusal(Exception):
    """An answer that is none: status, Kubernetes' reason, words."""

    status: int
    reason: str
    message: str


@dataclass
class FakeKubernetes:
    """What the cluster holds, and what was asked of it."""

    namespace: str = "mosseval"
    jobs: dict[str, Document] = field(default_factory=dict)
    pods: list[Document] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"mosseval-key": ("key",)})
    service_accounts: set[str] = field(default_factory=lambda: {"default", "mosseval-evaluator"})
    forbidden: set[str] = field(default_factory=set)
    """Kinds that the user may not look at."""
    seen: list[str] = field(default_factory=list)
    """`METHOD /path?query` of every request."""
    broken: Callable[[str, str], Refusal | bool | None] = lambda method, path: None
    """A fault for a request: a refusal, or True for an answer that is lost after the work was done."""
    stays: int = 0
    """How many more times a deleted Job is seen."""
    url: str = ""

    def kubeconfig(self, folder: Path, authority: Path | None = None, **rest: Any) -> Path:
        """A file that leads here; `authority` is what a server's certificate is checked by."""
        user = {"token": TOKEN, **rest}
        trusted = {} if authority is None else {"certificate-authority": str(authority)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "fake", "cluster": {"server": self.url, **trusted}}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "fake", "user": "me"}}],
        }
        file = folder / "kubeconfig.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return file

    def answer(self, method: str, target: str, body: bytes) -> Document | str:
        """The answer to one request. Raises Refusal."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if (found := JOB_PATH.fullmatch(parts.path)) is not None:
            self._check_namespace(found["namespace"])
            return self._jobs(method, found["name"], query, body)
        if (found := CORE_PATH.fullmatch(parts.path)) is not None and method == "GET":
            self._check_namespace(found["namespace"])
            return self._core(found["kind"], found["name"], query, log=bool(found["log"]))
        raise Refusal(404, "NotFound", "the server could not find the requested resource")

    def _check_namespace(self, name: str) -> None:
        if name != self.namespace:
            raise Refusal(404, "NotFound", f'namespaces "{name}" not found')

    def _jobs(self, method: str, name: str | None, query: dict[str, str], body: bytes) -> Document:
        if method == "POST":
            return self._create(json.loads(body), dry_run=query.get("dryRun") == "All")
        if name is None:
            return self._page(list(self.jobs.values()), query)
        job = self.jobs.get(name)
        if job is None:
            raise Refusal(404, "NotFound", f'jobs.batch "{name}" not found')
        if method == "DELETE":
            wanted = json.loads(body)["preconditions"]["uid"]
            if wanted != job["metadata"]["uid"]:
                raise Refusal(409, "Conflict", "the UID in the precondition does not match")
            job["metadata"]["deletionTimestamp"] = "2026-11-25T10:00:00Z"
        elif "deletionTimestamp" in job["metadata"]:
            self.stays -= 1
        if "deletionTimestamp" in job["metadata"] and self.stays <= 0:
            del self.jobs[name]
        return job

    def _create(self, job: Document, *, dry_run: bool) -> Document:
        name = job["metadata"]["name"]
        try:
            kubernetes_validate.validate(job, VERSION, strict=True)
            faults = [*job_faults([job]), *enum_faults([job])]
        except kubernetes_validate.ValidationError as error:
            faults = [error.message]
        if faults:
            raise Refusal(422, "Invalid", f'Job.batch "{name}" is invalid: {"; ".join(faults)}')
        if name in self.jobs:
            raise Refusal(409, "AlreadyExists", f'jobs.batch "{name}" already exists')
        made = _with_defaults(job)
        if not dry_run:
            self.jobs[name] = made
        return made

    def _core(self, kind: str, name: str | None, query: dict[str, str], *, log: bool) -> Document | str:
        if kind in self.forbidden:
            raise Refusal(403, "Forbidden", f'{kind} "{name}" is forbidden: User "me" cannot get resource "{kind}"')
        if kind == "secrets" and name in self.secrets:
            return {"kind": "Secret", "data": dict.fromkeys(self.secrets[name], "cGxhbnRlZC1zZWNyZXQ=")}
        if kind == "serviceaccounts" and name in self.service_accounts:
            return {"kind": "ServiceAccount", "metadata": {"name": name}}
        if kind == "pods" and log:
            return self._log(str(name), query)
        if kind == "pods" and name is None:
            return self._page(self.pods, query)
        raise Refusal(404, "NotFound", f'{kind} "{name}" not found')

    def _log(self, pod: str, query: dict[str, str]) -> str:
        assert query["container"] in ("evaluator", "fetch")
        if pod not in self.logs:
            raise Refusal(400, "BadRequest", f'container "{query["container"]}" in pod "{pod}" is waiting to start')
        lines = self.logs[pod].splitlines(keepends=True)
        return "".join(lines[-int(query["tailLines"]) :])[-int(query["limitBytes"]) :]

    def _page(self, items: list[Document], query: dict[str, str]) -> Document:
        wanted = dict(each.split("=") for each in query["labelSelector"].split(","))
        chosen = [each for each in items if wanted.items() <= each["metadata"].get("labels", {}).items()]
        start = int(query.get("continue", 0))
        end = start + min(PAGE_AT_MOST, int(query["limit"]))
        metadata = {"continue": str(end)} if end < len(chosen) else {}
        return {"kind": "List", "metadata": metadata, "items": chosen[start:end]}


def _with_defaults(job: Document) -> Document:
    """What an API server makes of a Job that it takes."""
    made = copy.deepcopy(job)
    made["metadata"] |= {"uid": "5f3c", "resourceVersion": "1", "creationTimestamp": "2026-11-25T09:00:00Z"}
    made["spec"] |= {"backoffLimit": 2147483647, "manualSelector": False, "selector": {"matchLabels": {"uid": "5f3c"}}}
    made["spec"]["template"]["metadata"]["labels"] |= {"batch.kubernetes.io/job-name": job["metadata"]["name"]}
    pod = made["spec"]["template"]["spec"]
    pod |= {"dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler"}
    for container in pod["containers"]:
        container |= {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
    made["status"] = {"startTime": "2026-11-25T09:00:01Z"}
    return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeKubernetes

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.fake.seen.append(f"{self.command} {self.path}")
        try:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refusal(401, "Unauthorized", "Unauthorized")
            fault = self.fake.broken(self.command, self.path)
            if isinstance(fault, Refusal):
                raise fault
            answer: Document | str = self.fake.answer(self.command, self.path, body)
            if fault:
                self.close_connection = True
                return
            self._send(200, answer)
        except Refusal as refusal:
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": refusal.status}
            self._send(refusal.status, {**status, "reason": refusal.reason, "message": refusal.message})

    def _send(self, status: int, answer: Document | str) -> None:
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def fake_kubernetes(tls: ssl.SSLContext | None = None) -> Iterator[FakeKubernetes]:
    """One on a free port, as long as the block lasts."""
    fake = FakeKubernetes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    fake.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pod_of(job: str, shard: int, attempt: int = 0, **status: Any) -> Document:
    """A pod of a Job: `phase`, `containerStatuses` and the rest of its status as given."""
    labels = {"batch.kubernetes.io/job-name": job, "batch.kubernetes.io/job-completion-index": str(shard)}
    metadata = {"name": f"{job}-{shard}-{attempt:05d}", "labels": labels}
    return {
        "kind": "Pod",
        "metadata": {**metadata, "creationTimestamp": f"2026-11-25T09:0{attempt}:00Z"},
        "status": {"phase": "Running", **status},
    }


def ended(code: int, reason: str = "Error", name: str = "evaluator") -> list[Document]:
    """The status of a container that ended with a code."""
    return [{"name": name, "state": {"terminated": {"exitCode": code, "reason": reason}}}]


def waits(reason: str, message: str = "", name: str = "evaluator") -> list[Document]:
    """The status of a container that waits."""
    return [{"name": name, "state": {"waiting": {"reason": reason, "message": message}}}]
