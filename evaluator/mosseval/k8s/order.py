"""What is asked for: one run of `mosseval run`, cut into shards that a cluster works on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mosseval.errors import UsageError

NAMESPACE = "mosseval"
GATEWAY_URL = "http://mosseval-gateway:4000"
"""The Service of k8s/base, from within its namespace."""
MOUNTS = {"data": "/data", "runs": "/runs"}
"""Where a Job's volumes lie: the benchmarks' data, and runs where there is no object store."""
SECRETS_AT = "/run/secrets/mosseval"
MAX_SHARDS = 100_000
"""Beyond that an Indexed Job must also say how many of its indexes may fail."""
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SECRET_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
SECRET_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRETIVE = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
REGISTERED = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
IMAGE = re.compile(
    r"[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@sha256:[0-9a-f]{64})"
)
QUANTITY = re.compile(r"([1-9][0-9]{0,12})(m|Ki|Mi|Gi|k|M|G)?")
UNITS = {None: 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}
STORE = re.compile(r"(?:s3|gs|az)://[^/@\s]+/[^?#]+|file:///[^?#]+")
"""Where pods of one run can all write; it holds no key."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One value of a Secret, by reference."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Resources:
    """Of one evaluator, as Kubernetes writes quantities. No limit of processor time: it would only slow the reading."""

    cpu: str = "250m"
    memory: str = "256Mi"
    memory_limit: str = "512Mi"


@dataclass(frozen=True, slots=True)
class JobOrder:
    """Everything that a Job is made of. Times in seconds.

    `arguments` are those of `mosseval run`, in one order and form; `identity` are those of them that make it this run
    and no other; `out` is where it is written.
    """

    model: str
    benchmark: str
    out: str
    arguments: tuple[str, ...]
    identity: Mapping[str, object]
    shards: int
    parallelism: int
    image: str
    key: SecretKey | None
    namespace: str = NAMESPACE
    gateway_url: str = GATEWAY_URL
    data_claim: str | None = None
    runs_claim: str | None = None
    fetch: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    """Secrets whose every value becomes a variable: an object store's keys where there is no workload identity."""
    labels: tuple[tuple[str, str], ...] = ()
    node_selector: tuple[tuple[str, str], ...] = ()
    service_account: str = "mosseval-evaluator"
    retries: int = 6
    """Of one shard, beside its first attempt."""
    ttl_s: int = 7 * 24 * 3600
    """How long a Job that ended is kept."""
    grace_s: int = 60
    queue: str | None = None
    """Of Kueue."""
    suspend: bool = False
    resources: Resources = Resources()

    def checked(self) -> JobOrder:
        """Itself. Raises UsageError for what no cluster would take, or would take and never run."""
        self._check_names()
        self._check_counts()
        self._check_image()
        self._check_variables()
        parts = urlsplit(self.gateway_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in self.gateway_url:
            raise UsageError("--gateway-url takes an http:// or https:// URL without user or password")
        self._check_volumes()
        return self

    def _check_names(self) -> None:
        for flag, name in (
            ("--namespace", self.namespace),
            ("--service-account", self.service_account),
            ("--data-claim", self.data_claim),
            ("--runs-claim", self.runs_claim),
            ("--queue", self.queue),
        ):
            if name is not None and LABEL.fullmatch(name) is None:
                raise UsageError(f"{flag} {name!r} is no name that Kubernetes takes", hint="a-z, 0-9 and - alone")
        for name in self.secrets:
            if SECRET_NAME.fullmatch(name) is None:
                raise UsageError(f"--env-from-secret {name!r} is no name of a Secret")
        for flag, pairs in (("--pod-label", self.labels), ("--node-selector", self.node_selector)):
            for name, value in pairs:
                if REGISTERED.fullmatch(name) is None or LABEL_VALUE.fullmatch(value) is None:
                    raise UsageError(f"{flag} {name}={value} is no label", hint="NAME=VALUE, 63 characters at most")

    def _check_counts(self) -> None:
        if not 1 <= self.shards <= MAX_SHARDS:
            raise UsageError(f"--shards {self.shards} is not from 1 to {MAX_SHARDS}")
        if not 1 <= self.parallelism <= self.shards:
            raise UsageError(
                f"--parallelism {self.parallelism} is not from 1 to the number of shards, {self.shards}",
                hint="it says how many of them run at once",
            )
        for flag, quantity in (
            ("--cpu", self.resources.cpu),
            ("--memory", self.resources.memory),
            ("--memory-limit", self.resources.memory_limit),
        ):
            if QUANTITY.fullmatch(quantity) is None or (flag != "--cpu" and quantity.endswith("m")):
                raise UsageError(f"{flag} {quantity!r} is no quantity", hint="for example 250m, 512Mi")
        if _bytes(self.resources.memory) > _bytes(self.resources.memory_limit):
            raise UsageError(
                f"--memory {self.resources.memory} is more than --memory-limit {self.resources.memory_limit}",
                hint="no node would take the pod: raise the limit too",
            )

    def _check_image(self) -> None:
        found = IMAGE.fullmatch(self.image)
        if found is None or found["tag"] == "latest":
            raise UsageError(
                f"--image {self.image!r} is not pinned: all pods of a run must be the same",
                hint="give a version (REPOSITORY:TAG, not latest) or a digest (REPOSITORY@sha256:…)",
            )

    def _check_variables(self) -> None:
        for name, _ in self.variables:
            if VARIABLE.fullmatch(name) is None:
                raise UsageError(f"--env {name!r} is no name of a variable", hint="--env NAME=VALUE")
            if SECRETIVE.search(name):
                raise UsageError(
                    f"--env {name}: what looks like a secret must not stand in a Job",
                    hint="put it into a Secret and name that: --env-from-secret NAME",
                )

    def _check_volumes(self) -> None:
        if STORE.fullmatch(self.out) is None or not self.out.isprintable() or ".." in self.out.split("/"):
            shown = self.out if "@" not in self.out else "what it names"
            raise UsageError(
                f"--out: {shown} is no place that pods share",
                hint="s3://BUCKET/PREFIX, gs://…, az://…, or file:///runs/NAME; credentials never stand in it",
            )
        if self.out.startswith("file://"):
            if self.runs_claim is None:
                raise UsageError(
                    f"--out {self.out}: a pod's own disk ends with the pod",
                    hint=f"--runs-claim NAME mounts a volume at {MOUNTS['runs']}, or name an object store: s3://…",
                )
            if not self.out.startswith(f"file://{MOUNTS['runs']}/"):
                raise UsageError(f"--out {self.out} is not on the mounted volume", hint=f"file://{MOUNTS['runs']}/NAME")
        elif self.runs_claim is not None:
            raise UsageError("--runs-claim is for --out file://…", hint="leave it out")


def _bytes(quantity: str) -> int:
    found = QUANTITY.fullmatch(quantity)
    assert found is not None
    return int(found[1]) * UNITS[found[2]]


def parse_key(text: str | None) -> SecretKey | None:
    """`NAME` or `NAME/KEY` (KEY is `key`); None for none. Raises UsageError."""
    if text is None:
        return None
    name, slash, key = text.partition("/")
    if SECRET_NAME.fullmatch(name) is None or (slash and SECRET_KEY.fullmatch(key) is None):
        raise UsageError(f"--key-secret {text!r} is neither NAME nor NAME/KEY")
    return SecretKey(name, key or "key")


def parse_pairs(flag: str, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` of a flag that may be given several times. Raises UsageError."""
    pairs = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise UsageError(f"{flag} {each!r} is not NAME=VALUE")
        pairs[name] = value
    return tuple(pairs.items())
