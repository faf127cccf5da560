"""Every kind of change, followed through to the public feed, the file, somebody's own calendar and the mail.

The rows are those of the table in docs/calendars.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import NamedTuple

import pytest
from icalendar import Calendar
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, feeds, places
from booking.domain.changes import Plan
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.mail import render
from tests.make import NOON, START

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


class Seen(NamedTuple):
    """One session as it stands in a calendar."""

    status: str
    sequence: int
    start: object
    title: str


class World:
    """An event with two sessions, its organiser, and Priya, who has a place."""

    def __init__(self, make, client, the_clock):
        self.client, self.clock, self.make = client, the_clock, make
        hub = make.hub()
        self.ruth = make.organiser(hub)
        self.event = make.event(hub=hub, kind="work_group", title="Fractions", starts=(START, START + WEEK))
        self.first, self.second = (slot.uid for slot in self.event.slots)
        self.priya = make.person()
        self.booking = make.booking(self.event, self.priya)
        self.before = self.everywhere()

    def slot(self, number):
        return db.session.get_one(Event, self.event.id).slots[number]

    def change(self, verb, *given):
        """Let the organiser change something an hour later, and what has settled be told."""
        at = self.clock.forward(hours=1)
        ruth = db.session.get_one(Person, self.ruth.id)
        with transaction():
            verb(*given, by=ruth, at=at)
        with transaction():
            changes.send_now(self.event.id, by=ruth, at=at)

    def plan(self, number, **given):
        slot = self.slot(number)
        self.change(changes.change_slot, slot.id, replace(Plan.of(slot), **given))

    def everywhere(self):
        """The public feed, which the file must agree with, and Priya's own calendar: by UID."""
        public = seen(self.client.get("/calendar.ics").data)
        assert seen(self.client.get(f"/events/{self.event.id}/calendar.ics").data) == public
        priya = db.session.get_one(Person, self.priya.id)
        return public, seen(self.client.get(f"/calendars/{feeds.link(priya)}.ics").data)

    def invited(self, kind):
        """What Priya's newest mail of this kind invites to or takes away: method, UID and sequence."""
        found = invitation(kind, self.priya, self.clock.at)
        [entry] = found.walk("VEVENT")
        return str(found["METHOD"]), str(entry["UID"]), entry["SEQUENCE"]


def invitation(kind, person, at):
    """The one invitation, or the taking back of one, in somebody's newest mail of a kind."""
    newest = select(Message).where(Message.kind == kind, Message.person_id == person.id).order_by(Message.id.desc())
    mail = message_from_bytes(render.mail(db.session.scalars(newest).first(), at=at).as_bytes(), policy=policy.default)
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    [inline] = [part for part in parts if part.get_content_disposition() is None]
    return Calendar.from_ical(inline.get_payload(decode=True))


def seen(content):
    return {
        str(one["UID"]): Seen(str(one["STATUS"]), one["SEQUENCE"], one["DTSTART"].dt, str(one["SUMMARY"]))
        for one in Calendar.from_ical(content).walk("VEVENT")
    }


@pytest.fixture
def world(make, client, the_clock):
    return World(make, client, the_clock)


def test_a_session_is_moved(world):
    world.plan(0, starts_at=START + HOUR, ends_at=START + 3 * HOUR)

    public, own = world.everywhere()
    assert (
        public[world.first]
        == own[world.first]
        == Seen("CONFIRMED", 1, START + HOUR, world.before[0][world.first].title)
    )
    assert public[world.second] == world.before[0][world.second]
    assert world.invited("event_changed") == ("REQUEST", world.first, 1)


def test_a_session_is_moved_there_and_back(world):
    world.plan(0, starts_at=START + HOUR, ends_at=START + 3 * HOUR)
    world.plan(0, starts_at=START, ends_at=START + 2 * HOUR)

    public, own = world.everywhere()
    assert public[world.first] == own[world.first] == world.before[0][world.first]._replace(sequence=2)


@pytest.mark.parametrize("given", [{"room": "Room 4"}, {"join_url": "https://meet.example/a"}, {"venue_id": "another"}])
def test_a_session_is_elsewhere(world, given):
    if "venue_id" in given:
        given = {"venue_id": world.make.venue(world.event.hub, name="Another school").id}
    world.plan(0, **given)

    public, own = world.everywhere()
    assert (public[world.first].sequence, own[world.first].sequence) == (1, 1)
    assert world.invited("event_changed") == ("REQUEST", world.first, 1)


