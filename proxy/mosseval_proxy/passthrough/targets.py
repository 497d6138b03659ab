"""Which deployments are passed through, and where they lead.

The rule: a name with one deployment, `hosted_vllm/…` or `openai/…` with an address of its own, and nothing beside
`PLAIN` in its `litellm_params`. A setting of LiteLLM's Router (`weight: 1`, `rpm: 100`) is thus a way to send a
deployment through litellm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from mosseval_proxy.catalogue import Catalogue, Entry, prices, resolved
from mosseval_proxy.parameters import EXTRA, KEPT_BACK
from mosseval_proxy.passthrough.pool import Origin

PLAIN = frozenset({"model", "api_base", "api_key", "timeout", "input_cost_per_token", "output_cost_per_token"})
"""The `litellm_params` that this path understands."""
PATH = "/chat/completions"
NO_KEY = "none"
"""What stands in for a key where a server of one's own wants none."""


@dataclass(frozen=True, slots=True)
class _Route:
    """The environment variables that litellm reads for a provider, and the parameters that the provider takes."""

    base: str | None
    key: str
    takes_all: bool = False
    """Whether it gets what is beyond OpenAI's parameters, whatever it is."""


ROUTES: Mapping[str, _Route] = {
    "hosted_vllm": _Route("HOSTED_VLLM_API_BASE", "HOSTED_VLLM_API_KEY"),
    "openai": _Route(None, "OPENAI_API_KEY", takes_all=True),
}
"""Provider -> its route. `openai` counts with an address alone: OpenAI itself is litellm's."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: the server, the model by the server's own name, seconds."""

    origin: Origin
    model: str
    provider: str
    head: bytes = field(repr=False)
    """Of a request, up to where the number of its body's bytes goes; it holds the key."""
    timeout_s: float | None = None
    """The deployment's own bound, None for the gateway's."""
    refuses: frozenset[str] = frozenset()
    """Sampling parameters that the model list says it does not take."""

    def takes(self, parameter: str) -> bool:
        """Whether the server takes a sampling parameter."""
        if parameter in self.refuses or parameter in KEPT_BACK:
            return False
        return ROUTES[self.provider].takes_all or parameter not in EXTRA or self.provider in EXTRA[parameter]


def target(entry: Entry, catalogue: Catalogue) -> Target | None:
    """Where an entry's calls go on this path; None where they go through litellm."""
    if entry.simulated or entry.replay or entry.needs or len(entry.deployments) != 1:
        return None
    params = entry.deployments[0].params
    provider, _, model = entry.deployments[0].model.partition("/")
    if provider not in ROUTES or not params.keys() <= PLAIN or _has_rules_of_its_own(provider, model):
        return None
    route, environment = ROUTES[provider], catalogue.environment
    known = resolved(params, environment)
    base = known.get("api_base") or (environment.get(route.base) if route.base else None)
    url = _url(base)
    timeout = known.get("timeout")
    if url is None or not model or not (timeout is None or isinstance(timeout, int | float)):
        return None
    # A key that the entry names and that is not set is not replaced by the key of another server.
    key = str((known["api_key"] if "api_key" in params else environment.get(route.key)) or NO_KEY).strip()
    if not (key.isascii() and key.isprintable()):
        return None
    return Target(_origin(url), model, provider, _head(url, key), timeout, frozenset(entry.own.refuses))


def _has_rules_of_its_own(provider: str, model: str) -> bool:
    """Whether it is a model of OpenAI's with another API or other parameters: litellm knows those."""
    known = prices.look_up(model) if provider == "openai" else None
    return known is not None and known.provider == "openai" and known.special


def _url(base: object) -> URL | None:
    """The address of chat completions; None for one that is more than scheme, host, port and path."""
    if not isinstance(base, str):
        return None
    try:
        url = URL(base.strip())
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or url.user or url.password or url.query or url.fragment:
        return None
    path = url.path.rstrip("/")
    return url.with_path(path if path.endswith(PATH) else path + PATH)


def _origin(url: URL) -> Origin:
    assert url.raw_host is not None
    assert url.port is not None
    return Origin(url.raw_host, url.port, url.scheme == "https")


def _head(url: URL, key: str) -> bytes:
    lines = (
        f"POST {url.raw_path} HTTP/1.1",
        f"Host: {url.host_port_subcomponent}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Content-Length: ",
    )
    return "\r\n".join(lines).encode("ascii")
