"""What an image's layers come to, from layers made on the spot."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

from image_tree import Node, differences, lay, sizes


def layer(files: Mapping[str, bytes], *, mtime: int = 0, links: Mapping[str, str] | None = None) -> tarfile.TarFile:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), mtime
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.LNKTYPE, target
            archive.addfile(member)
    made.seek(0)
    return tarfile.open(fileobj=made)


def laid(*layers: tarfile.TarFile) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for each in layers:
        with each:
            lay(found, each)
    return found


def test_a_later_layer_replaces_and_takes_away() -> None:
    base = layer({"a/old": b"1", "a/kept": b"2", "b/one": b"3", "b/two": b"4"})
    upper = layer({"a/.wh.old": b"", "b/.wh..wh..opq": b"", "b/new": b"5", "a/kept": b"22"})
    found = laid(base, upper)
    assert set(found) == {"a/kept", "b/new"}
    assert found["a/kept"].size == 2


def test_times_do_not_count_and_contents_do() -> None:
    one, same, other = (laid(layer({"a": text}, mtime=at)) for text, at in ((b"x", 1), (b"x", 2), (b"y", 1)))
    assert differences(one, same) == []
    assert len(differences(one, other)) == 1
    assert differences(one, other)[0].startswith("a: ")
    assert len(differences(one, {})) == 1


def test_a_hard_link_is_the_file_that_it_leads_to_and_takes_no_room() -> None:
    found = laid(layer({"a": b"x"}, links={"b": "a"}))
    assert found["b"].content == found["a"].content
    assert sizes(found)[0] == 1


def test_packages_are_parts_and_the_rest_is_the_base() -> None:
    site = "opt/mosseval/lib/python3.11/site-packages"
    total, parts = sizes(laid(layer({f"{site}/big/x/y": b"123", f"{site}/big/z": b"4", "usr/bin/x": b"56"})))
    assert total == 6
    assert parts == [(f"/{site}/big", 4), ("the base image", 2)]
