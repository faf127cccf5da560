"""Recounting: a busy database is in order, and each kind of fault is found and named."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from booking.db import db, transaction
from booking.domain import closing, places, reminders, verify
from booking.domain.places import Guest
from tests.make import NOON, START


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def busy(make):
    """Bookings that were made, held, lapsed, swapped and cancelled, at an event that has closed."""
    hub, school = make.hub(), make.school()
    event = make.event(hub=hub, max_per_school=4, closes_at=NOON + timedelta(hours=1))
    booker = make.person()
    make.role(make.person(), "lead", hub_id=hub.id, event_id=event.id)
    booking = make.booking(event, booker, size=3, school=school, needs="A seat near the front")
    gone = make.booking(event, size=2)
    make.held(event)
    with transaction():
        places.release(booking.places[2].id, by=booker, at=NOON)
        places.swap(booking.places[1].id, Guest("Grace Adeyemi", "g.adeyemi@alderbeck.example"), by=booker, at=NOON)
        places.cancel(gone.id, by=gone.booker, at=NOON)
    with transaction():
        places.lapse_due(at=NOON + timedelta(minutes=16))
    with transaction():
        closing.close_due(at=NOON + timedelta(hours=2))
    make.held(make.event(hub=hub))
    return event


def broken() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return verify.broken(at=NOON)


def test_a_busy_database_is_in_order(busy):
    assert broken() == []


def test_it_costs_the_same_for_one_event_and_for_thirty(make, statements):
    def cost() -> int:
        statements.clear()
        verify.broken(at=NOON)
        return len(statements)

    make.booking(make.event(), size=2)
    one = cost()
    for _ in range(29):
        make.booking(make.event())

    beyond_one_each = 2  # what is due is worked out from sessions, their times and the zones of people
    assert (one, cost()) == (len(verify.CHECKS) + beyond_one_each, len(verify.CHECKS) + beyond_one_each)


FAULTS = [
    ("update event set taken = 7 where id = 1", "Event 1 says that 7 places are taken, and its bookings keep 2"),
    ("update event set capacity = 1 where id = 1", "Event 1 has 1 places, and 2 are taken"),
    (
        "update booking set party_size = 3 where id = 1; update event set taken = 3 where id = 1",
        "Booking 1 says that it is for 3, and has 2 live places",
    ),
    ("update event set max_per_school = 1 where id = 1", "has 2 places at event 1, of at most 1"),
    ("update booking set booker_id = 1 where id = 4", "Booking 4 is held, and knows people"),
    ("update place set person_id = null where id = 1", "Place 1 of confirmed booking 1 is nobody's"),
    ("update booking set ended_at = made_at where id = 1", "Booking 1 is live and has ended"),
    ("update place set ended_at = null where id = 4", "is live, and its booking 2 is over"),
    ("update audit_entry set facts = '{\"after\": \"held\"}' where act = 'booking.cancel'", "its trail ends with held"),
    ("delete from audit_entry where subject = 'booking' and subject_id = 1", "Booking 1 is confirmed, and its trail"),
    ("update event set called_off_at = updated_at where id = 1", "is live, and event 1 is called off"),
    ("update event set closes_at = '2028-01-01 00:00:00' where id = 1", "Event 1 does not open before it closes"),
    ("update event set starts_at = '2027-03-15 00:00:00' where id = 1", "Event 1 does not start when the first"),
    ("update event set ends_at = '2027-03-20 00:00:00' where id = 1", "or end with the last"),
    (
        "insert into audit_entry (recorded_at, act, subject, subject_id, facts) values"
        " ('2027-03-01', 'slot.changed', 'slot', 1, '{\"sequence\": 3}')",
        "Session 1 has the calendar sequence 0, and had 3 before",
    ),
    (
        "insert into change (event_id, before, made_at, due_at) values (1, '{}', '2027-03-01', '2027-03-01')",
        "People should have been told long ago what changed at event 1",
    ),
    ("update booking set held_until = '2027-03-01 11:00:00' where id = 4", "Booking 4 should have lapsed long ago"),
    ("update message set due_at = '2027-03-01 11:00:00' where id = 1", "Message 1 should have been tried long ago"),
    (
        "update message set kind = 'code', state = 'sent', facts = '{\"code\": \"1\"}' where id = 1",
        "Message 1 is over, and still has its code",
    ),
    (
        "update event set starts_at = '2027-01-02 00:00:00', ends_at = '2027-01-02 02:00:00', opens_at = null, "
        "closes_at = '2027-01-01 00:00:00' where id = 1; update slot set starts_at = '2027-01-02 00:00:00', "
        "ends_at = '2027-01-02 02:00:00' "
        "where event_id = 1",
        "Booking 1 still says what was needed",
    ),
    (
        "insert into hub (id, slug, name, area, email, phone, website, aliases, controller, protection_officer, "
        "protection_email, calendar_name) values (99, 'x', 'X', '', 'x@x.example', '', '', '[]', '', '', '', ''); "
        "update role set hub_id = 99 where name = 'lead'",
        "leads an event of another hub",
    ),
    ("update person set erased_at = first_seen_at where id = 1", "Person 1 was erased, and is still known"),
]


@pytest.mark.parametrize(("fault", "sentence"), FAULTS, ids=[sentence for _, sentence in FAULTS])
def test_each_fault_is_found_and_named(busy, fault, sentence):
    with transaction() as session:
        session.flush()
        if db.engine.dialect.name == "sqlite":
            session.execute(text("pragma ignore_check_constraints = on"))
        else:
            for name in ("never_oversold", "capacity", "proven"):
                table = "booking" if name == "proven" else "event"
                session.execute(text(f"alter table {table} drop constraint ck_{table}_{name}"))
        for statement in fault.split("; "):
            session.execute(text(statement))

    found = broken()

    assert len(found) == 1, found
    assert sentence in found[0]


def test_somebody_who_is_booked_twice_is_found(busy, make):
    with transaction() as session:
        session.execute(text("drop index uq_place_one_live_per_person"))
        session.execute(text("update place set person_id = 1 where booking_id = 1 and ended_at is null"))

    assert broken() == ["Person 1 has 2 live places at event 1 (rule 2)."]


def test_two_who_wait_in_one_position_are_found(busy, make):
    one, two = make.booking(make.event()), make.booking(make.event())
    with transaction() as session:
        both = text("update booking set state = 'waiting', position = 1, event_id = 1 where id in (:one, :two)")
        session.execute(both, {"one": one.id, "two": two.id})

    assert "Two bookings wait in position 1 for event 1 (the waiting list)." in broken()


def test_a_code_that_was_used_for_places_still_held_is_found(busy):
    with transaction() as session:
        session.execute(
            text(
                "insert into code (email, booking_id, digest, network, made_at, ends_at, tries, used_at) values"
                " ('a@b.example', 4, '', '', '2027-03-01', '2027-03-01', 0, '2027-03-01')"
            )
        )

    assert broken() == ["Code 1 was used, and its booking is still held (the life of a booking)."]


@pytest.fixture
def offered(make):
    """Event 1 of one place, offered to booking 2; booking 3 waits behind it."""
    event = make.event(capacity=1)
    gone = make.booking(event)
    make.waiting(event)
    make.waiting(event)
    with transaction():
        places.cancel(gone.id, by=gone.booker, at=NOON)
    assert broken() == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            "update booking set offer_ends_at = '2027-03-01 11:00:00' where id = 2",
            "The offer to booking 2 should have ended long ago: is a worker running? (the waiting list)",
        ),
        (
            "update booking set offer_ends_at = '2027-03-16 00:00:00' where id = 2",
            "The offer to booking 2 ends after the offers of its event do (the waiting list).",
        ),
        (
            "update event set capacity = 2 where id = 1",
            "Event 1 has places left, and somebody who could have them waits (the waiting list).",
        ),
        (
            "update booking set lapses = 2 where id = 3",
            "Booking 3 let 2 offers pass, and is parked, or is not (the waiting list).",
        ),
    ],
)
def test_each_fault_of_the_waiting_list_is_found_and_named(offered, fault, sentence):
    with transaction() as session:
        session.execute(text(fault))

    assert broken() == [sentence]


def test_a_reminder_that_nobody_promised_is_found(make):
    soon = NOON + timedelta(hours=20)
    event = make.event(starts=(soon,), closes_at=NOON - timedelta(hours=1))
    make.booking(event, at=NOON - timedelta(days=2))
    with transaction() as session:
        session.execute(text("update message set state = 'sent'"))

    assert broken() == ["1 people wait for reminder 1d0900 of session 1: is a worker running? (reminders)"]


def test_a_reminder_in_somebody_elses_mail_is_found(make):
    make.booking(make.event())
    other = make.person()
    with transaction():
        reminders.promise_due(at=START - timedelta(hours=3))
    assert broken() == []
    with transaction() as session:
        session.execute(text("delete from reminder where id > 1"))
        session.execute(text("update message set person_id = :other where kind = 'reminder'"), {"other": other.id})

    assert broken() == ["Reminder 1 stands in no mail to its person (reminders)."]


def test_each_sentence_names_a_rule_that_the_docs_have():
    said = "".join(inspect.getsource(check) for check in verify.CHECKS)
    named = set(re.findall(r"\(([a-z][a-z ]+(?:\d+)?)\)(?:\.\"|\")", said))
    rules = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
    numbers = {f"rule {number}" for number in re.findall(r"^(\d+)\. ", rules, re.MULTILINE)}
    chapters = {chapter.lower() for chapter in re.findall(r"^##+ (.+)$", rules, re.MULTILINE)}

    assert len(re.findall(r"yield", said)) == len(verify.CHECKS)
    assert named <= numbers | chapters
    assert {"rule 1", "the waiting list"} <= named
