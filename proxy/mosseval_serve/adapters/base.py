"""What the engine asks of a model family: the inputs of a batch, and the text of tokens."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PIL import Image

from mosseval_serve.conversation import Chat
from mosseval_serve.errors import ServeError, StartError

Pictures = Sequence[Sequence[Image.Image]]
"""The decoded pictures of each chat of a batch."""
COMMIT = re.compile(r"[0-9a-f]{40}")
DEFAULT_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class Source:
    """Which model to load and how. `remote_code` is what `--trust-remote-code` named."""

    model: str
    revision: str | None = None
    device: str = "cpu"
    dtype: str = "auto"
    remote_code: str | None = None

    @property
    def local(self) -> bool:
        """Whether the model is a folder."""
        return Path(self.model).is_dir()

    def trusted(self) -> bool:
        """Whether the model's own code may run: only where it was named with its commit. Raises StartError.

        A folder has no commit: there its own path is the name.
        """
        if self.remote_code is None:
            return False
        if self.local:
            wanted = self.model
        elif self.revision is None or not COMMIT.fullmatch(self.revision):
            raise StartError("--trust-remote-code needs --revision with the 40 digits of a commit")
        else:
            wanted = f"{self.model}@{self.revision}"
        if self.remote_code != wanted:
            raise StartError(f"--trust-remote-code names {self.remote_code}, but the model is {wanted}")
        return True

    def pinned(self) -> dict[str, Any]:
        """What `from_pretrained` needs to take exactly this model."""
        return {} if self.local or self.revision is None else {"revision": self.revision}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch for `generate`: its arguments, each row's prompt tokens, and which columns of `input_ids` count."""

    inputs: dict[str, Any]
    prompt_tokens: tuple[int, ...]
    mask: Any = None


class Adapter(ABC):
    """A model that answers. Only the engine's thread calls it, but for `check`."""

    widest: int | None = None
    """How many requests may share a batch, where the model's own code cannot take them all."""
    most_pictures: int = 16
    fewest_pictures: int = 0
    takes_system: bool = False
    takes_history: bool = True
    reserved: tuple[str, ...] = ()
    """Tokens that stand for a picture: in a user's text they would be taken for one."""

    def __init__(self, model: Any, tokenizer: Any, *, context: int, ends: Sequence[int]) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.context = context
        self.ends = frozenset(ends)
        """Tokens that end an answer."""

    @classmethod
    @abstractmethod
    def load(cls, source: Source) -> Self:
        """Loads the model. Raises StartError for what can be said in a line; libraries raise what they raise."""

    @abstractmethod
    def prepare(self, chats: Sequence[Chat], pictures: Pictures) -> Prepared:
        """The arguments of `generate` for a batch, padded on the left.

        Raises ServeError for what only the model's own tokenizer can tell.
        """

    def check(self, chat: Chat) -> None:
        """Raises ServeError for a conversation that this model cannot be asked as it stands."""
        if not self.takes_system and any(turn.role == "system" for turn in chat.turns):
            raise _cannot("it takes no system prompt")
        if not self.takes_history and sum(turn.role != "system" for turn in chat.turns) > 1:
            raise _cannot("it takes a single question, no conversation")
        count = len(chat.pictures)
        if not self.fewest_pictures <= count <= self.most_pictures:
            raise _cannot(f"it takes {self.fewest_pictures} to {self.most_pictures} pictures, not {count}")
        for number, text in chat.texts():
            for token in self.reserved:
                if token in text:
                    message = f"messages.{number}: the text holds {token}, which stands for a picture here"
                    raise ServeError("invalid_request", message, param=f"messages.{number}")

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of generated tokens, without special ones."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def name_of(self, token: int) -> str:
        """One token as text, special ones too."""
        return str(self.tokenizer.decode([token], clean_up_tokenization_spaces=False))

    def options(self) -> dict[str, Any]:
        """Arguments of `generate` that are this model's own."""
        return {}


def _cannot(why: str) -> ServeError:
    return ServeError("unsupported_parameter", f"messages: {why}", param="messages")


def config_of(source: Source) -> dict[str, Any]:
    """A model's config.json, read without running any code of its own. Raises StartError."""
    try:
        if source.local:
            path = Path(source.model) / "config.json"
        else:
            from huggingface_hub import hf_hub_download

            path = Path(hf_hub_download(source.model, "config.json", revision=source.revision))
        read = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StartError(f"{source.model} has no config.json that can be read: {type(error).__name__}") from None
    if not isinstance(read, dict):
        raise StartError(f"{source.model}: config.json holds no object")
    return read


def refuse_foreign_code(config: dict[str, Any], source: Source) -> None:
    """A config may name another repository's code, which nobody has agreed to run. Raises StartError."""
    named = config.get("auto_map") or {}
    foreign = [each for each in named.values() if "--" in str(each)] if isinstance(named, dict) else [named]
    if foreign:
        raise StartError(f"{source.model} would run code of another repository: {foreign[0]}")


def torch_dtype(source: Source) -> Any:
    """The `torch_dtype` of `from_pretrained` before transformers 5: a type of torch's own, or "auto"."""
    if source.dtype == "auto":
        return "auto"
    import torch

    return getattr(torch, source.dtype)


def context_of(config: Any) -> int:
    """How many tokens a text model was made for."""
    return int(getattr(config, "max_position_embeddings", None) or DEFAULT_CONTEXT)


def ends_of(model: Any, tokenizer: Any) -> list[int]:
    """The tokens that end an answer: the generation config's, else the tokenizer's. Raises StartError."""
    found = getattr(model.generation_config, "eos_token_id", None)
    found = tokenizer.eos_token_id if found is None else found
    if found is None:
        raise StartError("the model has no token that ends an answer")
    return [found] if isinstance(found, int) else list(found)


def pad_left(tokenizer: Any) -> None:
    """Makes a tokenizer pad on the left, with its end token where it has none for padding."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
