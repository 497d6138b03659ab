"""What each provider takes as a picture: a table, and per model what its configuration says otherwise.

A row's figures were read (`LOOKED_UP`) in a copy of its `source`, save where `confirmed` is False: those are as they
are commonly given, and still to be compared with the page. What is documented nowhere is taken from `CAREFUL`. No
provider documents that it plays an animation or turns a picture by its EXIF: all get one frame, upright.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mosseval_proxy.catalogue import Entry
from mosseval_proxy.catalogue.model_info import ImageRules
from mosseval_proxy.images.sniff import JPEG, PASSED, PNG, WEBP
from mosseval_proxy.images.structure import Structure

LOOKED_UP = "2026-11"
MB = 1_000_000
MIB = 1024 * 1024


def _base64(file_bytes: int) -> int:
    """Characters of base64 that a file of so many bytes has at most."""
    return file_bytes // 3 * 4


@dataclass(frozen=True, slots=True)
class Rules:
    """What a model takes. Sizes are characters of base64, lengths are pixels; None: no bound but the gateway's own."""

    types: frozenset[str] = frozenset({JPEG, PNG})
    max_base64: int | None = _base64(20 * MB)
    """Of one picture."""
    max_request_base64: int | None = None
    """Of all pictures of a request."""
    max_side: int | None = 8000
    max_pixels: int | None = None
    min_side: int = 1
    max_count: int | None = None
    many: tuple[int, int] | None = None
    """Above so many pictures a request, the longer side of each may be no longer than the second number."""
    useful_side: int | None = None
    """The provider itself scales down to this: nothing is lost where a picture has to be made smaller anyway."""
    upright: bool = True
    """Whether EXIF's orientation must be applied to the pixels."""
    animated: bool = False
    checked: bool = True
    """Whether a picture that can go as it is is decoded nevertheless, so that a broken one is named here."""
    source: str = field(default="", compare=False)
    confirmed: bool = field(default=True, compare=False)

    def for_count(self, count: int) -> Rules:
        """The same for one of `count` pictures in a request."""
        if self.many is None or count <= self.many[0]:
            return self
        return replace(self, max_side=min(self.max_side or self.many[1], self.many[1]))

    def with_share(self, count: int) -> Rules:
        """The same where `count` pictures have to share the bound of a request evenly."""
        share = (self.max_request_base64 or 0) // count
        return replace(self, max_base64=min(self.max_base64 or share, share))

    def fits(self, width: int, height: int, base64: int) -> bool:
        """Whether size and bytes are within the bounds."""
        return (
            (self.max_base64 is None or base64 <= self.max_base64)
            and (self.max_side is None or max(width, height) <= self.max_side)
            and (self.max_pixels is None or width * height <= self.max_pixels)
            and min(width, height) >= self.min_side
        )

    def passes(self, found: Structure, kind: str, base64: int) -> bool:
        """Whether a picture can go as it is, provided that it can be decoded."""
        # What follows a JPEG's end is ignored by every decoder; a wrong checksum in a PNG is not.
        return (
            kind in self.types
            and (found.whole or kind == JPEG)
            and found.plain
            and (self.animated or not found.animated)
            and (found.orientation == 1 or not self.upright)
            and self.fits(found.width, found.height, base64)
        )


