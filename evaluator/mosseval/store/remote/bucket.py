"""The objects of one run, asked patiently: what passes is tried again, what does not is said plainly."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from typing import TypeVar

import tenacity

from mosseval.errors import MossevalError, StorageFailed, UsageError
from mosseval.place import Remote
from mosseval.secret import Secret
from mosseval.store.remote.objects import Objects, objects_at
from mosseval.terminal import one_line

PATIENCE_S = 30.0
"""How long a request is tried again before the store counts as out of reach."""
REFUSALS = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError"}
    | {"ProfileNotFound", "DefaultCredentialsError", "RefreshError", "ClientAuthenticationError"}
)
"""Classes of the stores' libraries that say that there is no right to ask."""
ABSENT = frozenset({"ResourceNotFoundError"})
"""Classes that say that there is no such bucket or object, where a library does not say FileNotFoundError."""
SENSELESS = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOTDIR})
"""What asking again does not mend."""
KEYS = frozenset(
    {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_ACCOUNT_KEY"}
    | {"AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_SAS_TOKEN", "AZURE_CLIENT_SECRET"}
)
"""Variables whose values no message may hold, whatever a library or a server puts into its errors."""
T = TypeVar("T")


class Bucket:
    """One run's objects. Raises UsageError where asking is refused or there is no such bucket; StorageFailed where
    a store that is to be written stays out of reach, UsageError where one that is only read does."""

    def __init__(self, remote: Remote, *, writing: bool, objects: Objects | None = None) -> None:
        self.remote = remote
        self._writing = writing
        self._objects = objects or objects_at(remote)
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """From now on nothing is tried again: whoever asked waits for no answer any more."""
        self._given_up.set()

    def names(self, under: str = "") -> list[str]:
        """The names that begin with `under`, sorted; empty where nothing is there. Others than ours may be among
        them, and of a store that lists late the latest may be missing."""
        try:
            return sorted(self._tried("list", under, lambda: self._objects.names(under)))
        except FileNotFoundError:
            return []

    def get(self, name: str) -> bytes | None:
        """An object's bytes, None where there is none of this name."""
        try:
            return self._tried("read", name, lambda: self._objects.get(name))
        except FileNotFoundError:
            return None

    def put(self, name: str, data: bytes, *, patience_s: float = PATIENCE_S) -> None:
        """Writes or replaces an object."""
        try:
            self._tried("write", name, lambda: self._objects.put(name, data), patience_s)
        except FileNotFoundError as error:
            raise self._no_bucket() from error

    def create(self, name: str, data: bytes) -> bool:
        """Writes an object that is not there yet; False, and nothing written, where one is. An attempt whose
        answer was lost may have written it: compare what is there where False is no proof."""
        try:
            self._tried("write", name, lambda: self._objects.create(name, data))
        except FileExistsError:
            return False
        except FileNotFoundError as error:
            raise self._no_bucket() from error
        return True

    def require(self) -> None:
        """Raises UsageError where there is no such bucket."""
        try:
            self._tried("list", "", lambda: self._objects.names(""))
        except FileNotFoundError as error:
            raise self._no_bucket() from error

    def _tried(self, verb: str, name: str, work: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_passes),
            wait=tenacity.wait_random_exponential(multiplier=0.4, max=5),
            stop=tenacity.stop_any(tenacity.stop_after_delay(patience_s), tenacity.stop_when_event_set(self._given_up)),
            sleep=tenacity.sleep_using_event(self._given_up),
            reraise=True,
        )
        try:
            return retrying(work)
        except (FileExistsError, FileNotFoundError):
            raise
        except Exception as error:  # noqa: BLE001 - every library has errors of its own
            if type(error).__name__ in ABSENT:
                raise FileNotFoundError(name) from None
            raise self._failed(verb, name, error) from None

    def _failed(self, verb: str, name: str, error: Exception) -> MossevalError:
        what = f"cannot {verb} {self.remote}{f'/{name}' if name else ''}: {_said(error)}"
        if _refuses(error):
            return UsageError(what, hint=self._rights())
        hint = "the same command goes on from what is stored"
        if not self._writing:
            return UsageError(what, hint="try again when the store answers")
        return StorageFailed(what, hint=f"{'make room, then ' if _is_full(error) else ''}{hint}")

    def _rights(self) -> str:
        rights = "list, read and write" if self._writing else "list and read"
        if self.remote.scheme == "file":
            return f"the folder's permissions must allow to {rights} there"
        return f"the store's credentials come from the environment; they must allow to {rights} there"

    def _no_bucket(self) -> UsageError:
        where = self.remote.bucket if self.remote.scheme != "file" else self.remote.path
        return UsageError(
            f"there is no bucket {where!r} for {self.remote}", hint="make it, or name another place with --out"
        )


def _passes(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, FileExistsError | FileNotFoundError) or not isinstance(error, Exception):
        return False
    if type(error).__name__ in ABSENT:
        return False
    return not (_refuses(error) or (isinstance(error, OSError) and error.errno in SENSELESS))


def _refuses(error: Exception) -> bool:
    """Whether the store, or its library, denies the right to ask."""
    if isinstance(error, PermissionError) or type(error).__name__ in REFUSALS:
        return True
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    return status in (401, 403) or getattr(error, "errno", None) == errno.EROFS


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _said(error: Exception) -> str:
    """A library's words, on one line and without keys."""
    said = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
    for name in KEYS:
        said = Secret(os.environ.get(name)).removed_from_text(said)
    return one_line(said, 300)
