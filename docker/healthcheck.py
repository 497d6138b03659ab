"""Whether a server in this container is ready: 0 for status 200 at URL, 1 for anything else. The images have no curl.

Run: python -I healthcheck.py URL
"""

import sys
import urllib.error
import urllib.request

PATIENCE_S = 4.0


def main(url: str) -> int:
    """Asks once, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PATIENCE_S) as response:
            return 0 if response.status == 200 else 1
    except (OSError, urllib.error.URLError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
