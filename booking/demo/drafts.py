"""The demo's drafts: a showcase day that is still being put up, and the calendars that it is planned around."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from booking.demo import school_days
from booking.domain import putting_up, school_calendars
from booking.domain.events import Programme, Venue
from booking.domain.events.choosing import Known
from booking.domain.people import Hub, Person
from booking.domain.places import new_form_key
from booking.domain.school_calendars import Days

TITLES = ("Year 5: prime numbers as bricks", "Year 2: fair shares", "Year 6: what the graph does not say")
CLOSES_BEFORE = timedelta(days=4)


def put_up(hub: Hub, programme: Programme, venue: Venue, day: date, *, by: Person, at: datetime) -> None:
    """Draft three lessons of one day, one right after the other."""
    plan = _plan(programme, venue, day)
    for title in TITLES:
        event = putting_up.draft(hub.id, programme.kind, replace(plan, title=title), key=new_form_key(), by=by, at=at)
        plan = putting_up.same_day(event)


def know_holidays(hub: Hub, venue: Venue, around: date, *, by: Person, at: datetime) -> None:
    """Take over the holidays of the hub, and a day on which the host school is closed."""
    found = [Days(name, *days) for name, days in school_days.named_holidays(around)]
    school_calendars.take_over(hub.id, None, found, by=by, at=at)
    closed = school_days.after(school_days.from_(around), 25)
    school_calendars.take_over(hub.id, venue.school_urn, [Days("INSET day", closed, closed)], by=by, at=at)


def _plan(programme: Programme, venue: Venue, day: date) -> putting_up.Plan:
    starts, usual = school_days.instant(day, 9), putting_up.ordinary(programme.kind)
    [lesson] = usual.sessions
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
    words = putting_up.Words(
        summary="A lesson to watch, and an hour to talk about it.",
        audience="Teachers of Years 1 to 6",
        phases=frozenset({"primary"}),
        programme=programme.id,
        closes_at=starts - CLOSES_BEFORE,
    )
    session = replace(lesson, where=Known(venue.id), zone=venue.zone, room="The hall", **times)
    return replace(usual, sessions=(session,), words=words)
