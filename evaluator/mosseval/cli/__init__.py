"""The command line: parses, calls one function of `commands`, ends with its exit code.

Everything heavy is imported inside the command that needs it, so that `--help` stays quick.
"""

from __future__ import annotations

import io
import signal
import sys
from types import FrameType

import typer

from mosseval.cli import (
    agreement,
    annotate,
    compare,
    data,
    export,
    gateway,
    importing,
    judge,
    k8s,
    merge,
    models,
    report,
    reproduce,
    run,
    score,
    summary,
    view,
)
from mosseval.errors import MossevalError, UsageError
from mosseval.version import __version__

UNEXPECTED = 70
"""Exit code of an error that is our own (`EX_SOFTWARE` of sysexits.h)."""

app = typer.Typer(
    name="mosseval",
    help="Measures over-refusal of multimodal language models.",
    epilog="Start here: mosseval run --model simulated/cautious --benchmark demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for each in (
    run,
    summary,
    report,
    view,
    compare,
    importing,
    export,
    judge,
    annotate,
    score,
    agreement,
    merge,
    reproduce,
    data,
    models,
    gateway,
    k8s,
):
    each.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mosseval {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and end."
    ),
) -> None:
    pass


def main() -> None:
    """The command `mosseval`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        _refuse_what_is_no_text(sys.argv)
        app()
    except MossevalError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last line: 1 would read as "finished with gaps"
        _tell_unexpected(error)
        sys.exit(UNEXPECTED)


def _refuse_what_is_no_text(arguments: list[str]) -> None:
    """Raises UsageError at bytes that are no text: they could neither be sent nor recorded."""
    for each in arguments:
        try:
            each.encode()
        except UnicodeEncodeError:
            raise UsageError(f"the argument {each!r} is no valid UTF-8 text") from None


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # No exception of ours: code that turns exceptions into a sample's fault must not swallow it.
    print(f"mosseval: stopped by {signal.Signals(number).name}", file=sys.stderr)  # noqa: T201
    sys.exit(128 + number)


def _tell(error: MossevalError) -> None:
    from mosseval.terminal import clean

    print(f"mosseval: {clean(str(error), limit=4000)}", file=sys.stderr)  # noqa: T201 - the last word
    if error.hint:
        print(f"          {clean(error.hint, limit=2000)}", file=sys.stderr)  # noqa: T201


def _tell_unexpected(error: Exception) -> None:
    import traceback

    from mosseval.terminal import clean

    print(clean("".join(traceback.format_exception(error)), limit=20_000), file=sys.stderr)  # noqa: T201
    print("mosseval: this is a fault of mosseval; what was written is kept", file=sys.stderr)  # noqa: T201
