"""What calendars show, on both databases; the doors' own tests read the bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking.db import db, transaction
from booking.domain import feeds, places
from booking.domain.errors import NotFound
from booking.domain.events import Event, choosing
from booking.domain.finding import Filters
from tests.make import NOON, START

WEEK = timedelta(days=7)


@pytest.fixture
def url(either_url):
    return either_url


def uids(sessions):
    return [one.uid for one in sessions]


def test_a_list_shows_its_sessions_soonest_first(make):
    hub = make.hub(slug="wharfedale")
    later = make.event(hub=hub, starts=(START + 2 * WEEK,))
    group = make.event(hub=hub, kind="work_group", starts=(START, START + WEEK, None))
    other = make.event(starts=(START + 3 * WEEK,), zone="Asia/Shanghai")
    make.event(hub=hub, published_at=None)
    in_order = [*uids(group.slots[:2]), later.slots[0].uid, other.slots[0].uid]

    assert uids(feeds.public(at=NOON)) == in_order
    assert uids(feeds.public(Filters(hub="wharfedale"), at=NOON)) == in_order[:3]
    assert uids(feeds.public(Filters(kind="work_group"), at=NOON)) == in_order[:2]
    assert uids(feeds.public(Filters(month="2027-04"), at=NOON)) == in_order[3:]
    assert uids(feeds.public(Filters(month="this-half-term"), at=NOON)) == in_order[:2]
    assert uids(feeds.public(Filters(words="multiplying", where="in-person"), at=NOON)) == in_order
    assert [one.is_one_of_several for one in feeds.public(at=NOON)] == [True, True, False, False]


def test_instants_come_back_aware_also_those_of_a_date_that_was_taken_back(make):
    event = make.event()
    with transaction():
        db.session.get_one(Event, event.id).slots[0].set_times(None, None)

    [one] = feeds.public(at=NOON)

    assert (one.starts_at, one.ends_at, one.is_off) == (START, START + timedelta(hours=2), True)
    assert one.starts_at.tzinfo == UTC


def test_what_was_changed_last_dates_the_session(make):
    event = make.event()
    stamps = [NOON + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
    with transaction():
        event = db.session.get_one(Event, event.id)
        event.updated_at, event.slots[0].revised_at, event.slots[0].venue.revised_at = stamps

    assert [one.modified_at for one in feeds.public(at=NOON)] == [stamps[2]]


def test_a_venue_that_is_described_anew_dates_the_sessions_there(make):
    hub = make.hub()
    ruth, priya, event = make.organiser(hub), make.person(), make.event(hub=hub)
    make.booking(event, priya)
    words = {"directions": "Ring at the blue gate.", "parking": "", "access_words": ""}
    with transaction():
        choosing.describe(event.slots[0].venue_id, by=db.session.merge(ruth), at=NOON + WEEK, **words)

    [own] = feeds.personal(db.session.merge(priya), at=NOON)

    assert (own.directions, own.modified_at) == ("Ring at the blue gate.", NOON + WEEK)


def test_somebodys_own_are_those_at_which_they_have_or_had_a_place(make):
    priya = make.person()
    kept, left = make.event(), make.event(starts=(START + WEEK,))
    make.booking(kept, priya)
    gone = make.booking(left, priya)
    make.booking(make.event(), make.person())
    with transaction():
        places.cancel(gone.id, by=priya, at=NOON)

    own = feeds.personal(priya, at=NOON)

    assert [(one.session.uid, one.state, one.is_off, one.sequence) for one in own] == [
        (kept.slots[0].uid, "confirmed", False, 0),
        (left.slots[0].uid, "cancelled", True, 1),
    ]
    assert uids(one.session for one in feeds.personal(priya, at=NOON, event_id=left.id)) == uids(left.slots)


def test_only_the_newest_place_of_somebody_counts(make):
    event, priya = make.event(), make.person()
    first = make.booking(event, priya)
    with transaction():
        places.cancel(first.id, by=priya, at=NOON)
    make.booking(event, priya)

    [one] = feeds.personal(priya, at=NOON)

    assert (one.state, one.sequence) == ("confirmed", 2)


def test_an_address_is_renewed_and_ended(make):
    priya = make.person()
    first = feeds.link(priya)
    with transaction():
        feeds.renew(priya.id, at=NOON)
    second = feeds.link(db.session.merge(priya))
    with transaction():
        feeds.end(priya.id, at=NOON)

    assert first != second
    assert feeds.link(db.session.merge(priya)) is None
    for token in (first, second):
        with pytest.raises(NotFound):
            feeds.with_link(token)


def test_the_last_start_is_that_of_any_session(make):
    make.event(starts=(START, datetime(2028, 2, 29, 9, tzinfo=UTC)))
    make.event(starts=(datetime(2030, 1, 1, 9, tzinfo=UTC),), published_at=None)

    assert feeds.last_start() == datetime(2028, 2, 29, 9, tzinfo=UTC)


def test_what_is_followed_are_hubs_and_programmes_that_show_something(make):
    hub, silent = make.hub(), make.hub()
    programme, empty = make.programme(hub), make.programme(silent)
    make.event(hub=hub, programme_id=programme.id)
    make.event(hub=silent, programme_id=empty.id, published_at=None)

    hubs, programmes = feeds.followed(at=NOON)

    assert ([one.id for one in hubs], [one.id for one in programmes]) == ([hub.id], [programme.id])
    assert feeds.programme(programme.id).id == programme.id
    assert feeds.programme(empty.id) is None
