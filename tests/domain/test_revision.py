"""The revision of the list: whatever writes what the list shows raises it, and a booking does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from booking.db import db, transaction
from booking.domain import closing, places
from booking.domain.events import Event, EventPhase, EventYear
from booking.domain.finding import revision
from booking.domain.finding.revision import Listing
from tests.make import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def event(make):
    return make.event(programme_id=make.programme(make.hub()).id, years=(4,))


CHANGES = {
    "its title": lambda event: setattr(event, "title", "Another"),
    "its hub's name": lambda event: setattr(event.hub, "name", "Another"),
    "its programme's title": lambda event: setattr(event.programme, "title", "Another"),
    "its venue's town": lambda event: setattr(event.slots[0].venue, "town", "Ilkley"),
    "its session's room": lambda event: setattr(event.slots[0], "room", "Hall"),
    "a phase more": lambda event: event.phases.append(EventPhase(phase="special")),
    "a year less": lambda event: event.years.clear(),
    "calling it off": lambda event: setattr(event, "called_off_at", NOON),
    "more places": lambda event: setattr(event, "capacity", 40),
    "many at once": lambda _: db.session.execute(update(Event).values(title="Another")),
    "a year gone by a statement": lambda _: db.session.execute(delete(EventYear)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_shown_raises_it_once(event, change):
    before = revision.now()

    with transaction():
        change(db.session.get(Event, event.id))

    assert revision.now() == before + 1


def test_a_booking_does_not(make, event):
    before = revision.now()

    booking = make.booking(event)

    assert booking.id
    assert revision.now() == before


def test_what_the_clock_tells_people_does_not(make):
    event = make.event(capacity=1, taken=1)
    make.waiting(event)
    before = revision.now()

    for verb, at in (
        (closing.close_due, event.closes_at + HOUR),
        (places.tell_last_minute, event.offers_end_at + HOUR),
        (closing.tell_again_due, event.offers_end_at + HOUR),
        (places.tell_begun, event.starts_at),
    ):
        with transaction():
            assert verb(at=at) == 1

    assert revision.now() == before


@pytest.mark.parametrize(
    ("taken", "then", "times"),
    [(18, 19, 0), (19, 20, 1), (20, 19, 1), (20, 20, 0)],
    ids=["one of the last", "the last", "the first that is freed", "none"],
)
def test_the_last_place_that_is_taken_or_the_first_that_is_freed_raises_the_fullness(make, taken, then, times):
    event = make.event(capacity=20, taken=taken)
    before, listed = _fullness(), revision.now()

    with transaction():
        db.session.get(Event, event.id).taken = then

    assert (_fullness(), revision.now()) == (before + times, listed)


def _fullness():
    db.session.rollback()
    return db.session.scalar(select(Listing.fullness))


def test_what_is_taken_back_does_not(event):
    before = revision.now()

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Event).values(title="Another", capacity=-1))
    with transaction():
        pass

    assert revision.now() == before
