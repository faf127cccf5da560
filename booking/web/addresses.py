"""Addresses to go on to: on this site or nowhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.routing import BaseConverter

from booking.web import text

LONGEST = 500


class Readable(BaseConverter):
    """A part of an address without control characters: no page has one in its name, and PostgreSQL takes no NUL."""

    regex = r"[^/\x00-\x1f\x7f]+"


_PATH = re.compile(r"/[!#-\[\]-~]*")
"""Printable ASCII without spaces, quotes and backslashes, which browsers read as slashes."""


def init_app(app: Flask) -> None:
    app.url_map.converters["default"] = Readable
    app.jinja_env.globals["by_number"] = by_number


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


def by_number() -> bool:
    """Say whether a booking is asked for by its number, as organisers do, and not by a secret link."""
    return request.blueprint == "manage" and text.number((request.view_args or {}).get("token")) is not None
