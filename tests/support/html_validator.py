"""The Nu HTML checker (vnu), W3C's own, as a jar from npm; Debian's Java runs it. What is missing skips, visibly."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from debian import needs_debian_package
from npm import from_npm

VNU, JAR = "vnu-jar@26.9.27", "build/dist/vnu.jar"
WRONG = "Inline {} violates Content Security Policy (meta tag)"
"""It hashes inline elements of several lines otherwise than browsers do; Chromium's console has the last word there."""


def faults(pages: Iterable[Path]) -> list[str]:
    """What it objects to or warns of, a line each."""
    needs_debian_package("default-jre-headless", "java")
    command = ["java", "-jar", str(from_npm(VNU, JAR)), "--format", "json", "--exit-zero-always", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stderr or done.stdout)["messages"]
    wrong = tuple(WRONG.format(kind) for kind in ("style", "script"))
    return [
        f"{Path(each['url']).name}: {each['message']}: {each.get('extract', '')[:100]!r}"
        for each in found
        if not each["message"].startswith(wrong)
    ]
