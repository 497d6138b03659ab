"""What is in an image, file by file: what differs between two of them, what is large, what may not be there.

Run: python tools/image_tree.py diff IMAGE IMAGE | size IMAGE …. Needs a Docker engine. Exit code of `diff`: 1 where the
trees differ. Times do not count: neither in a file's entry nor anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
PIECE = 1 << 20
PARTS = 5
DEPTH = 6
"""Of a part: /opt/mosseval/lib/python3.11/site-packages/NAME."""
KINDS = {tarfile.REGTYPE: "file", tarfile.LNKTYPE: "file", tarfile.SYMTYPE: "link", tarfile.DIRTYPE: "folder"}


@dataclass(frozen=True, slots=True)
class Node:
    """One path of an image. `content` is a file's SHA-256, or where a link leads."""

    kind: str
    mode: int
    owner: tuple[int, int]
    content: str = ""
    size: int = 0


def layers(image: str) -> Iterator[tarfile.TarFile]:
    """The layers of an image, the lowest first; each is open until the next."""
    with tempfile.TemporaryFile() as saved:
        subprocess.run(["docker", "save", image], stdout=saved, check=True)
        saved.seek(0)
        with tarfile.open(fileobj=saved) as archive:
            manifest = json.loads(_whole(archive, "manifest.json"))
            for name in manifest[0]["Layers"]:
                with tarfile.open(fileobj=archive.extractfile(name)) as layer:
                    yield layer


def tree(image: str) -> dict[str, Node]:
    """Path -> what is there once all layers lie upon each other."""
    found: dict[str, Node] = {}
    for layer in layers(image):
        lay(found, layer)
    return found


def holders(image: str, markers: Iterable[bytes]) -> list[str]:
    """Where a marker stands in any layer, hidden or not, or in the image's own description."""
    wanted = list(markers)
    seen: list[str] = []
    for number, layer in enumerate(layers(image)):
        for member in layer:
            content = layer.extractfile(member) if member.isreg() else None
            if content is not None and _holds(content, wanted):
                seen.append(f"layer {number}: {member.name}")
    for command in (["inspect"], ["history", "--no-trunc"]):
        words = subprocess.run(["docker", *command, image], capture_output=True, check=True).stdout
        seen += [f"docker {command[0]}" for marker in wanted if marker in words]
    return seen


def differences(one: dict[str, Node], other: dict[str, Node]) -> list[str]:
    """A line for every path that is not the same in both."""
    paths = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    return [f"{path}: {one.get(path)} / {other.get(path)}" for path in paths]


def sizes(found: dict[str, Node]) -> tuple[int, list[tuple[str, int]]]:
    """Bytes in all, and of the largest parts."""
    parts: Counter[str] = Counter()
    for path, node in found.items():
        parts[_part(PurePosixPath("/" + path))] += node.size
    return sum(parts.values()), parts.most_common(PARTS)


def _part(path: PurePosixPath) -> str:
    """A package of ours by its name; everything else is the base image."""
    if path.is_relative_to("/opt/mosseval"):
        return str(PurePosixPath(*path.parts[: DEPTH + 1]))
    return "the base image"


def lay(found: dict[str, Node], layer: tarfile.TarFile) -> None:
    """Lays a layer upon what is there: its whiteouts take away, everything else comes or replaces."""
    for member in layer:
        path = PurePosixPath(member.name)
        if path.name == OPAQUE:
            _remove(found, str(path.parent), itself=False)
        elif path.name.startswith(WHITEOUT):
            _remove(found, str(path.with_name(path.name.removeprefix(WHITEOUT))), itself=True)
        else:
            found[str(path)] = _node(found, layer, member)


def _remove(found: dict[str, Node], path: str, *, itself: bool) -> None:
    for each in [each for each in found if each.startswith(f"{path}/") or (itself and each == path)]:
        del found[each]


def _node(found: dict[str, Node], layer: tarfile.TarFile, member: tarfile.TarInfo) -> Node:
    owner = (member.uid, member.gid)
    if member.islnk():
        return replace(found[str(PurePosixPath(member.linkname))], size=0)
    kind = KINDS.get(member.type, "other")
    if not member.isreg():
        return Node(kind, member.mode, owner, member.linkname)
    content = layer.extractfile(member)
    assert content is not None
    return Node(kind, member.mode, owner, hashlib.file_digest(content, "sha256").hexdigest(), member.size)  # type: ignore[arg-type]


def _holds(content: IO[bytes], markers: list[bytes]) -> bool:
    longest = max(map(len, markers))
    kept = b""
    while piece := content.read(PIECE):
        window = kept + piece
        if any(marker in window for marker in markers):
            return True
        kept = window[-longest:]
    return False


def _whole(archive: tarfile.TarFile, name: str) -> bytes:
    content = archive.extractfile(name)
    assert content is not None
    return content.read()


def main(arguments: list[str]) -> int:
    """One command; its exit code."""
    command, *images = arguments
    if command == "diff":
        lines = differences(tree(images[0]), tree(images[1]))
        print("\n".join(lines) or f"{images[0]} and {images[1]} hold the same files")
        return 1 if lines else 0
    for image in images:
        total, parts = sizes(tree(image))
        print(f"{image}: {total / 1e6:.0f} MB")
        for part, size in parts:
            print(f"  {size / 1e6:5.0f} MB  {part}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
