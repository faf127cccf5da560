"""The frame around every page: what templates may say, the colours, and the icon."""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, has_request_context, url_for
from flask.templating import Environment
from flask_wtf import CSRFProtect

from booking import wording
from booking.config import Settings
from booking.domain import access
from booking.web.rules import public
from booking.web.session import now, person_signed_in, settings

bp = Blueprint("frame", __name__)
csrf = CSRFProtect()


class Templates(Environment):
    """Let all templates see the same names: Jinja gives each a chain of its own, and walks it at every import."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return self.globals if d is None else super().make_globals(d)


def init_app(app: Flask) -> None:
    given: Settings = app.config["SETTINGS"]
    app.jinja_env.filters.update(
        day=wording.day,
        short_day=wording.short_day,
        date_words=wording.date_words,
        time=wording.time,
        moment=wording.moment,
        zone_name=wording.zone_name,
        local=wording.local,
        near=lambda instant, zone=wording.LONDON: wording.near(instant, now(), zone),
        urlquote=partial(quote, safe=""),
    )
    app.jinja_env.globals.update(
        before_words=wording.before_words,
        count=wording.count,
        listed=wording.listed,
        ordinal=wording.ordinal,
        in_full=lambda path: settings().base_url + path,
        masked=wording.masked,
        times=wording.times,
        wording=wording,
        KINDS=wording.KINDS,
        PHASES=wording.PHASES,
        site_name=given.site_name,
        has_own_colours=bool(given.brand_colour or given.accent_colour),
        has_mailbox=given.mailbox is not None,
        is_soon=lambda instant: wording.is_soon(instant, now()),
    )
    app.context_processor(_who)


@bp.get("/colours.css")
@public
def colours() -> Response:
    """An installation's own colours, over the stylesheet's."""
    given = settings()
    rules = (
        [f"--jade:{given.brand_colour};--jade-text:{given.brand_colour};--button:{given.brand_colour}"]
        if given.brand_colour
        else []
    )
    rules += [f"--sun:{given.accent_colour}"] if given.accent_colour else []
    sheet = "@media (prefers-color-scheme:light){:root{" + ";".join(rules) + "}}"
    return Response(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=300"})


@bp.get("/favicon.ico")
@public
def icon() -> Response:
    return Response(status=308, headers={"Location": url_for("static", filename="mark.svg")})


def _who() -> dict[str, Any]:
    if not has_request_context():  # a mail is rendered for nobody who is signed in
        return {}
    person = person_signed_in()
    return {"me": person, "has_desk": bool(person and access.has_desk(person)), "now": now()}
