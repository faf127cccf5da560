"""The calendar parts of mails, read as they arrive. The numbers are those of docs/calendars.md."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import feeds, places, reminders
from booking.domain.messages import Message
from booking.domain.places import Guest
from booking.mail import render
from tests.calendars.readers import read_by_all
from tests.make import NOON, START

WEEK = timedelta(days=7)


@pytest.fixture
def priya(make):
    return make.person(name='Priya "P" Nair', email="p.nair@school.example")


def arrived(kind, at=NOON):
    """Render the newest mail of a kind and read it as a mail program does."""
    newest = select(Message).where(Message.kind == kind).order_by(Message.id.desc())
    made = render.mail(db.session.scalars(newest).first(), at=at)
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def parts(mail):
    """The calendar parts: how they are sent, and what is in them."""
    found = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return [(part.get_content_disposition() or "inline", content(part)) for part in found]


def content(part):
    return part.get_payload(decode=True)


def only(mail):
    [(how, octets)] = parts(mail)
    return how, Calendar.from_ical(octets)


def said(calendar):
    """Method, status, sequence and partstat of an invitation to one session."""
    [event] = calendar.walk("VEVENT")
    partstat = event["ATTENDEE"].params.get("PARTSTAT")
    return str(calendar["METHOD"]), str(event["STATUS"]), event["SEQUENCE"], partstat


def cancelled(booking, at=NOON):
    with transaction():
        places.cancel(booking.id, by=booking.booker, at=at)


def test_22_a_booking_of_one_session_invites(make, priya):
    event = make.event()
    make.booking(event, priya, size=2)

    mail = arrived("places_booked")

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    part = list(mail.iter_parts())[2]
    assert (part["Content-Type"].params["method"], part["Content-Type"].params["charset"]) == ("REQUEST", "utf-8")
    assert part["Content-Transfer-Encoding"] == "base64"
    assert max(len(line) for line in part.get_payload().splitlines()) == 76
    assert "For your calendar: an entry comes with this mail." in mail.get_body(("plain",)).get_content()
    how, calendar = only(mail)
    assert (how, said(calendar)) == ("inline", ("REQUEST", "CONFIRMED", 0, "ACCEPTED"))
    [entry] = calendar.walk("VEVENT")
    assert entry["ORGANIZER"] == "mailto:events@localhost.example"
    assert mail["From"].addresses[0].addr_spec == "events@localhost.example"
    assert entry["ATTENDEE"] == "mailto:p.nair@school.example"
    assert entry["ATTENDEE"].params["CN"] == 'Priya "P" Nair'
    assert entry["ATTENDEE"].params["RSVP"] == "FALSE"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]


def test_22_everybody_is_invited_by_themselves(make, priya):
    event = make.event()
    booking = make.booking(event, priya, size=2)

    _, calendar = only(arrived("place_booked"))

    [entry] = calendar.walk("VEVENT")
    assert entry["ATTENDEE"] == f"mailto:{booking.places[1].person.email}"
    assert "p.nair" not in calendar.to_ical().decode()


def test_06_the_mail_and_the_feed_speak_of_one_thing(make, client, priya):
    event = make.event()
    make.booking(event, priya)

    [(_, octets)] = parts(arrived("places_booked"))

    by_mail, in_feed = read_by_all(octets), read_by_all(client.get(f"/calendars/{feeds.link(priya)}.ics").data)
    assert by_mail == in_feed
    assert by_mail[0]["uid"] == event.slots[0].uid


def test_22_whoever_only_books_for_others_is_not_invited(make, priya):
    make.booking(make.event(), priya, guests=(make.guest(),))

    mail = arrived("places_booked")
    assert parts(mail) == []
    assert "calendar" not in mail.get_body(("plain",)).get_content()


def test_22_of_several_sessions_all_come_in_one_attachment(make, priya):
    event = make.event(kind="work_group", starts=(START, START + WEEK, START + 2 * WEEK, None))
    make.booking(event, priya)

    how, calendar = only(arrived("places_booked"))

    assert (how, str(calendar["METHOD"])) == ("attachment", "PUBLISH")
    sessions = calendar.walk("VEVENT")
    assert [str(one["UID"]) for one in sessions] == [slot.uid for slot in event.slots[:3]]
    assert {str(one["ORGANIZER"]) for one in sessions} == {"mailto:events@localhost.example"}
    assert not any("ATTENDEE" in one for one in sessions)


def test_22_of_several_sessions_each_is_invited_to_by_its_reminder(make, priya):
    event = make.event(kind="work_group", starts=(START, START + WEEK))
    make.booking(event, priya)
    day_before = START + WEEK - timedelta(hours=20)
    with transaction():
        reminders.promise_due(at=day_before)

    how, calendar = only(arrived("reminder", at=day_before))

    assert (how, said(calendar)) == ("inline", ("REQUEST", "CONFIRMED", 0, "ACCEPTED"))
    assert str(calendar.walk("VEVENT")[0]["UID"]) == event.slots[1].uid


def test_22_a_reminder_of_the_only_session_invites_nobody_again(make, priya):
    make.booking(make.event(), priya)
    day_before = START - timedelta(hours=20)
    with transaction():
        reminders.promise_due(at=day_before)

    assert parts(arrived("reminder", at=day_before)) == []


def test_23_cancelling_takes_the_entry_away_with_a_higher_number(make, priya):
    booking = make.booking(make.event(), priya, size=2)
    cancelled(booking)

    how, calendar = only(arrived("booking_cancelled"))
    _, colleagues = only(arrived("place_cancelled"))

    assert (how, said(calendar)) == ("inline", ("CANCEL", "CANCELLED", 1, None))
    assert said(colleagues) == ("CANCEL", "CANCELLED", 1, None)
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_23_passing_a_place_on_takes_it_from_one_and_invites_the_other(make, priya):
    booking = make.booking(make.event(), priya)
    with transaction():
        places.swap(booking.places[0].id, Guest("Grace", "grace@school.example"), by=booking.booker, at=NOON)

    _, gone = only(arrived("place_cancelled"))
    _, comes = only(arrived("place_booked"))

    assert (said(gone)[0], said(comes)[0]) == ("CANCEL", "REQUEST")


def test_23_booking_again_has_a_higher_number_still(make, priya):
    event = make.event()
    cancelled(make.booking(event, priya))
    make.booking(event, priya)

    _, calendar = only(arrived("places_booked"))

    assert said(calendar) == ("REQUEST", "CONFIRMED", 2, "ACCEPTED")


def test_23_of_several_sessions_the_next_is_taken_away_and_all_are_attached(make, priya):
    event = make.event(kind="work_group", starts=(START, START + WEEK))
    cancelled(make.booking(event, priya))

    (how, invitation), (_, attached) = parts(arrived("booking_cancelled"))

    calendar = Calendar.from_ical(invitation)
    assert (how, said(calendar)[:3]) == ("inline", ("CANCEL", "CANCELLED", 1))
    assert str(calendar.walk("VEVENT")[0]["UID"]) == event.slots[0].uid
    assert {str(one["STATUS"]) for one in Calendar.from_ical(attached).walk("VEVENT")} == {"CANCELLED"}


def test_a_mail_that_was_overtaken_says_nothing_untrue(make, priya):
    """The offer was taken before the mail of joining was sent: the entry comes with the news of that."""
    event = make.event(capacity=2)
    full = make.booking(event)
    waits = make.waiting(event, priya, size=2)
    cancelled(full)
    with transaction():
        places.accept(waits.id, by=priya, at=NOON)

    with pytest.raises(render.Pointless):
        arrived("joined_waiting_list")


def test_what_is_over_is_in_no_mail(make, priya):
    event = make.event()
    make.booking(event, priya)

    assert parts(arrived("places_booked", at=event.ends_at)) == []


def test_an_event_without_a_date_has_no_part(make, priya):
    make.booking(make.event(starts=(None,)), priya)

    assert parts(arrived("places_booked")) == []


def test_those_who_run_an_event_get_no_entry_for_what_others_do(make, priya):
    hub = make.hub()
    ruth = make.organiser(hub)
    event = make.event(hub=hub)
    make.booking(event, ruth)
    booking = make.booking(event, priya)
    with transaction():
        places.cancel(booking.id, by=booking.booker, at=event.starts_at - timedelta(hours=3), reason="Ofsted rang")

    assert parts(arrived("late_cancellation")) == []


def test_names_and_titles_break_nothing(make):
    ann = make.person(name="比 O’Neill; a:b,\r\nATTENDEE:x", email="ann@school.example")
    event = make.event(title=', ; \\ "👩‍🏫"')
    make.booking(event, ann)

    [(_, octets)] = parts(arrived("places_booked"))

    [one] = read_by_all(octets)
    assert one["title"] == ', ; \\ "👩‍🏫"'
    assert octets.count(b"\r\nATTENDEE") == 1
