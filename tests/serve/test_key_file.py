"""The server's key, from its variable or from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosseval_serve.errors import StartError
from mosseval_serve.settings import read_key


def test_the_key_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("filed-key\n")
    filed = {"MOSSEVAL_SERVE_KEY_FILE": str(tmp_path / "key")}
    assert read_key(filed) == "filed-key"
    assert read_key({**filed, "MOSSEVAL_SERVE_KEY": "set"}) == "set"
    assert read_key({"MOSSEVAL_SERVE_KEY_FILE": ""}) is None


@pytest.mark.parametrize(
    ("content", "said"), [(None, "FileNotFoundError"), (b" \n", "empty"), (b"a b", "Authorization")]
)
def test_a_file_that_will_not_do_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(StartError, match=said):
        read_key({"MOSSEVAL_SERVE_KEY_FILE": str(tmp_path / "key")})