def test_a_date_is_taken_back_and_given_again(world):
    world.plan(0, starts_at=None, ends_at=None, expected="Summer 2027")
    public, own = world.everywhere()
    title = world.before[0][world.first].title
    assert public[world.first] == own[world.first] == Seen("CANCELLED", 1, START, f"Cancelled: {title}")
    assert world.invited("event_changed") == ("CANCEL", world.first, 1)

    world.plan(0, starts_at=START + 2 * WEEK, ends_at=START + 2 * WEEK + HOUR)

    public, own = world.everywhere()
    assert public[world.first] == own[world.first] == Seen("CONFIRMED", 2, START + 2 * WEEK, title)
    assert world.invited("event_changed") == ("REQUEST", world.first, 2)


def test_a_session_is_added(world):
    world.change(changes.add_slot, world.event.id, Plan("Afterwards", START + 2 * WEEK, START + 2 * WEEK + HOUR))

    public, own = world.everywhere()
    [new] = public.keys() - world.before[0].keys()
    assert public[new] == own[new] == Seen("CONFIRMED", 0, START + 2 * WEEK, "Fractions: Afterwards")
    assert world.invited("event_changed") == ("REQUEST", new, 0)


def test_a_session_is_taken_away(world):
    world.change(changes.remove_slot, world.slot(1).id)

    public, own = world.everywhere()
    title = world.before[0][world.second].title
    assert public[world.second] == own[world.second] == Seen("CANCELLED", 1, START + WEEK, f"Cancelled: {title}")
    assert world.invited("event_changed") == ("CANCEL", world.second, 1)


def test_the_event_is_renamed(world):
    world.change(changes.rename, world.event.id, "Ratio", "Ms Lin Yawen")

    public, own = world.everywhere()
    assert public == own
    assert {one.title for one in public.values()} == {"Ratio: Lesson and discussion"}
    assert {one.sequence for one in public.values()} == {0}
    assert all(
        one["LAST-MODIFIED"].dt == world.clock.at
        for one in Calendar.from_ical(world.client.get("/calendar.ics").data).walk("VEVENT")
    )


def test_places_are_raised_and_limited(world):
    world.change(changes.resize, world.event.id, changes.Room(capacity=40, max_per_school=2))

    assert world.everywhere() == world.before


def test_the_event_is_called_off(world):
    world.change(changes.call_off, world.event.id, "Our guests travel home a week earlier.")

    public, own = world.everywhere()
    assert {one.status for one in (*public.values(), *own.values())} == {"CANCELLED"}
    assert [one.sequence for one in public.values()] == [1, 1]
    assert [one.sequence for one in own.values()] == [2, 2]  # the session's step, and that of the booking it ended
    assert world.invited("called_off") == ("CANCEL", world.first, 2)


def test_what_had_taken_place_before_it_was_called_off_stays(world):
    world.clock.at = START + WEEK / 2
    world.change(changes.call_off, world.event.id, "The lead is ill.")

    public, own = world.everywhere()
    assert [one.status for one in public.values()] == [one.status for one in own.values()] == ["CONFIRMED", "CANCELLED"]
    assert world.invited("called_off")[:2] == ("CANCEL", world.second)


def test_somebody_cancels(world):
    with transaction():
        places.cancel(world.booking.id, by=db.session.merge(world.priya), at=NOON)

    public, own = world.everywhere()
    assert public == world.before[0]
    assert [one[:2] for one in own.values()] == [("CANCELLED", 1), ("CANCELLED", 1)]
    assert world.invited("booking_cancelled") == ("CANCEL", world.first, 1)


def test_somebody_else_books_or_cancels(world):
    other = world.make.booking(world.event, size=3)
    with transaction():
        places.cancel(other.id, by=other.booker, at=NOON)

    assert world.everywhere() == world.before


def test_somebody_waits_is_offered_a_place_and_takes_it(make, client, the_clock):
    event = make.event(capacity=1, max_per_school=None)
    taken = make.booking(event, make.person())
    priya = make.person()
    with transaction():
        waiting = places.join(event.id, make.party(priya), key=places.new_form_key(), by=priya, at=NOON)
    uid = event.slots[0].uid

    def own():
        return seen(client.get(f"/calendars/{feeds.link(db.session.merge(priya))}.ics").data)[uid][:2]

    assert own() == ("TENTATIVE", 0)
    with transaction():
        places.cancel(taken.id, by=taken.booker, at=NOON)
    assert own() == ("TENTATIVE", 1)
    with transaction():
        places.accept(waiting.id, by=db.session.merge(priya), at=NOON)
    assert own() == ("CONFIRMED", 2)
    [entry] = invitation("places_booked", priya, the_clock.at).walk("VEVENT")
    assert (entry["SEQUENCE"], entry["ATTENDEE"].params["PARTSTAT"]) == (2, "ACCEPTED")
