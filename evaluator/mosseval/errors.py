"""What can stop a command: every exception that a user may meet, each with the exit code it ends with.

    MossevalError
    ├── UsageError          2  wrong use, or a setting that cannot be
    │   └── MissingExtra    2  a command needs packages that are not installed
    ├── DataError           2  a benchmark's data as a whole cannot be used
    ├── RunMismatch         2  the folder holds a run that was configured otherwise
    ├── TargetRejected      2  the endpoint answered, and will not serve this run (key, model, protocol)
    ├── ClusterFailed       2  a Kubernetes cluster cannot be reached, or refused what it was asked
    ├── StoppedEarly        3  the run cannot go on, but what is written is good
    │   ├── TargetUnreachable
    │   ├── RunBusy            another process holds this shard
    │   └── StorageFailed      the disk is full or went read-only
    └── Interrupted       130  Ctrl-C; 143 for SIGTERM

A failed *sample* is none of these: it is a `Failure` (see `types`), because a bad sample is data, not a crash.
"""

from __future__ import annotations


class MossevalError(Exception):
    """Base of all: `str(error)` says what happened and where; `hint` says what to do next."""

    exit_code: int = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(MossevalError):
    """A flag, a name or a setting that cannot be meant so."""


class MissingExtra(UsageError):
    """A command needs packages of an extra that is not installed."""

    def __init__(self, extra: str, needed_by: str) -> None:
        super().__init__(f"{needed_by} needs the extra '{extra}'", hint=f"install it: pip install 'mosseval[{extra}]'")
        self.extra = extra


class DataError(MossevalError):
    """A benchmark's data as a whole cannot be used: absent, another layout, broken JSON."""


class RunMismatch(MossevalError):
    """The folder holds a run that was configured otherwise."""


class TargetRejected(MossevalError):
    """The endpoint answered and will not serve this run: key, model or protocol. `code` is the failure's."""

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class ClusterFailed(MossevalError):
    """A Kubernetes cluster cannot be reached, or refused what it was asked."""


class StoppedEarly(MossevalError):
    """The run cannot go on; everything written so far is good and the same command goes on from there."""

    exit_code = 3


class TargetUnreachable(StoppedEarly):
    """Nothing answered at the target within the total deadline."""


class RunBusy(StoppedEarly):
    """Another process holds this shard's lock."""


class StorageFailed(StoppedEarly):
    """A record could not be written: disk full, quota, read-only file system."""


class Interrupted(MossevalError):
    """Stopped by a signal: SIGINT ends with 130, SIGTERM with 143."""

    def __init__(self, message: str, *, exit_code: int = 130, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
