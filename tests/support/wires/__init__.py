"""What each provider sends over the wire, and what must leave the gateway for it: one file a provider, in tables."""

from __future__ import annotations

from wires import (
    anthropic,
    azure,
    bedrock,
    cohere,
    gemini,
    ollama,
    openai_chat,
    openai_responses,
    openai_speaking,
    vertex,
)
from wires.base import Wire

WIRES: tuple[Wire, ...] = (
    *openai_chat.WIRES,
    *openai_responses.WIRES,
    *azure.WIRES,
    *openai_speaking.WIRES,
    *anthropic.WIRES,
    *gemini.WIRES,
    *vertex.WIRES,
    *bedrock.WIRES,
    *cohere.WIRES,
    *ollama.WIRES,
)
"""Every provider; the tests over it are `tests/proxy/test_wire_*.py`, the table from it is `docs/providers.md`."""
