"""Ask a freshly started site for its health, its first page and every file that the page loads."""

from __future__ import annotations

import re
import sys
import time
import urllib.request
from urllib.parse import urljoin

START_SECONDS = 30

# No proxy, whatever the environment says: it could not reach this machine's loopback address.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def body(address: str) -> str:
    """Answer what an address serves; anything but success raises."""
    with opener.open(address, timeout=10) as answer:
        return answer.read().decode()


def wait_for(address: str) -> None:
    """Return when the address answers at all."""
    latest = time.monotonic() + START_SECONDS
    while True:
        try:
            body(address)
            return
        except OSError:  # not there yet, or too busy starting to answer
            if time.monotonic() > latest:
                raise
            time.sleep(0.1)


def main(site: str) -> None:
    """Fail with a traceback unless the site is whole."""
    wait_for(f"{site}/healthz")
    page = body(site)
    styles = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page)
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page)
    assert styles, "the first page loads no stylesheet"
    for file in styles + scripts:
        assert body(urljoin(site, file)), f"{file} is empty"
    print(f"{site} is well, with {len(styles)} stylesheets and {len(scripts)} scripts")


main(sys.argv[1])