CAREFUL = Rules()
"""For whoever documents nothing: the two types that every decoder has."""
WEB = frozenset({JPEG, PNG, WEBP})
CLAUDE = Rules(
    PASSED,
    max_base64=5 * MIB,  # "image exceeds 5 MB maximum: … bytes > 5242880 bytes", counted as base64
    max_request_base64=30 * MB,
    max_side=8000,
    max_count=100,
    many=(20, 2000),
    useful_side=1568,
    source="https://platform.claude.com/docs/en/build-with-claude/vision",
)
GEMINI = Rules(
    WEB,
    max_base64=_base64(14 * MB),
    max_request_base64=19 * MB,  # the request as a whole may have 20 MB
    max_side=None,
    max_count=3000,
    source="https://ai.google.dev/gemini-api/docs/image-understanding",
    confirmed=False,
)
OPENAI = Rules(
    PASSED,
    max_base64=_base64(20 * MB),
    max_request_base64=48 * MB,
    max_side=None,
    max_count=500,
    source="https://platform.openai.com/docs/guides/images-vision",
)
OWN_SERVER = Rules(
    PASSED,
    max_base64=None,
    max_side=None,
    source="https://docs.vllm.ai/en/latest/features/multimodal_inputs.html",
)
SIMULATED = Rules(PASSED, max_base64=None, max_side=None, upright=False, animated=True, checked=False)
PROVIDERS: Mapping[str, Rules] = {
    "anthropic": CLAUDE,
    "openai": OPENAI,
    "azure": replace(
        OPENAI,
        max_count=50,
        source="https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/gpt-with-vision",
        confirmed=False,
    ),
    "gemini": GEMINI,
    "vertex_ai": replace(
        GEMINI,
        max_base64=_base64(7 * MB),
        source="https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-understanding",
        confirmed=True,
    ),
    "bedrock": Rules(
        PASSED,
        max_base64=_base64(3_750_000),
        max_side=8000,
        max_count=20,
        source="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html",
    ),
    "mistral": Rules(
        PASSED,
        max_base64=_base64(10 * MB),
        max_count=8,
        source="https://docs.mistral.ai/capabilities/vision",
        confirmed=False,
    ),
    "xai": Rules(
        # An older page says 10 MiB, today's 20 MiB: the smaller one holds for both.
        max_base64=_base64(10 * MIB),
        source="https://docs.x.ai/docs/guides/image-understanding",
    ),
    "groq": Rules(
        max_base64=_base64(2_900_000),
        max_request_base64=3_900_000,  # a request with base64 in it may have 4 MB
        max_pixels=33_177_600,
        max_count=5,
        source="https://console.groq.com/docs/vision",
    ),
    "cohere": Rules(
        PASSED,
        max_base64=_base64(20 * MB),
        max_request_base64=_base64(20 * MB),
        max_count=20,
        source="https://docs.cohere.com/docs/image-inputs",
        confirmed=False,
    ),
    "dashscope": Rules(
        WEB,
        max_base64=9_900_000,
        min_side=11,
        source="https://www.alibabacloud.com/help/en/model-studio/vision",
    ),
    "openrouter": Rules(
        PASSED,
        max_base64=5 * MIB,  # any provider may stand behind it
        source="https://openrouter.ai/docs/guides/overview/multimodal/image-understanding",
    ),
    "fireworks_ai": Rules(
        max_base64=5 * MB,
        max_request_base64=9_900_000,
        max_count=30,
        source="https://docs.fireworks.ai/guides/querying-vision-language-models",
        confirmed=False,
    ),
    "hosted_vllm": OWN_SERVER,
    "ollama": replace(CAREFUL, max_base64=None, source="https://docs.ollama.com/capabilities/vision", confirmed=False),
    "ollama_chat": replace(
        CAREFUL, max_base64=None, source="https://docs.ollama.com/capabilities/vision", confirmed=False
    ),
}
"""By litellm's name for the provider."""
CLAUDE_AT = frozenset({"bedrock", "vertex_ai"})
"""Providers that serve Claude under the bounds of their own and those of Anthropic."""


def rules_of(entry: Entry, *, checked: bool = True) -> Rules:
    """What the model behind an entry takes; `checked` as in `Rules`."""
    if entry.simulated or entry.replay:
        return SIMULATED
    deployment = entry.deployments[0]
    claude = entry.provider in CLAUDE_AT and "claude" in deployment.model
    own_server = entry.provider == "openai" and "api_base" in deployment.params
    return _made(entry.provider, claude, own_server, checked, entry.own.images)


@functools.lru_cache(maxsize=1024)
def _made(provider: str, claude: bool, own_server: bool, checked: bool, own: ImageRules) -> Rules:
    base = CAREFUL if own_server else PROVIDERS.get(provider, CAREFUL)
    if claude:
        sizes = [each.max_base64 for each in (base, CLAUDE) if each.max_base64 is not None]
        base = replace(CLAUDE, max_base64=min(sizes), max_count=base.max_count, source=base.source)
    return replace(
        base,
        types=frozenset(own.types) & PASSED or base.types if own.types is not None else base.types,
        max_base64=base.max_base64 if own.max_base64_bytes is None else own.max_base64_bytes,
        max_side=base.max_side if own.max_side is None else own.max_side,
        max_pixels=base.max_pixels if own.max_pixels is None else own.max_pixels,
        max_count=base.max_count if own.max_count is None else own.max_count,
        checked=checked,
    )
