"""Acts come from our own pages only: what a browser says of where a form stood, besides the form's token.

Flask-WTF would ask for a Referer over https, but pages with a secret in their address send none (headers.py); browsers
say the same, and no more, in Sec-Fetch-Site and Origin.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFError

OURS = ("same-origin", "none")
"""`none`: the person herself, not a page, asked for it."""


def init_app(app: Flask) -> None:
    app.before_request(_must_be_ours)


def _must_be_ours() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "null")
    is_foreign = origin != "null" and urlsplit(origin).netloc != request.host
    if is_foreign or request.headers.get("Sec-Fetch-Site", "none") not in OURS:
        raise CSRFError("It came from a page of another site.")
