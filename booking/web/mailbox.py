"""The demo's mailbox: every mail that was sent, in all its parts. It exists in the demo only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template

from booking.config import Settings
from booking.demo import mailbox
from booking.demo.mailbox import Mail
from booking.web.rules import public
from booking.web.session import settings

bp = Blueprint("mailbox", __name__)

SHOWN = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "sandbox allow-top-navigation-by-user-activation",
        "frame-ancestors 'self'",
    ]
)
"""For the frame that shows a mail's HTML: mails carry their own style, and nothing in them runs or is fetched."""


def init_app(app: Flask) -> None:
    """Add the pages where a demo has a mailbox, and nowhere else."""
    given: Settings = app.config["SETTINGS"]
    if given.mailbox:
        app.register_blueprint(bp)


@bp.get("/mailbox")
@public
def index() -> Any:
    """List the mails, the newest first."""
    return render_template("mailbox/index.html", mails=mailbox.newest(_folder())[:100])


@bp.get("/mailbox/<name>")
@public
def show(name: str) -> Any:
    """Show one mail: its headers, its text, its HTML in a frame, what is attached, and its source."""
    mail = _find(name)
    body = mail.message.get_body(("plain",))
    parts = [part for part in mail.message.walk() if not part.is_multipart()]
    return render_template("mailbox/show.html", mail=mail, text=body.get_content() if body else "", parts=parts)


@bp.get("/mailbox/<name>/html")
@public
def html(name: str) -> Response:
    """Answer the HTML part alone, shut in."""
    body = _find(name).message.get_body(("html",))
    if body is None:
        abort(404)
    answer = Response(_opening_outside(body.get_content()), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = SHOWN
    return answer


@bp.get("/mailbox/<name>/source")
@public
def source(name: str) -> Response:
    """Answer the mail as it went over the wire."""
    return Response(_find(name).raw, content_type="text/plain; charset=utf-8")


def _opening_outside(page: str) -> str:
    """A link in the frame leads the whole window on, as it would in a mail program."""
    return page.replace("<head>", '<head><base target="_top">', 1)


def _folder() -> Path:
    folder = settings().mailbox
    return folder if folder else abort(404)


def _find(name: str) -> Mail:
    mail = mailbox.find(_folder(), name)
    return mail if mail else abort(404)
