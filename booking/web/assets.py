"""What a page is made of besides itself: the addresses of our own files, and how text is sent small.

Browsers keep these files for a year, so their address changes with what is in them. gunicorn compresses nothing,
so it is done here: for our own files, and for pages in which there is nothing to guess
(docs/decisions/0005-what-is-compressed.md).
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, session, url_for

LEAST_BYTES = 1000
"""Below this, packing costs more than it saves."""
TEXTS = ("text/", "application/javascript", "application/json", "image/svg+xml")
FILE_LEVEL = 9
PAGE_LEVEL = 3
"""A page is packed at each request: the highest level takes many times as long to save a few hundred bytes."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(static_url=static_url, page_url=page_url, open_pages=app.view_functions)
    app.after_request(_pack)


def static_url(name: str) -> str:
    """Answer the address of one of our own files, as it is now."""
    return _static_url(name, request.script_root)


def page_url(endpoint: str) -> str:
    """Answer the address of a page that has one only; every page of ours leads to a dozen of them."""
    return _page_url(endpoint, request.script_root)


@lru_cache
def _static_url(name: str, _root: str) -> str:
    mark = hashlib.sha256(Path(current_app.static_folder or "", name).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=name, v=mark)


@lru_cache
def _page_url(endpoint: str, _root: str) -> str:
    return url_for(endpoint)


def _pack(response: Response) -> Response:
    is_file = request.endpoint == "static"
    if response.content_encoding:
        return response
    if response.status_code != 200 or not response.mimetype.startswith(TEXTS) or not (is_file or _is_unsecret()):
        return response
    response.vary.add("Accept-Encoding")
    if request.method != "GET" or not request.accept_encodings["gzip"]:
        return response
    return _pack_file(response) if is_file else _pack_page(response)


def _is_unsecret() -> bool:
    """Nothing here is worth guessing from the length of what is sent: no token of a form, no person, no secret link."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = getattr(view, "access_rule", "") == "public"
    return is_public and "csrf_token" not in g and not session.get("sign_in")


def _pack_file(response: Response) -> Response:
    etag, _ = response.get_etag()
    response.direct_passthrough = False
    response.set_data(_packed_file(etag or "", response.get_data()))
    response.set_etag(etag or "", weak=True)  # other bytes, the same content (RFC 9110, 8.8.1)
    response.content_encoding = "gzip"
    return response


def _pack_page(response: Response) -> Response:
    page = response.get_data()
    if len(page) >= LEAST_BYTES:
        response.set_data(gzip.compress(page, PAGE_LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=64)
def _packed_file(etag: str, content: bytes) -> bytes:
    return gzip.compress(content, FILE_LEVEL, mtime=0)
