"""Addresses to go on to: on this site or nowhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 500
_PATH = re.compile(r"/[!#-\[\]-~]*")
"""Printable ASCII without spaces, quotes and backslashes, which browsers read as slashes."""


def here(onward: str | None) -> str | None:
    """Answer the address if it is a path of this site; None for all that a browser could read as another site's."""
    if not onward or len(onward) > LONGEST or onward.startswith("//") or not _PATH.fullmatch(onward):
        return None
    try:
        parts = urlsplit(onward)
    except ValueError:
        return None
    is_local = not parts.scheme and not parts.netloc and "//" not in parts.path
    return onward if is_local else None
