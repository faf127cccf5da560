"""Asking again: a form that was open too long, or sent when everything was busy, is shown with what was typed."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, make_response, request
from flask_wtf.csrf import CSRFError

from booking.db import AWAY, db, is_taken
from booking.web import errors
from booking.web.session import take_back

STALE = "This page was open for a long time, so we ask you to send it once more. Nothing you typed is lost."
BUSY = (
    "We are very busy just now, and have done nothing yet. Nothing you typed is lost: send it again in a few seconds."
)

NOT_SAVED = (
    "We cannot save anything just now, and have done nothing yet. Nothing you typed is lost: send it again in a minute."
)


def init_blueprint(bp: Blueprint, **pages: str) -> None:
    """Let each act of the room (`create="new"`) be answered by its page where it could not be tried.

    The page's view builds its form from the request, so what was typed stands in it; `notice` says what happened.
    """

    def stale(error: CSRFError) -> Response:
        page = pages.get(_act())
        return _page(bp, page, STALE, 400) if page else errors.show_stale_form(error)

    def busy(error: Exception) -> Response:
        page = pages.get(_act())
        if page is None:
            return errors.show_busy(error)
        current_app.logger.warning("busy: %s", type(error).__name__)
        db.session.rollback()
        take_back()
        response = _page(bp, page, BUSY if is_taken(error) else NOT_SAVED, 503)
        response.headers["Retry-After"] = str(errors.retry_seconds(error))
        return response

    bp.register_error_handler(CSRFError, stale)
    for kind in AWAY:
        bp.register_error_handler(kind, busy)


def keep_private(response: Response) -> Response:
    """Keep a page with a secret in its address out of caches, search engines and the Referer of what it links to."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _act() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _page(bp: Blueprint, page: str, notice: str, status: int) -> Response:
    g.notice = notice
    response = make_response(current_app.view_functions[f"{bp.name}.{page}"](**(request.view_args or {})))
    if response.status_code == 200:
        response.status_code = status
    return response
