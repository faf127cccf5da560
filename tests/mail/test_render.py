"""Every kind of mail: its subject, its words, and what it must never say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, closing, codes, messages, places, reminders, roles
from booking.domain.changes import Plan
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.places import Guest
from booking.domain.roles import Reach
from booking.mail import render
from tests.make import START

WEEK = timedelta(weeks=1)
TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


def newest(kind):
    return db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id.desc())).first()


def mail(kind, at):
    """Render the newest message of a kind and read it as a mail program does."""
    return read(newest(kind), at)


def read(message, at):
    return message_from_bytes(render.mail(message, at=at).as_bytes(), policy=policy.default)


def text(received):
    return received.get_body(("plain",)).get_content()


def html(received):
    return received.get_body(("html",)).get_content()


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub", email="hello@wharfedalehub.example", phone="01632 960118")


@pytest.fixture
def event(make, hub):
    venue = make.venue(hub, directions="Ring at the blue gate.", parking="Use the cricket club.")
    event = make.event(hub=hub, venue=venue, bring="Your school ID badge", is_filmed=True)
    with transaction():
        event.slots[0].agenda = [
            {"minutes": 0, "title": "Welcome", "note": "In the hall"},
            {"minutes": 30, "title": "The lesson"},
        ]
        db.session.add(event)
    return event


@pytest.fixture
def booking(make, event):
    return make.booking(
        event, make.person(name="Priya Nair", email="p.nair@school.example"), size=2, needs="A ramp, and no nuts"
    )


def test_a_code_stands_in_the_subject_and_says_what_it_is_for(make, event, noon):
    held = make.held(event, make.party(booker=None, size=2))
    with transaction():
        codes.send(
            held.booker_email,
            at=noon,
            network="",
            limits=codes.Limits(),
            name="Priya",
            booking_id=held.id,
            hub_id=event.hub_id,
        )
    digits, link = newest("code").facts["code"], db.session.scalars(select(codes.Code)).one().link

    received = mail("code", noon)

    assert received["Subject"] == f"{digits} is your code for Maths Hub events"
    assert "Type this code to confirm 2 places:" in text(received)
    assert "It works until 12:10pm (UK time), once." in text(received)
    assert "We keep the places until 12:15pm (UK time)." in text(received)
    assert f"http://localhost/codes/{link}" in text(received)
    assert link in html(received)


def test_a_code_for_signing_in_speaks_of_no_booking(app, noon):
    with transaction():
        codes.send("p.nair@school.example", at=noon, network="", limits=codes.Limits())

    received = mail("code", noon)

    assert "Type this code to sign in:" in text(received)
    assert "place" not in text(received)
    assert received["To"] == "p.nair@school.example"


def test_the_booker_is_told_all_that_the_day_needs(booking, noon):
    received = mail("places_booked", noon)

    assert received["Subject"] == (
        "Booked: 2 places, Year 4: multiplying by 9 when you know your tens, Tuesday 16 March"
    )
    words = text(received)
    for sentence in (
        "Dear Priya Nair,",
        "You have 2 places. We look forward to seeing you.",
        "  WHEN    Tuesday 16 March 2027, 1:30pm to 3:30pm (UK time)",
        "  WHERE   Larkmead Primary School, Larkmead Lane, Otley, LS21 3XQ",
        "  BRING   Your school ID badge",
        "  1:30pm  Welcome. In the hall",
        "  2pm     The lesson",
        "  Ring at the blue gate.",
        "  Parking: Use the cricket club.",
        "This event is filmed.",
        f"http://localhost/bookings/{booking.link}",
        "Can't come? Tell us by Sunday 14 March, 1:30pm,",
        "hello@wharfedalehub.example, 01632 960118",
    ):
        assert sentence in words
    assert received["Reply-To"] == "Wharfedale Maths Hub <hello@wharfedalehub.example>"
    assert received["Auto-Submitted"] == "auto-generated"


def test_everybody_else_has_a_link_of_their_own(booking, noon):
    received = mail("place_booked", noon)
    colleague = booking.places[1]

    assert received["To"] == f"{colleague.name} <{colleague.person.email}>"
    assert "Priya Nair booked a place for you." in text(received)
    assert f"http://localhost/places/{colleague.link}" in text(received)
    assert booking.link not in received.as_string()


def test_whoever_was_dropped_is_named(make, event, noon):
    grace = make.person(email="grace@school.example")
    held = make.held(event, make.party(guests=(make.guest(), Guest("Grace Adeyemi", "grace@school.example"))))
    make.booking(event, grace)
    with transaction():
        places.prove(held.id, at=noon)

    assert "Grace Adeyemi had a place at this event already" in text(mail("places_booked", noon))


def test_cancelling_swapping_and_letting_go_are_told(booking, noon):
    priya = booking.booker
    with transaction():
        places.swap(booking.places[1].id, Guest("Daniel Whitmore", "dw@school.example"), by=priya, at=noon)
    left = booking.places[1].name
    assert f"Daniel Whitmore comes instead of {left}. Both have been told." in text(mail("party_changed", noon))
    assert mail("place_cancelled", noon)["Subject"].startswith("A colleague goes instead of you: Year 4")
    with transaction():
        places.cancel(booking.id, by=priya, at=noon)

    assert mail("booking_cancelled", noon)["Subject"].startswith("Cancelled: your booking for Year 4")
    assert mail("place_cancelled", noon)["Subject"].startswith("Your place is given up: Year 4")


def test_a_party_that_waits_reads_of_no_place_and_of_nobody_who_was_told(make, hub, noon):
    waits = make.waiting(make.event(hub=hub, capacity=2, taken=2), size=2)
    ruth, left = make.organiser(hub), waits.places[1]
    with transaction():
        came = places.swap(left.id, Guest("Daniel Whitmore", "dw@school.example"), by=ruth, at=noon)
    swapped = mail("party_changed", noon)
    with transaction():
        places.release(came.id, by=ruth, at=noon)
    smaller = mail("party_changed", noon)

    assert f"Daniel Whitmore waits instead of {left.name}." in text(swapped)
    assert "Daniel Whitmore does not wait any more." in text(smaller)
    for received in (swapped, smaller):
        assert not re.search("have been told|the place|free for others", text(received) + html(received))


def test_the_last_of_a_party_reads_nothing_of_others(booking, noon):
    priya = booking.booker
    with transaction():
        places.release(booking.places[1].id, by=priya, at=noon)
    assert f"The place of {booking.places[1].name} is given up" in text(mail("party_changed", noon))
    with transaction():
        places.cancel(booking.id, by=priya, at=noon + timedelta(minutes=1))

    assert "Your booking is cancelled, and you are not expected." in text(mail("booking_cancelled", noon))


def test_whoever_comes_alone_reads_nothing_of_others(make, hub, noon):
    alone = make.booking(make.event(hub=hub))
    booked = mail("places_booked", noon)
    with transaction():
        places.cancel(alone.id, by=alone.booker, at=noon)
    cancelled = mail("booking_cancelled", noon)

    for words in (text(booked), html(booked), text(cancelled), html(cancelled)):
        assert not re.search("party|others have been told", words)
    assert "you are not expected" in text(cancelled)


def test_only_who_comes_is_told_what_to_bring(booking, noon):
    assert "BRING   Your school ID badge" in text(mail("places_booked", noon))
    with transaction():
        places.cancel(booking.id, by=booking.booker, at=noon)

    for kind in ("booking_cancelled", "place_cancelled"):
        assert "ID badge" not in text(mail(kind, noon)) + html(mail(kind, noon))


def test_the_text_has_no_gaps(booking, noon):
    assert "\n\n\n" not in text(mail("places_booked", noon))


def test_a_change_says_what_was_and_what_is_and_how_to_give_up_the_place(make, hub, event, booking, noon):
    ruth, slot = make.organiser(hub), event.slots[0]
    plan = replace(Plan.of(slot), starts_at=slot.starts_at + WEEK, ends_at=slot.ends_at + WEEK, room="The hall")
    with transaction():
        changes.change_slot(slot.id, plan, by=ruth, at=noon)
    with transaction():
        changes.send_now(event.id, by=ruth, at=noon)

    messages_sent = db.session.scalars(select(Message).where(Message.kind == "event_changed").order_by(Message.id))
    to_booker, to_colleague = [read(one, noon) for one in messages_sent]

    assert to_booker["Subject"] == "Changed: Year 4: multiplying by 9 when you know your tens, Tuesday 23 March"
    words = text(to_booker)
    assert "Something about an event that you have booked has changed. Your place is still yours." in words
    assert "BEFORE  Tuesday 16 March 2027, 1:30pm to 3:30pm (UK time)" in words
    assert "NOW     Tuesday 23 March 2027, 1:30pm to 3:30pm (UK time)" in words
    assert "NOW     Larkmead Primary School, Otley, The hall" in words
    assert f"http://localhost/bookings/{booking.link}/cancellation" in words
    assert f"http://localhost/places/{booking.places[1].link}/cancellation" in text(to_colleague)
    assert booking.link not in to_colleague.as_string()
    assert "<s>Tuesday 16 March 2027" in html(to_booker)


def test_a_change_that_is_undone_before_the_mail_is_sent_says_so(make, hub, event, booking, noon):
    ruth, was = make.organiser(hub), event.title
    for title in ("Year 4: nines", was):
        with transaction():
            changes.rename(event.id, title, "", by=ruth, at=noon)
        with transaction():
            changes.send_now(event.id, by=ruth, at=noon)

    first = db.session.scalars(select(Message).where(Message.kind == "event_changed").order_by(Message.id)).first()

    assert "By now it is again as you know it" in text(read(first, noon))


def test_calling_off_says_why_and_that_nobody_is_expected(make, hub, event, booking, noon):
    ruth = make.organiser(hub)
    with transaction():
        changes.call_off(event.id, "Our guests travel home a week earlier.", by=ruth, at=noon)

    received = mail("called_off", noon)

    assert received["Subject"].startswith("Called off: Year 4")
    assert "You are not expected, and need do nothing." in text(received)
    assert "Why: Our guests travel home a week earlier." in text(received)
    assert "http://localhost/?kind=showcase&places=left" in text(received)


def test_whoever_was_not_told_of_a_move_reads_which_day_it_was_as_it_is_called_off_or_cancelled(
    make, hub, event, booking, noon
):
    ruth, [slot] = make.organiser(hub), event.slots
    plan = replace(Plan.of(slot), starts_at=slot.starts_at + WEEK, ends_at=slot.ends_at + WEEK)
    with transaction():
        changes.change_slot(slot.id, plan, by=ruth, at=noon)
    make.booking(event, at=noon + timedelta(minutes=1))
    with transaction():
        places.release(booking.places[1].id, by=booking.booker, at=noon + timedelta(minutes=2))
    cancelled = mail("place_cancelled", noon)
    with transaction():
        changes.call_off(event.id, "Snow", by=ruth, at=noon + timedelta(minutes=3))
    to_all = db.session.scalars(select(Message).where(Message.kind == "called_off").order_by(Message.id))
    to_booker, to_newcomer = [read(one, noon) for one in to_all]

    for received in (cancelled, to_booker):
        assert "BEFORE  Tuesday 16 March 2027, 1:30pm to 3:30pm (UK time)" in text(received)
        assert "Before: <s>Tuesday 16 March 2027" in html(received)
    assert to_booker["Subject"] == "Called off: Year 4: multiplying by 9 when you know your tens"
    assert "16 March" not in text(to_newcomer)


def test_changed_needs_are_told_without_the_needs(make, hub, booking, noon):
    make.organiser(hub, name="Ruth")
    with transaction():
        places.change_needs(booking.id, "A hearing loop", by=db.session.merge(booking.booker), at=noon)

    received = mail("needs_changed", noon)

    assert f"/desk/events/{booking.event_id}/needs" in text(received)
    assert "loop" not in received.as_string()


def test_a_late_cancellation_gives_the_reason(make, hub, event, booking):
    make.organiser(hub)
    soon = event.starts_at - timedelta(hours=3)
    with transaction():
        places.cancel(booking.id, by=booking.booker, at=soon, reason="Ofsted rang")

    received = mail("late_cancellation", soon)

    assert received["Subject"].startswith("2 places given up late")
    assert "The reason given: Ofsted rang" in text(received)


def test_the_list_after_closing_names_who_comes_and_not_what_they_need(make, hub, event, booking):
    make.organiser(hub, name="Ruth Calloway")
    closed = event.closes_at + timedelta(minutes=1)
    with transaction():
        db.session.get_one(Event, event.id).capacity = 4
    other = make.booking(event)
    make.held(event, at=event.closes_at - timedelta(minutes=1))
    make.waiting(event, at=event.closes_at - timedelta(minutes=1))
    with transaction():
        places.cancel(other.id, by=other.booker, at=event.closes_at)
    with transaction():
        closing.close_due(at=closed)

    received = mail("list_after_closing", closed)

    assert "4 places of 4 are taken." in text(received)
    assert "1 place is still held for somebody who is confirming an address." in text(received)
    assert "1 place is offered to somebody who waited, and not taken yet." in text(received)
    assert "- Priya Nair" in text(received)
    assert "<td>Priya Nair</td>" in html(received)
    assert "ramp" not in received.as_string()


def test_the_list_that_has_changed_says_who_is_new_and_who_is_gone(make, hub, event, booking):
    make.organiser(hub, name="Ruth Calloway")
    closed = event.closes_at + timedelta(minutes=1)
    with transaction():
        closing.close_due(at=closed)
    gone = booking.places[1]
    with transaction():
        places.swap(gone.id, make.guest(name="Nell Comer"), by=booking.booker, at=closed + timedelta(hours=1))
    with transaction():
        closing.tell_again_due(at=event.offers_end_at + timedelta(minutes=1))

    received = mail("list_changed_after_closing", event.offers_end_at + timedelta(minutes=1))

    assert received["Subject"].startswith("Who is coming has changed: Year 4")
    assert "- Nell Comer (new)" in text(received)
    assert text(received).count("(new)") == html(received).count("(new)") == 1
    assert "- Priya Nair" in text(received)
    assert f"No longer coming: {gone.name}." in text(received)
    assert f"No longer coming: {gone.name}." in html(received)
    assert "ramp" not in received.as_string()


def test_an_invitation_says_what_somebody_may_do_and_where(make, hub, event, noon):
    dev, ruth, school = (
        make.person(name="Dev Banerjee"),
        make.organiser(hub),
        make.school(name="Alderbeck Primary School"),
    )
    given = [
        ("organiser", Reach(hub.id), "You can now organise events for Wharfedale Maths Hub"),
        ("lead", Reach(hub.id, event_id=event.id), f"You can now lead {event.title}"),
        (
            "host",
            Reach(hub.id, school_urn=school.urn),
            "You can now host Wharfedale Maths Hub’s events at Alderbeck Primary School",
        ),
    ]
    for role, reach, subject in given:
        with transaction():
            held = roles.give(dev, role, reach, by=None, at=noon)
        received = mail("invited", noon)
        assert (received["Subject"], "Dear Dev Banerjee" in text(received)) == (subject, True)

    with transaction():
        roles.end(held.id, hub_id=hub.id, by=ruth, at=noon)
    ended = mail("role_ended", noon)
    assert ended["Subject"] == "You no longer host Wharfedale Maths Hub’s events at Alderbeck Primary School"
    assert "You no longer host" in html(ended)


class TestAReminder:
    @pytest.fixture
    def day_before(self, booking):
        at = START - timedelta(hours=28)
        with transaction():
            reminders.promise_due(at=at)
        return at

    def of(self, person, at):
        query = select(Message).where(Message.kind == "reminder", Message.person_id == person.id)
        made = render.mail(db.session.scalars(query).one(), at=at)
        return message_from_bytes(made.as_bytes(), policy=policy.default)

    def test_it_has_all_that_one_needs_on_the_way(self, booking, day_before):
        received = self.of(booking.booker, day_before)

        assert received["Subject"] == "Tomorrow: Year 4: multiplying by 9 when you know your tens"
        for sentence in (
            "  WHEN    Tuesday 16 March 2027, 1:30pm to 3:30pm (UK time)",
            "  WHERE   Larkmead Primary School, Larkmead Lane, Otley, LS21 3XQ",
            "  MAP     https://www.openstreetmap.org/search?query=Larkmead%20Lane%2C%20Otley%2C%20LS21%203XQ",
            "  BRING   Your school ID badge",
            "  2pm     The lesson",
            "  Ring at the blue gate.",
            "  Parking: Use the cricket club.",
            "This event is filmed.",
            "Can't come? Send a colleague instead, or give the places up,",
            f"http://localhost/bookings/{booking.link}",
            "Questions? Wharfedale Maths Hub, hello@wharfedalehub.example, 01632 960118",
        ):
            assert sentence in text(received)
        assert f"http://localhost/bookings/{booking.link}" in html(received)
        assert "ramp" not in received.as_string()
        assert received["Reply-To"] == "Wharfedale Maths Hub <hello@wharfedalehub.example>"

    def test_everybody_else_has_a_link_of_their_own(self, booking, day_before):
        colleague = booking.places[1]

        received = self.of(colleague.person, day_before)

        assert f"http://localhost/places/{colleague.link}" in text(received)
        assert booking.link not in received.as_string()

    def test_several_events_of_a_day_stand_in_one_mail(self, make, hub, booking, noon):
        make.booking(make.event(hub=hub, title="Year 2: crossing ten"), booking.booker)
        at = START - timedelta(hours=28)
        with transaction():
            reminders.promise_due(at=at)

        received = self.of(booking.booker, at)

        assert received["Subject"].endswith("and 1 more event")
        assert "Year 2: crossing ten" in text(received)
        assert "You have places at 2 events that begin soon." in text(received)

    def test_it_is_not_sent_for_what_was_given_up(self, booking, day_before):
        with transaction():
            places.cancel(booking.id, by=booking.booker, at=day_before, reason="Ill")

        with pytest.raises(render.Pointless):
            self.of(booking.booker, day_before)


def test_six_meetings_are_all_listed_and_open_dates_say_so(make, hub, noon):
    starts = (*(START + timedelta(weeks=week) for week in range(5)), None)
    event = make.event(hub=hub, kind="work_group", starts=starts, hours=3)
    with transaction():
        event = db.session.merge(event)
        event.slots[5].expected = "Summer 2027"
    make.booking(event, make.person())

    words = text(mail("places_booked", noon))

    assert words.count("1:30pm to 4:30pm (UK time)") == 2
    assert words.count("2:30pm to 5:30pm (UK time)") == 3  # the clocks went forward on 28 March
    assert "date to be confirmed, Summer 2027" in words


def test_a_lesson_in_shanghai_says_its_own_time(make, hub, noon):
    event = make.event(hub=hub, zone="Asia/Shanghai")
    make.booking(event, make.person())

    assert "9:30pm to 11:30pm (Shanghai time)" in text(mail("places_booked", noon))


def test_names_cannot_write_headers_or_markup(make, hub, noon):
    event = make.event(hub=hub, title="<b>Ratio</b>\r\nBcc: everybody@hub.example")
    make.booking(event, make.person(name="Pri\r\nya <script>"))

    received = mail("places_booked", noon)

    assert received["Bcc"] is None
    assert "<script>" not in html(received)
    assert "<b>Ratio</b>" not in html(received)
    assert "<b>Ratio</b>" in text(received)


def test_names_of_every_script_survive(make, hub, noon):
    event = make.event(hub=hub, title="Ratio 比")
    make.booking(event, make.person(name="Marta Zielińska"))

    received = mail("places_booked", noon)

    assert "Ratio 比" in received["Subject"]
    assert received["To"].addresses[0].display_name == "Marta Zielińska"


def test_an_erased_person_gets_nothing(make, hub, noon):
    person = make.person()
    make.booking(make.event(hub=hub), person)
    with transaction():
        db.session.merge(person).email = None

    with pytest.raises(render.Nobody):
        mail("places_booked", noon)


def test_the_message_id_is_fixed(booking, noon):
    first, second = mail("places_booked", noon), mail("places_booked", noon + timedelta(hours=3))

    assert first["Message-ID"] == second["Message-ID"] == f"<{newest('places_booked').internet_id}@localhost>"


def test_every_kind_that_the_domain_promises_has_its_two_templates():
    source = "".join(path.read_text() for path in (TEMPLATES.parents[1] / "booking" / "domain").rglob("*.py"))
    kinds = set(re.findall(r'tell\((?:[^()"]|\([^()]*\))*?"(\w+)"', source))

    assert kinds >= {"code", "places_booked", "place_booked", "booking_cancelled", "list_after_closing"}
    assert {f"{kind}.{form}" for kind in kinds for form in ("txt", "html")} <= {
        path.name for path in TEMPLATES.iterdir()
    }
    assert messages.TRIES == 10
