"""How much somebody may use, or some model may be used: one form for keys and for models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Allowance(BaseModel):
    """What is not given is not limited. Any 60 seconds hold at most so many requests, and about so many tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    rpm: int | None = Field(default=None, ge=1, le=10_000_000)
    """Requests a minute."""
    tpm: int | None = Field(default=None, ge=1, le=10_000_000_000)
    """Tokens a minute, of prompts and answers: guessed when a request comes, put right when its answer is there."""
    in_flight: int | None = Field(default=None, ge=1, le=1_000_000)
    """Requests at once."""

    @property
    def unlimited(self) -> bool:
        """Whether nothing is limited."""
        return self.rpm is None and self.tpm is None and self.in_flight is None
