"""`python -m mosseval_proxy serve | models | key`. Exit codes: 0 ended as told, 2 wrong use or configuration."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.secret_files import read_files, read_folder

if TYPE_CHECKING:
    from mosseval_proxy.catalogue import Catalogue
    from mosseval_proxy.recordings import Recordings
    from mosseval_proxy.settings import Settings

SERVE_HELP = """\
Serves chat completions of many providers under /v1, in OpenAI's form.

environment:
  MOSSEVAL_GATEWAY_KEYS     keys that open the gateway, comma separated; sent as "Authorization: Bearer KEY"
  MOSSEVAL_GATEWAY_HOST, _PORT, _CONFIG, _REPLAY, _NO_AUTH, _WORKERS, _KEYS_FILE (--keys)   as the flags below
  MOSSEVAL_GATEWAY_LOG_FORMAT=plain|json, _LOG_LEVEL, _ACCESS_LOG=1, _TIMEOUT_S, _GRACE_S, _MAX_IN_FLIGHT, _MAX_QUEUE,
  _MAX_BODY_BYTES, _MAX_IMAGE_BYTES, _MAX_IMAGE_PIXELS, _MAX_IMAGES, ...: docs/gateway.md has them all
  REDIS_URL                 where limits are counted for all processes together
  provider keys under their usual names: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...
  NAME_FILE                 a file that holds any of these keys, or REDIS_URL, in place of NAME
  MOSSEVAL_SECRETS_DIR      a folder of such files, each called NAME

Without keys the gateway listens on loopback only. `mosseval models` lists what it serves.

example:
  python -m mosseval_proxy serve --port 4000
  curl http://127.0.0.1:4000/v1/chat/completions -H 'Content-Type: application/json' \\
    -d '{"model": "simulated/helpful", "messages": [{"role": "user", "content": "How do I boil an egg?"}]}'
"""
MODELS_HELP = """\
Prints the body of /v1/models as JSON, without serving: every model with its status, route, and what to set.
`mosseval models` shows it as a table.

An id that ends in /* stands for every model of that provider, by the provider's own name: openai/gpt-4o.
"""
KEY_HELP = """\
Makes a new random key. The key goes to standard output, its entry for the keys file (a hash) to standard error.
"""
REPLAY_HELP = "recorded answers to serve under their models' ids: transcripts (NAME.json), or run folders"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    options.arguments = given
    # The first process of a container ignores a signal that it has not asked for.
    signal.signal(signal.SIGTERM, _end_at_once)
    try:
        read_folder(os.environ)
        return COMMANDS[options.command](options)
    except ConfigError as error:
        sys.stderr.write(f"mosseval gateway: {error}\n")
        return 2


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    """While nothing is served yet."""
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m mosseval_proxy", description="The gateway of mosseval.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve|models|key")
    serve = commands.add_parser("serve", help="serve the endpoint", description=SERVE_HELP, formatter_class=form)
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on, 0 for any free one (default 4000)")
    serve.add_argument("--config", type=Path, metavar="FILE", help="a LiteLLM config, merged over the built-in models")
    serve.add_argument("--replay", type=Path, metavar="DIR", help=REPLAY_HELP)
    serve.add_argument("--keys", type=Path, metavar="FILE", help="keys as hashes, each with what it may do")
    serve.add_argument("--workers", type=int, metavar="N", help="processes on the one address (default 1)")
    serve.add_argument(
        "--no-auth", action="store_true", default=None, help="serve others without a key: anybody who reaches the port"
    )
    serve.add_argument("--fd", type=int, metavar="N", help="serve on this inherited listening socket")
    serve.add_argument(
        "--exit-with-stdin", action="store_true", help="end when standard input ends, as it does with the parent"
    )
    models = commands.add_parser("models", help="list the models", description=MODELS_HELP, formatter_class=form)
    models.add_argument("--config", type=Path, metavar="FILE", help="a LiteLLM config, merged over the built-in models")
    models.add_argument("--replay", type=Path, metavar="DIR", help=REPLAY_HELP)
    key = commands.add_parser("key", help="make a key", description=KEY_HELP, formatter_class=form)
    key.add_argument("name", help="what the key is called in logs and messages")
    return parser


def _catalogue(settings: Settings) -> tuple[Catalogue, Recordings | None]:
    """The effective catalogue and what it replays; the config's `environment_variables` are set for this process."""
    from mosseval_proxy.catalogue import build
    from mosseval_proxy.catalogue.config import read_config
    from mosseval_proxy.catalogue.variables import variables
    from mosseval_proxy.recordings import read_recordings
    from mosseval_proxy.replay import over

    user = read_config(settings.config) if settings.config else None
    if user is not None:
        os.environ.update(user.environment)
    read_files(variables(user), os.environ)
    catalogue = build(user)
    if settings.replay is None:
        return catalogue, None
    recordings = read_recordings(settings.replay)
    return over(catalogue, recordings), recordings


def _serve(options: argparse.Namespace) -> int:
    from mosseval_proxy.settings import SECRETS, check_exposure, read_settings

    read_files(SECRETS, os.environ)
    names = ("host", "port", "config", "replay", "no_auth", "workers")
    settings = read_settings(keys_file=options.keys, **{name: getattr(options, name) for name in names})
    if options.fd is None:
        check_exposure(settings, settings.host)
    catalogue, recordings = _catalogue(settings)

    from mosseval_proxy.process.starting import check, serve_alone, serve_together

    keys = check(settings, catalogue)
    if settings.workers > 1:
        return serve_together(settings, options.fd, options.arguments, exit_with_stdin=options.exit_with_stdin)
    return serve_alone(settings, catalogue, recordings, keys, options.fd, exit_with_stdin=options.exit_with_stdin)


def _key(options: argparse.Namespace) -> int:
    import re

    from mosseval_proxy.keys.file import NAME, new_key

    if re.fullmatch(NAME, options.name) is None:
        raise ConfigError("a key's name has letters, digits and . _ - alone, 64 at most")
    key, entry = new_key(options.name)
    sys.stdout.write(f"{key}\n")
    sys.stderr.write(f"The key is shown this once. Its entry for the keys file:\n\nkeys:\n{entry}")
    return 0


def _models(options: argparse.Namespace) -> int:
    import orjson

    from mosseval_proxy.catalogue.listing import model_list
    from mosseval_proxy.settings import read_settings

    listing = model_list(_catalogue(read_settings(config=options.config, replay=options.replay))[0])
    sys.stdout.buffer.write(orjson.dumps(listing, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


COMMANDS = {"serve": _serve, "models": _models, "key": _key}

if __name__ == "__main__":
    sys.exit(main())
