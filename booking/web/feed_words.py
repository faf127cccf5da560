"""What a feed is called, where it is, and how each calendar program is told to follow it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from flask import url_for

from booking.db import db
from booking.domain import feeds, hubs
from booking.domain.errors import NotFound
from booking.domain.events import Programme
from booking.domain.finding import Filters
from booking.domain.schools import School
from booking.web import filters as filter_words
from booking.web.session import settings

OWN = "My Maths Hub bookings"
OUTLOOK = "https://outlook.office.com/calendar/0/addfromweb"
GOOGLE = "https://calendar.google.com/calendar/r"


class Feed(NamedTuple):
    """A feed as a page speaks of it. Every address works without signing in."""

    name: str
    page: str
    """Where people see the same."""
    address: str
    """What calendars poll."""

    @property
    def webcal(self) -> str:
        """Apple's and Outlook's programs follow what has this scheme."""
        return f"webcal:{self.address.partition(':')[2]}"

    @property
    def google(self) -> str:
        """Google documents no such address, so the page offers the plain one to copy beside it."""
        return f"{GOOGLE}?cid={quote(self.webcal, safe='')}"

    @property
    def outlook(self) -> str:
        return f"{OUTLOOK}?url={quote(self.address, safe='')}&name={quote(self.name, safe='')}"


def of(filters: Filters, programme_id: int | None = None) -> Feed | None:
    """Answer the feed of a list or a programme; None where there is no such hub or programme."""
    if programme_id is not None:
        programme = feeds.programme(programme_id)
        return _of_programme(programme) if programme else None
    try:
        hub = hubs.named(filters.hub).name if filters.hub else ""
    except NotFound:
        return None
    school = db.session.get(School, int(filters.near)) if filters.within else None
    words = filter_words.said(filters, hub, str(school or ""))
    name = ", ".join([words.pop("hub", settings().site_name), *words.values()])
    page = url_for("hubs.show", slug=filters.hub) if _is_hub_alone(filters) else filter_words.address(filters)
    return _feed(name, page, path_of(filters))


def _of_programme(programme: Programme) -> Feed:
    page = url_for("programmes.show", programme_id=programme.id)
    path = url_for("feeds.of_programme", programme_id=programme.id)
    return _feed(f"{programme.title}, {programme.hub.name}", page, path)


def path_of(filters: Filters) -> str:
    """Answer the one address of a list's feed."""
    if _is_hub_alone(filters):
        return url_for("feeds.of_hub", slug=filters.hub)
    return url_for("feeds.index", **filters.chosen)


def _is_hub_alone(filters: Filters) -> bool:
    return set(filters.chosen) == {"hub"}


def own(token: str) -> Feed:
    """Answer somebody's own calendar."""
    return _feed(OWN, url_for("mine.index"), url_for("feeds.own", token=token))


def _feed(name: str, page: str, path: str) -> Feed:
    base = settings().base_url
    return Feed(name, base + page, base + path)
