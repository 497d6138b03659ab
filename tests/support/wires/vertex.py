"""Gemini on Vertex AI: the same form with a few reasons more, behind a service account's token.

https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference; reasons: the API's `FinishReason` and
`BlockedReason`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wires import anthropic, gemini
from wires.base import Block, Sent

PUBLISHERS = "/v1/projects/a-project/locations/us-central1/publishers"
PROJECT = f"{PUBLISHERS}/google/models"
CLAUDE = "claude-3-haiku@20240307"


def credentials() -> str:
    """A service account's file with a key made on the spot, whose tokens come from the fake provider."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = {
        "type": "service_account",
        "project_id": "a-project",
        "private_key_id": "1",
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "client_email": "somebody@a-project.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "{url}/token",
    }
    return json.dumps(account)


ACCOUNT = {
    "api_base": "{url}",
    "vertex_project": "a-project",
    "vertex_location": "us-central1",
    "vertex_credentials": credentials(),
}
TOKENS = {"/token": {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"}}
ARMOR = "Blocked by Model Armor Floor Setting: the prompt violated filters."
VERTEX = replace(
    gemini.GEMINI,
    name="vertex",
    title="Gemini on Vertex AI",
    provider="vertex_ai",
    params={"model": f"vertex_ai/{gemini.MODEL}", **ACCOUNT},
    path=f"{PROJECT}/{gemini.MODEL}:generateContent",
    stream_path=f"{PROJECT}/{gemini.MODEL}:streamGenerateContent?alt=sse",
    asides=TOKENS,
    blocks=(
        *gemini.INPUT,
        Block(
            "prompt feedback MODEL_ARMOR with a message",
            Sent(gemini.feedback("MODEL_ARMOR", blockReasonMessage=ARMOR)),
            "input",
            "safety",
            f"MODEL_ARMOR: {ARMOR}",
        ),
        Block("prompt feedback JAILBREAK", Sent(gemini.feedback("JAILBREAK")), "input", "safety", "JAILBREAK"),
        *gemini.OUTPUT,
        Block(
            "finish MODEL_ARMOR",
            Sent(gemini.candidate(None, "MODEL_ARMOR", finishMessage="Filtered.")),
            "output",
            "safety",
            "MODEL_ARMOR: Filtered.",
        ),
    ),
)
CLAUDE_ON_VERTEX = replace(
    anthropic.ANTHROPIC,
    name="vertex-claude",
    title="Claude on Vertex AI",
    provider="vertex_ai",
    params={"model": f"vertex_ai/{CLAUDE}", **ACCOUNT},
    path=f"{PUBLISHERS}/anthropic/models/{CLAUDE}:rawPredict",
    stream_path=f"{PUBLISHERS}/anthropic/models/{CLAUDE}:streamRawPredict?alt=sse",
    asides=TOKENS,
)
WIRES = (VERTEX, CLAUDE_ON_VERTEX)
