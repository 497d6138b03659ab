"""From a task to the body of its request: the picture is read, checked and encoded only now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mosseval.images import EncodedImage, ImageInfo, ImageInvalid, encode
from mosseval.plan import Digest, Plan, Task
from mosseval.request import ImageOptions
from mosseval.types import Failure, Picture

INLINE_BYTES = 512 * 1024
"""Pictures up to this size are read and encoded in the event loop; larger or rescaled ones in a thread."""


async def prepare(task: Task, plan: Plan) -> tuple[Task, bytes | Failure]:
    """The request's body, and the task with what its pictures turned out to be; a sample's own fault is a failure.

    A sample is asked with all of its pictures or not at all: the first that is missing or invalid names the failure.
    """
    sample, spec = task.sample, plan.spec
    if sample.fault is not None:
        return task, Failure(*sample.fault, attempts=0)
    images: list[EncodedImage] = []
    for picture, digest in zip(sample.pictures, task.digests, strict=True):
        image = await _image(picture, digest, plan)
        if isinstance(image, Failure):
            return task, image
        images.append(image)
    known = [digest.sha256 if isinstance(digest, ImageInfo) else None for digest in task.digests]
    found = [image.source.sha256 for image in images]
    if found != known:
        task = replace(task, request_sha256=spec.fingerprint(sample.question, found))
    changes = tuple(
        {"from": image.source.type, "to": image.type, "sha256": image.source.sha256}
        for image in images
        if image.changed
    )
    if changes:
        task = replace(task, images=changes)
    return task, spec.body(sample.question, *images)


async def _image(picture: Picture, digest: Digest, plan: Plan) -> EncodedImage | Failure:
    if isinstance(digest, ImageInvalid):
        return Failure("image_invalid", f"{picture.name}: {digest}", attempts=0)
    try:
        return await _encode(digest, picture.path, plan.dataset.roots, plan.spec.image_options)
    except FileNotFoundError:
        return Failure("missing_image", picture.name, attempts=0)
    except ImageInvalid as invalid:
        return Failure("image_invalid", f"{picture.name}: {invalid}", attempts=0)


async def _encode(digest: Digest, path: Path, roots: Sequence[Path], options: ImageOptions) -> EncodedImage:
    small = isinstance(digest, ImageInfo) and digest.bytes <= INLINE_BYTES
    if small and options.long_edge is None and options.max_bytes is None:
        return encode(path, roots)
    return await asyncio.to_thread(encode, path, roots, long_edge=options.long_edge, max_bytes=options.max_bytes)
