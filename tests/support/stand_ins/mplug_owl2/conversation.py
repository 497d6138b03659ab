"""A conversation's prompt: `USER: ... ASSISTANT: ...</s>`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Conversation:
    """Roles, and what they said."""

    roles: tuple[str, str] = ("USER", "ASSISTANT")
    messages: list[tuple[str, str | None]] = field(default_factory=list)

    def copy(self) -> Conversation:
        """One of its own."""
        return Conversation(self.roles, list(self.messages))

    def append_message(self, role: str, message: str | None) -> None:
        """One more turn; None is the one to come."""
        self.messages.append((role, message))

    def get_prompt(self) -> str:
        """The whole."""
        ends = (" ", "</s>")
        told = (
            f"{role}:" if message is None else f"{role}: {message}{ends[number % 2]}"
            for number, (role, message) in enumerate(self.messages)
        )
        return "".join(told)


conv_templates = {"mplug_owl2": Conversation()}
