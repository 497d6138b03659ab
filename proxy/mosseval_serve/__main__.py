"""`python -m mosseval_serve --model REPO_OR_DIR`.

Exit codes: 0 ended as told, 2 wrong use or no model, 130 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mosseval_serve.adapters import PLACES, load
from mosseval_serve.adapters.base import Source
from mosseval_serve.engine import BatchLimits
from mosseval_serve.errors import StartError
from mosseval_serve.pictures import PictureLimits
from mosseval_serve.server import serve
from mosseval_serve.settings import KEY_VARIABLE, Settings, check_exposure, read_key

ABOUT = f"""\
Serves one vision-language model of transformers under /v1, in OpenAI's form.

/healthz answers 200 once the model has answered a first question. With {KEY_VARIABLE} set, requests need it as
"Authorization: Bearer KEY"; without it the server listens on loopback only.

examples:
  python -m mosseval_serve --model HuggingFaceM4/idefics-9b-instruct --name idefics-9b-instruct --dtype bfloat16
  python -m mosseval_serve --model ./tiny-llava --device cpu --port 0
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until told to end; returns the exit code."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        settings = Settings(
            name=options.name or Path(options.model).name,
            host=options.host,
            port=options.port,
            key=read_key(),
            no_auth=options.no_auth,
            max_requests=options.max_batch + options.max_waiting,
            max_body_bytes=options.max_body_bytes,
            timeout_s=options.timeout_s,
            grace_s=options.grace_s,
            pictures=PictureLimits(options.max_images, options.max_image_bytes, options.max_image_pixels),
        )
        check_exposure(settings)
        source = Source(options.model, options.revision, options.device, options.dtype, options.trust_remote_code)
        source.trusted()
        limits = BatchLimits(options.max_batch, options.max_wait_ms / 1000, options.max_tokens)
        return serve(lambda: load(options.adapter, source), settings, limits)
    except StartError as error:
        sys.stderr.write(f"mosseval_serve: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m mosseval_serve", description=ABOUT, formatter_class=form)
    add = parser.add_argument
    add("--model", required=True, metavar="REPO_OR_DIR", help="a model of the hub, or a folder")
    add("--revision", metavar="COMMIT", help="the hub's commit to take")
    add("--name", metavar="ID", help="the model's id at the endpoint (default: the last part of --model)")
    add("--adapter", choices=("auto", *PLACES), default="auto", help="how it is asked (default: by its config)")
    add("--device", default="cpu", help="cpu, cuda or cuda:N (default cpu)")
    add("--dtype", choices=("auto", "float32", "float16", "bfloat16"), default="auto", help="(default: as stored)")
    add("--trust-remote-code", metavar="REPO@COMMIT", help="run the model's own code: must name the model being loaded")
    add("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    add("--port", type=_whole, default=8000, help="port to listen on, 0 for any free one (default 8000)")
    add("--no-auth", action="store_true", help="serve others without a key: anybody who reaches the port")
    add("--max-batch", type=_positive, default=8, metavar="N", help="requests answered together (default 8)")
    add("--max-wait-ms", type=_whole, default=10, metavar="N", help="how long they wait for one another (default 10)")
    add("--max-waiting", type=_whole, default=32, metavar="N", help="more than these wait: 429 (default 32)")
    add(
        "--max-tokens", type=_positive, default=1024, metavar="N", help="of an answer that sets no bound (default 1024)"
    )
    add("--max-body-bytes", type=_positive, default=32 * 1024 * 1024, metavar="N", help="of a request (default 32 MiB)")
    add("--max-images", type=_whole, default=16, metavar="N", help="of a request (default 16)")
    add(
        "--max-image-bytes", type=_positive, default=20 * 1024 * 1024, metavar="N", help="of a picture (default 20 MiB)"
    )
    add("--max-image-pixels", type=_positive, default=50_000_000, metavar="N", help="of a picture (default 50 million)")
    add("--timeout-s", type=_positive, default=600, metavar="N", help="for waiting and answering (default 600)")
    add("--grace-s", type=_positive, default=30, metavar="N", help="for what is in flight at the end (default 30)")
    return parser


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
