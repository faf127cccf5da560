"""A few seconds after booking closes, the list goes out once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import closing, places
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Guest
from tests.racing import at_once


@pytest.fixture
def url(either_url):
    return either_url


def close(at):
    with transaction():
        return closing.close_due(at=at)


def told():
    query = (
        select(Person.name).join(Message, Message.person_id == Person.id).where(Message.kind == "list_after_closing")
    )
    return sorted(db.session.scalars(query))


def test_the_list_goes_to_organisers_leads_and_hosts_fifteen_seconds_after_closing(make):
    hub, school = make.hub(), make.school()
    make.organiser(hub, name="Ruth")
    make.organiser(make.hub(), name="Stranger")
    lead, host = make.person(name="Tom"), make.person(name="Jo")
    make.role(host, "host", hub_id=hub.id, school_urn=school.urn)
    event = make.event(hub=hub, venue=make.venue(hub, school_urn=school.urn))
    make.role(lead, "lead", hub_id=hub.id, event_id=event.id)

    assert close(event.closes_at + timedelta(seconds=14)) == 0
    assert told() == []
    assert close(event.closes_at + timedelta(seconds=15)) == 1
    assert told() == ["Jo", "Ruth", "Tom"]


def test_it_goes_out_once_however_often_the_clock_knocks(make):
    hub = make.hub()
    make.organiser(hub, name="Ruth")
    event = make.event(hub=hub)

    counts = [close(event.closes_at + timedelta(minutes=minute)) for minute in (1, 2, 3)]

    assert (counts, told()) == ([1, 0, 0], ["Ruth"])


def test_drafts_and_what_was_called_off_send_no_list(make, noon):
    hub = make.hub()
    make.organiser(hub)
    draft, off = make.event(hub=hub, published_at=None), make.event(hub=hub, called_off_at=noon)

    assert close(max(draft.closes_at, off.closes_at) + timedelta(days=1)) == 0


def test_a_closing_that_is_moved_at_that_moment_sends_no_list_yet(app, make):
    event = make.event()
    make.organiser(event.hub)
    number, closes_at = event.id, event.closes_at
    is_moved, is_asked = threading.Event(), threading.Event()

    def extend():
        with transaction():
            [moved] = places.lock(number)
            is_moved.set()
            is_asked.wait(0.3)  # while the other finds it due and waits for the lock
            moved.closes_at = closes_at + timedelta(days=1)

    def close_it():
        assert is_moved.wait(20)
        close(closes_at + timedelta(seconds=15))

    assert at_once(app, [extend, close_it]) == {"done": 2}
    db.session.rollback()
    assert (told(), db.session.get_one(Event, number, populate_existing=True).closing_told_at) == ([], None)


class TestTheListAgain:
    """As offers end, those who run the event hear what has changed since the list went out."""

    @pytest.fixture
    def event(self, make):
        hub = make.hub()
        make.organiser(hub, name="Ruth")
        return make.event(hub=hub)

    def tell_again(self, at):
        with transaction():
            return closing.tell_again_due(at=at)

    def told(self):
        return db.session.scalars(select(Message.kind).where(Message.kind == "list_changed_after_closing")).all()

    def test_it_goes_out_once_more_if_somebody_has_given_a_place_up(self, make, event):
        booking = make.booking(event, make.person(name="Priya"))
        close(event.closes_at + timedelta(minutes=1))
        since = event.closes_at + timedelta(minutes=1)
        with transaction():
            places.cancel(booking.id, by=booking.booker, at=since + timedelta(minutes=1))

        assert self.tell_again(event.offers_end_at + timedelta(seconds=14)) == 0
        assert self.tell_again(event.offers_end_at + timedelta(seconds=15)) == 1
        assert self.tell_again(event.offers_end_at + timedelta(minutes=1)) == 0
        assert self.told() == ["list_changed_after_closing"]
        after = [list(closing.coming(event.id, at=since + timedelta(minutes=minute)).values()) for minute in (0, 1)]
        assert after == [["Priya"], []]

    def test_what_changes_among_those_who_wait_is_no_news_and_neither_is_what_was_changed_back(self, make):
        event = make.event(capacity=2, taken=1)
        make.organiser(event.hub)
        booking, waiting = make.booking(event), make.waiting(event, size=2)
        close(closed := event.closes_at + timedelta(minutes=1))
        own = Guest(booking.booker_name, booking.booker.email)

        self.swap(waiting, make.guest(), closed + timedelta(hours=1))
        with transaction():
            places.release(waiting.places[1].id, by=waiting.booker, at=closed + timedelta(hours=1))
        self.swap(booking, make.guest(), closed + timedelta(hours=1))
        self.swap(booking, own, closed + timedelta(hours=2))

        self.tell_again(event.offers_end_at + timedelta(minutes=1))
        assert self.told() == []

    def swap(self, booking, guest, at):
        with transaction():
            places.swap(booking.live_places[0].id, guest, by=booking.booker, at=at)

    def test_an_unchanged_list_is_not_sent_again(self, make, event):
        make.booking(event)
        close(event.closes_at + timedelta(minutes=1))

        self.tell_again(event.offers_end_at + timedelta(minutes=1))

        assert self.told() == []

    def test_without_a_moment_of_its_own_it_goes_out_a_day_before(self, make, event):
        with transaction():
            db.session.get(Event, event.id).offers_end_at = None
        close(event.closes_at + timedelta(minutes=1))

        assert self.tell_again(event.starts_at - timedelta(days=1)) == 0
        assert self.tell_again(event.starts_at - timedelta(hours=23)) == 1

    def test_once_it_has_begun_nobody_needs_it(self, make, event):
        close(event.closes_at + timedelta(minutes=1))

        assert self.tell_again(event.starts_at) == 0
