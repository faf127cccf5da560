"""What went wrong, in words: a refusal, a page that is not there, a database that is busy. Never a bare 500."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.exceptions import HTTPException

from booking.db import AWAY as AWAY_KINDS
from booking.db import db, is_deadlock, is_taken, let_go
from booking.domain.errors import NotAllowed, NotFound, Refused
from booking.web.session import take_back

RETRY_SECONDS = 5
AWAY_SECONDS = 60
GO_FIRST_SECONDS = 0.1
"""Whoever was thrown out of a deadlock lets the other go on, who would else find the same rows taken again."""
AWAY = (
    "Booking is not working just now",
    "Something that we need cannot be reached. Nothing was lost, and nothing was half done. Try again in a minute.",
)
KEPT = "What you typed is kept on this page: send it again from here."

WORDS = {
    400: ("We could not read that", "Something in what your browser sent was out of order. Go back and try again."),
    403: ("That is not yours to do", "Your sign-in does not reach this far."),
    404: (
        "We cannot find that page",
        "If you followed a link, it may be old or cut short. If you typed the address, check it.",
    ),
    405: ("That cannot be done here", "Go back and use the button on the page."),
    410: ("That event is over", "Its page is kept for 30 days after the event. See what is coming instead."),
    413: ("That is too much at once", "What was sent is larger than this page takes."),
    429: ("That was a lot at once", "Wait a minute, then try again. Nothing is lost."),
    500: ("Something went wrong on our side", "It has been noted. Try again in a little while."),
    503: ("We are very busy just now", "Nothing was lost and nothing was booked twice. Try again in a few seconds."),
}


class Asked:
    """A second asking after a deadlock: PostgreSQL ended this transaction so that another could go on."""


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(CSRFError, show_stale_form)
    app.register_error_handler(NotFound, lambda refusal: show(404))
    app.register_error_handler(NotAllowed, lambda refusal: show(404))
    app.register_error_handler(Refused, show_refusal)
    for kind in AWAY_KINDS:
        app.register_error_handler(kind, show_busy)
    app.register_error_handler(DatabaseError, show_database_fault)
    app.register_error_handler(Exception, show_fault)
    app.teardown_appcontext(let_go)  # before Flask-SQLAlchemy's own, whose fault would replace the answer
    _ask_again_after_deadlock(app)
    _answer_also_when_an_answer_fails(app)


def show(status: int, *, title: str = "", sentence: str = "", **more: Any) -> Response:
    """Answer a page that says what is wrong and where to go on."""
    words = WORDS.get(status, WORDS[400 if status < 500 else 500])
    page = render_template("errors/page.html", title=title or words[0], sentence=sentence or words[1], **more)
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def show_http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    response = show(error.code)
    if retry := (error.get_response().headers.get("Allow") if error.code == 405 else None):
        response.headers["Allow"] = retry
    return response


def show_refusal(refusal: Refused) -> Response:
    return show(409, title="That cannot be done", sentence=str(refusal))


def show_stale_form(error: CSRFError) -> Response:
    return show(
        400,
        title="This page has been open for a long time",
        sentence="Go back, load the page again, and send it once more.",
    )


def show_busy(error: Exception) -> Response:
    """Ask to come again; a form that was sent stands in the page, for the form's own page needs the database."""
    current_app.logger.warning("busy: %s", type(error).__name__)
    db.session.rollback()
    take_back()
    g.sign_in, g.person = None, None
    typed = typed_fields()
    title, sentence = WORDS[503] if is_taken(error) else AWAY
    response = show(503, title=title, sentence=f"{sentence} {KEPT}" if typed else sentence, typed=typed)
    response.headers["Retry-After"] = str(retry_seconds(error))
    return response


def typed_fields() -> list[tuple[str, str]]:
    """Answer the fields of the form that was sent, to be kept on a page; none if it brought a file, which cannot be."""
    return list(request.form.items(multi=True)) if request.method == "POST" and not request.files else []


def retry_seconds(error: Exception) -> int:
    """Answer after how many seconds it is worth asking again."""
    return RETRY_SECONDS if is_taken(error) else AWAY_SECONDS


def show_database_fault(error: DatabaseError) -> Response:
    """A file that is no database any more is as good as gone; anything else that is refused is a fault of ours."""
    return show_busy(error) if type(error) is DatabaseError else show_fault(error)


def show_fault(error: Exception) -> Response:
    current_app.logger.exception("fault in %s %s", request.method, request.endpoint)
    db.session.rollback()
    take_back()
    g.sign_in, g.person = None, None
    return show(500)


def _ask_again_after_deadlock(app: Flask) -> None:
    once = app.dispatch_request

    def dispatch() -> Any:
        try:
            return once()
        except OperationalError as error:
            if not is_deadlock(error):
                raise
            take_back()
            g.pop("now", None)
            time.sleep(GO_FIRST_SECONDS)
            return once()

    app.dispatch_request = dispatch  # type: ignore[method-assign]


def _answer_also_when_an_answer_fails(app: Flask) -> None:
    """What is said of an error may need the database, or a page that is not there: then that is answered in words."""
    once = app.handle_user_exception

    def handle(error: Exception) -> Any:
        try:
            return once(error)
        except AWAY_KINDS as away:
            return show_busy(away)
        except (HTTPException, Refused) as other:
            return once(other)

    app.handle_user_exception = handle  # type: ignore[method-assign]
