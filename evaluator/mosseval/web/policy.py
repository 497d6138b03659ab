"""The content security policy of a page that stands alone: nothing is fetched, nothing inline runs but what is hashed.

Goes into a `<meta http-equiv>` (CSP level 3, section 3.3), so it must be the first thing of the head that it governs.
A style attribute would need a hash of its own and `unsafe-hashes`: our pages have none.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable


def policy(
    *, scripts: Iterable[str] = (), styles: Iterable[str] = (), own_origin: bool = False, loads: bool = False
) -> str:
    """The policy for exactly these inline scripts and styles, as they stand between their tags.

    Pictures may be `data:` URLs. `own_origin` also allows what the page's own server sends (for the local app):
    scripts, styles, pictures, requests and forms. `loads` lets these scripts, and no markup, add further ones
    (`strict-dynamic`, CSP level 3, section 8.2), from disk too, where a file has no origin of its own.
    """
    own = ["'self'"] if own_origin else []
    directives = {
        "default-src": ["'none'"],
        "img-src": [*own, "data:"],
        "style-src": [*own, *map(source, styles)] or ["'none'"],
        "script-src": [*own, *map(source, scripts), *(["'strict-dynamic'"] if loads else [])] or ["'none'"],
        "connect-src": own or ["'none'"],
        "base-uri": ["'none'"],
        "form-action": own or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def source(inline: str) -> str:
    """The hash source of one inline script or style."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return f"'sha256-{digest}'"
