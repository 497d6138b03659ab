"""A cluster's API server, through the official client: the only file that imports it, once it is needed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.errors import ClusterFailed, MissingExtra, UsageError
from mosseval.terminal import one_line

CONNECT_S, READ_S = 10, 60
PAGE = 500
"""Objects of one answer to a listing."""
JOB_OF_POD = "batch.kubernetes.io/job-name"
OURS = "app.kubernetes.io/name=mosseval,app.kubernetes.io/component=evaluator"
LONGEST_LOG = 1024 * 1024
"""Bytes of one pod's log."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """How a cluster is reached: as kubectl does where nothing is said."""

    namespace: str
    kubeconfig: Path | None = None
    context: str | None = None


class Cluster:
    """One namespace of a cluster. Every method raises ClusterFailed where the cluster cannot be reached or refuses."""

    def __init__(self, client: Any, namespace: str) -> None:
        from kubernetes.client import BatchV1Api, CoreV1Api

        self.namespace = namespace
        self._address = client.configuration.host
        self._batch = BatchV1Api(client)
        self._core = CoreV1Api(client)

    @classmethod
    @contextmanager
    def opened(cls, reach: Reach) -> Iterator[Cluster]:
        """The cluster, until the block ends. Raises MissingExtra, and UsageError for a file that leads to none."""
        client = _client(reach)
        with client:
            yield cls(client, reach.namespace)

    def create(self, job: Mapping[str, Any], *, dry_run: bool = False) -> bool:
        """Makes a Job; False where one of this name is there. `dry_run`: the server checks it and makes nothing."""
        rest = {"dry_run": "All"} if dry_run else {}
        try:
            self._asked(self._batch.create_namespaced_job, self.namespace, dict(job), **rest)
        except _Refused as refused:
            if refused.status == 409:
                return False
            raise
        return True

    def job(self, name: str) -> Document | None:
        """A Job as JSON; None where there is none of this name."""
        return self._or_none(self._batch.read_namespaced_job, name, self.namespace)

    def jobs(self) -> list[Document]:
        """Every Job of a run."""
        return self._listed(self._batch.list_namespaced_job, OURS)

    def pods(self, job: str) -> list[Document]:
        """The pods of a Job, those that ended too, for as long as the cluster keeps them."""
        return self._listed(self._core.list_namespaced_pod, f"{JOB_OF_POD}={job}")

    def log(self, pod: str, container: str, *, tail: int) -> str:
        """The last lines of a pod's log; empty where there is none yet, or no more."""
        options = {"container": container, "tail_lines": tail, "limit_bytes": LONGEST_LOG}
        try:
            body = self._answer(self._core.read_namespaced_pod_log, pod, self.namespace, **options)
        except _Refused as refused:
            if refused.status in (400, 404):
                return ""
            raise
        return body.decode("utf-8", "replace")

    def delete(self, name: str, uid: str) -> None:
        """Deletes the Job with this uid, and its pods before it."""
        body = {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        self._or_none(self._batch.delete_namespaced_job, name, self.namespace, body=body)

    def secret_keys(self, name: str) -> frozenset[str] | None:
        """What keys a Secret has, never their values; None where there is no such Secret. Raises Unseen."""
        found = self._seen(self._core.read_namespaced_secret, name)
        return None if found is None else frozenset(found.get("data") or {})

    def has_service_account(self, name: str) -> bool:
        """Whether there is such a service account. Raises Unseen."""
        return self._seen(self._core.read_namespaced_service_account, name) is not None

    def _seen(self, call: Callable[..., Any], name: str) -> Document | None:
        try:
            return self._or_none(call, name, self.namespace)
        except _Refused as refused:
            if refused.status == 403:
                raise Unseen(str(refused)) from None
            raise

    def _listed(self, call: Callable[..., Any], selector: str) -> list[Document]:
        items: list[Document] = []
        following: str | None = None
        while True:
            rest = {"_continue": following} if following else {}
            page = self._asked(call, self.namespace, label_selector=selector, limit=PAGE, **rest)
            items += [item for item in page.get("items") or [] if isinstance(item, dict)]
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return items

    def _or_none(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Document | None:
        try:
            return self._asked(call, *arguments, **options)
        except _Refused as refused:
            if refused.status == 404:
                return None
            raise

    def _asked(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Document:
        try:
            document = json.loads(self._answer(call, *arguments, **options))
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ClusterFailed(f"what answers at {self._address} is no Kubernetes API server")
        return document

    def _answer(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> bytes:
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        try:
            response = call(*arguments, **options, _preload_content=False, _request_timeout=(CONNECT_S, READ_S))
            body: bytes = response.data
        except ApiException as error:
            if not error.status:
                raise self._unreachable(str(error.reason).partition("\n")[2]) from None
            raise _Refused(int(error.status), _message(error.body, error.reason), self._address) from None
        except AttributeError as error:
            # The client stumbles over an error without a body: a certificate that it does not trust.
            if not isinstance(error.__context__, ApiException):
                raise
            raise self._unreachable(str(error.__context__.reason).partition("\n")[2]) from None
        except (HTTPError, OSError) as error:
            raise self._unreachable(_root(error)) from error
        return body

    def _unreachable(self, why: str) -> ClusterFailed:
        return ClusterFailed(
            f"the API server at {self._address} cannot be reached: {one_line(why, 200)}",
            hint="`kubectl cluster-info` uses the same file; nothing is started twice by trying again",
        )


class Unseen(ClusterFailed):
    """Whoever asks may not look at it."""


class _Refused(ClusterFailed):
    """The server's answer: its HTTP status and its own words."""

    def __init__(self, status: int, message: str, address: str) -> None:
        hints = {
            401: "the credentials of the kubeconfig are refused: log in again",
            403: "k8s/base/submitter.yaml has the role that these commands need",
            404: "`kubectl apply -k k8s/overlays/…` makes the namespace and what is in it",
        }
        super().__init__(f"the API server at {address} says {status}: {message}", hint=hints.get(status, ""))
        self.status = status


def _client(reach: Reach) -> Any:
    try:
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException
        from yaml import YAMLError
    except ImportError as error:
        raise MissingExtra("k8s", "speaking to a cluster") from error
    settings = client.Configuration()
    settings.retries = False
    file = str(reach.kubeconfig) if reach.kubeconfig is not None else os.environ.get("KUBECONFIG") or None
    try:
        config.load_kube_config(file, reach.context, client_configuration=settings, persist_config=False)
    except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        named = f"the kubeconfig {file or '~/.kube/config'}"
        raise UsageError(
            f"{named} leads to no cluster: {one_line(_without_values(error), 200)}",
            hint="--kubeconfig FILE and --context NAME say which",
        ) from None
    return client.ApiClient(settings)


def _without_values(error: Exception) -> str:
    """What a client's exception says, unless it may quote the file, which holds keys."""
    from kubernetes.config.config_exception import ConfigException

    return str(error) if isinstance(error, ConfigException) else type(error).__name__


def _message(body: Any, reason: Any) -> str:
    """The words of a `Status`; of anything else only the HTTP reason."""
    try:
        found = json.loads(body)["message"]
    except (ValueError, TypeError, KeyError):
        found = None
    return one_line(str(found if isinstance(found, str) else reason), 400)


def _root(error: BaseException) -> str:
    while (inner := getattr(error, "reason", None)) is not None and isinstance(inner, BaseException):
        error = inner
    return str(error) or type(error).__name__
