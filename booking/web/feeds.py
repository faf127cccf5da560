"""Calendars: a feed of any list, a file of one event, and somebody's own calendar at a secret address."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, render_template, request, url_for

from booking import calendars
from booking.db import transaction
from booking.domain import feeds, finding
from booking.domain.feeds import Session
from booking.domain.finding import Filters
from booking.web import feed_words, text
from booking.web.polling import Kept, answer
from booking.web.rules import by_link, public, same_for_all, signed_in
from booking.web.session import me, now, settings

PUBLIC = "public, max-age=300"
PRIVATE = "private, no-cache"
MOST_KEPT = 16
"""Feeds that a process keeps as they were written; ten thousand sessions are seven megabytes."""

bp = Blueprint("feeds", __name__)


def init_app(app: Flask) -> None:
    app.extensions["kept_feeds"] = lru_cache(maxsize=MOST_KEPT)(_write)


class Asked(NamedTuple):
    """One public feed as it is at one revision of the list, on one day."""

    filters: Filters
    programme_id: int | None
    revision: int
    at: datetime


@bp.get("/calendars")
@public
def follow() -> str:
    """Say how to follow a list, or a programme, in the reader's own calendar."""
    filters = Filters.read(request.args)
    programme_id = text.number(request.args.get("programme"))
    feed = feed_words.of(filters, programme_id) or abort(404)
    hubs, programmes = feeds.followed(at=now())
    facts = {"is_everything": not filters.chosen and programme_id is None, "hubs": hubs, "programmes": programmes}
    return render_template("feeds/follow.html", feed=feed, **facts)


@bp.get("/calendar.ics")
@same_for_all
def index() -> Response:
    """Answer the feed of a list: the query is that of the list's own page."""
    return _feed(Filters.read(request.args))


@bp.get("/hubs/<slug>/calendar.ics")
@same_for_all
def of_hub(slug: str) -> Response:
    return _feed(Filters.read({"hub": slug}))


@bp.get("/programmes/<int(max=2147483647):programme_id>/calendar.ics")
@same_for_all
def of_programme(programme_id: int) -> Response:
    return _feed(feeds.EVERYTHING, programme_id)


@bp.get("/events/<int(max=2147483647):event_id>/calendar.ics")
@same_for_all
def of_event(event_id: int) -> Response:
    """Answer a file of an event's sessions, as they stand in every feed."""
    sessions = feeds.of_event(event_id, at=now()) or abort(404)
    entries = [calendars.entry(session, settings().base_url) for session in sessions]
    kept = Kept(calendars.file(entries), _latest(sessions))
    return _open_to_all(answer(kept, f"event-{event_id}.ics", cache=PUBLIC, disposition="attachment"))


@bp.get("/calendars/<token>.ics")
@by_link
def own(token: str) -> Response:
    """Answer the calendar of whoever this secret address was given to."""
    person = feeds.with_link(token)
    sessions = feeds.personal(person, at=now())
    entries = [calendars.own_entry(one, settings().base_url) for one in sessions]
    content = calendars.feed(entries, name=feed_words.OWN, about=settings().base_url + url_for("mine.index"))
    kept = Kept(content, max((one.modified_at for one in sessions), default=None))
    response = answer(kept, "my-bookings.ics", cache=PRIVATE)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.post("/my/calendar/addresses")
@signed_in
def renew() -> Any:
    """Give the reader a new secret address; the old one leads nowhere from now on."""
    person_id = me().id
    with transaction():
        feeds.renew(person_id, at=now())
    flash("Your calendar has a new address. An older one leads nowhere any more.")
    return redirect(url_for("mine.index", _anchor="calendar"), code=303)


@bp.post("/my/calendar/end")
@signed_in
def end() -> Any:
    """Let no address lead to the reader's calendar."""
    person_id = me().id
    with transaction():
        feeds.end(person_id, at=now())
    flash("Your calendar has stopped. Its address leads nowhere any more.")
    return redirect(url_for("mine.index", _anchor="calendar"), code=303)


def _feed(filters: Filters, programme_id: int | None = None) -> Response:
    """Answer a public feed, written anew only where something listed has changed, or a day has begun."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = Asked(filters, programme_id, finding.revision.now(), today)
    if filters.places:  # what is full is no revision
        return _open_to_all(answer(_write(asked._replace(at=now())), "events.ics", cache=PUBLIC))
    return _open_to_all(answer(current_app.extensions["kept_feeds"](asked), "events.ics", cache=PUBLIC))


def _write(asked: Asked) -> Kept:
    words = feed_words.of(asked.filters, asked.programme_id) or abort(404)
    sessions = feeds.public(asked.filters, at=asked.at, programme_id=asked.programme_id)
    entries = [calendars.entry(session, settings().base_url) for session in sessions]
    content = calendars.feed(entries, name=words.name, about=words.page, source=words.address)
    return Kept(content, _latest(sessions))


def _latest(sessions: list[Session]) -> datetime | None:
    return max((session.modified_at for session in sessions), default=None)


def _open_to_all(response: Response) -> Response:
    """Let pages of other sites read it: a hub may show its events on its own."""
    response.access_control_allow_origin = "*"
    return response
