"""Calendars are asked for again and again: what was sent is named, so that it need not be sent twice (RFC 9110).

The name is made of what is sent, so several processes agree, and it moves exactly when a reader would see a change.
"""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime, timedelta
from functools import cached_property

from flask import Response, request

from booking.web.session import now

PACKED = 3
"""gzip's level: the higher ones take much longer, and save little."""
SECOND = timedelta(seconds=1)


class Kept:
    """One calendar as it was written, with what it is called."""

    def __init__(self, content: bytes, modified_at: datetime | None) -> None:
        self.content = content
        self.etag = hashlib.sha256(content).hexdigest()[:32]
        self.modified_at = modified_at.replace(microsecond=0) if modified_at else None

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, PACKED, mtime=0)


def answer(kept: Kept, filename: str, *, cache: str, disposition: str = "inline") -> Response:
    """Answer the calendar, or that the reader has it (304)."""
    response = Response(status=304) if _has(kept) else _whole(kept, filename, disposition)
    response.set_etag(kept.etag, weak=True)  # packed or not, it is the same calendar
    if dated := _dated(kept):
        response.last_modified = dated
    response.headers["Cache-Control"] = cache
    response.vary.add("Accept-Encoding")
    return response


def _whole(kept: Kept, filename: str, disposition: str) -> Response:
    is_packed = bool(request.accept_encodings["gzip"])
    response = Response(kept.packed if is_packed else kept.content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'{disposition}; filename="{filename}"'
    if is_packed:
        response.content_encoding = "gzip"
    return response


def _has(kept: Kept) -> bool:
    """A name counts before a date; a date is a name too: any other than ours, older or newer, means that it changed."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(kept.etag)
    return request.if_modified_since is not None and request.if_modified_since == _dated(kept)


def _dated(kept: Kept) -> datetime | None:
    """Answer when it changed; None within that second, in which it may change once more (RFC 9110, 8.8.2.2)."""
    is_over = kept.modified_at is not None and now() - kept.modified_at >= SECOND
    return kept.modified_at if is_over else None
