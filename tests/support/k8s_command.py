"""A run that tests submit, and the type of the command."""

from __future__ import annotations

from collections.abc import Callable

from mosseval_process import Finished

SUBMIT = ("submit", "--shards", "4", "--key-secret", "mosseval-key", "--out", "s3://bucket/one", "--model", "gpt-4o")
Command = Callable[..., Finished]
