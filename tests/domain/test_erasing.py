"""Somebody asks to be forgotten: no row says who they were, and what is counted stays."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, codes, details, erasing, messages, people, places, sign_ins, verify
from booking.domain.errors import NotAllowed, NotFound
from booking.domain.messages import Message, MessageState
from booking.domain.people import REMOVED, Person, Role
from booking.domain.places import Booking, Guest, Party, Place, State
from booking.domain.roles import LastAdministrator
from tests.make import START
from tests.racing import at_once


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def priya(make):
    return make.person(name="Priya Nair", email="priya@larkmead.example", job="Year 4 lead")


def erase(person, at, by=None):
    with transaction():
        erasing.erase(person.id, by=by, at=at)


def everything():
    """All that stands in any row of any table, as text."""
    tables = db.metadata.sorted_tables
    return " ".join(str(row) for table in tables for row in db.session.execute(select(table)))


def assert_nothing_says(*words):
    left = everything()
    assert [word for word in words if word in left] == []


def test_no_row_of_any_table_says_who_it_was(make, priya, noon):
    event = make.event()
    past = make.event(starts=(noon + timedelta(days=1),), closes_at=noon + timedelta(hours=1))
    mine = Guest("Priya Nair", "priya@larkmead.example", "Year 4 lead")
    make.booking(event, priya, size=2, needs="Priya needs a ramp", answer="Priya asks", unlisted_school="Nair Tuition")
    make.booking(past, priya)
    make.held(make.event(), make.party(booker=mine, guests=(mine, make.guest())))
    make.held(make.event(), make.party(guests=(make.guest(), mine)))
    with transaction():
        codes.send("priya@larkmead.example", at=noon, network="n", limits=codes.Limits(), name="Priya Nair")
        sign_ins.begin(priya, at=noon)
        first = db.session.scalar(select(Place.id).where(Place.person_id == priya.id, Place.event_id == past.id))
        places.release(first, by=priya, at=noon, reason="Priya is not well")
    assert "Priya" in everything()

    erase(priya, noon)

    assert_nothing_says("Priya", "priya", "Nair", "Year 4 lead", "ramp")
    assert verify.broken(at=noon) == []


PRIYA = Guest("Priya Nair", "priya@larkmead.example", "Year 4 lead")
ANN = Guest("Ann Otley", "ann@larkmead.example", "Head of maths")


def test_nor_of_a_booking_that_a_late_proof_made_anew(make, noon):
    held = make.held(make.event(), make.party(booker=PRIYA, guests=(PRIYA, ANN), unlisted_school="Nair Tuition"))
    late = noon + timedelta(minutes=20)
    with transaction():
        booked = places.prove(held.id, at=late)

    for place in booked.places:
        erase(place.person, late)

    assert_nothing_says("Priya", "Ann", "Year 4 lead", "Head of maths", "Tuition")


def test_nor_of_a_form_that_joined_the_waiting_list_when_its_address_was_proven(make, noon):
    event, party = make.event(capacity=1, taken=1), make.party(booker=PRIYA, guests=(PRIYA, ANN))
    with transaction():
        asked = places.ask_to_wait(event.id, party, key=places.new_form_key(), network="n", at=noon)
    with transaction():
        places.prove(asked.id, at=noon)

    for guest in (ANN, PRIYA):
        erase(people.with_address(guest.email), noon)

    assert_nothing_says("Priya", "Ann", "Year 4 lead", "Head of maths")


def test_nor_of_a_party_that_they_were_left_out_of_because_they_had_a_place(make, priya, noon):
    event = make.event()
    make.booking(event, priya)
    held = make.held(event, make.party(guests=(make.guest(), PRIYA)))
    with transaction():
        places.prove(held.id, at=noon)

    erase(priya, noon)

    assert_nothing_says("Priya", "Year 4 lead")


@pytest.mark.parametrize("size", [1, 2], ids=["the last place", "one place of two"])
def test_nor_why_they_gave_up_a_place_that_somebody_else_had_booked(make, priya, noon, size):
    event = make.event(starts=(noon + timedelta(days=2),), closes_at=noon + timedelta(hours=20))
    make.organiser(event.hub)
    guests = (PRIYA, *(make.guest() for _ in range(size - 1)))
    booking = make.booking(event, guests=guests)
    with transaction():
        places.release(booking.places[0].id, by=priya, at=noon + timedelta(days=1), reason="Priya is in hospital")

    erase(priya, noon + timedelta(days=1))

    assert_nothing_says("hospital")


def test_why_others_ended_a_booking_that_they_were_in_stays(make, priya, noon):
    booking = make.booking(make.event(), guests=(PRIYA, make.guest()))
    with transaction():
        places.cancel(booking.id, by=booking.booker, at=noon, reason="We have an inspection")

    erase(priya, noon)

    assert db.session.get_one(Booking, booking.id).end_reason == "We have an inspection"


def test_their_place_is_given_up_and_their_colleague_keeps_hers(make, priya, noon):
    event = make.event(capacity=3)
    booking = make.booking(event, priya, size=2)

    erase(priya, noon)

    left = db.session.get(Booking, booking.id)
    assert (left.state, left.party_size, left.booker_name) == (State.CONFIRMED, 1, REMOVED)
    assert db.session.get(type(event), event.id).taken == 1


def test_what_has_begun_or_is_over_still_counts_them(make, priya, noon):
    event = make.event()
    make.booking(event, priya)

    erase(priya, START + timedelta(minutes=1))

    [place] = db.session.scalars(select(Place))
    assert (place.is_live, place.name, db.session.get(type(event), event.id).taken) == (True, REMOVED, 1)


def test_at_short_notice_whoever_runs_the_event_is_told(make, priya, noon, outbox):
    event = make.event(starts=(noon + timedelta(days=2),), closes_at=noon + timedelta(hours=20))
    make.organiser(event.hub)
    make.booking(event, priya)

    erase(priya, noon + timedelta(days=1, hours=20))

    assert "late_cancellation" in outbox()


def test_the_others_of_a_held_party_can_still_be_booked(make, priya, noon):
    party = make.party(guests=(make.guest(email="kofi@school.example"), Guest("Priya Nair", str(priya.email))))
    held = make.held(make.event(), party)

    erase(priya, noon)
    with transaction():
        booked = places.prove(held.id, at=noon)

    assert [place.address for place in booked.live_places] == ["kofi@school.example"]


def test_nothing_more_is_sent_to_them_not_even_if_somebody_tries_again_what_failed(make, priya, noon):
    make.booking(make.event(), priya)
    with transaction():
        messages.hold_back(at=noon)
    make.booking(make.event(), priya)

    erase(priya, noon)

    to_them = db.session.scalars(select(Message).where(Message.person_id == priya.id)).all()
    assert {message.state for message in to_them} == {MessageState.CANCELLED}


def test_nothing_is_promised_to_them_afterwards_whatever_becomes_of_what_they_had_booked(make, priya, noon):
    event = make.event()
    other = make.event(hub=event.hub)
    ruth, booking = make.organiser(event.hub), make.booking(event, priya, size=2)
    make.booking(other, priya, size=2)
    erase(priya, noon)

    with transaction():
        places.release(booking.places[1].id, by=booking.places[1].person, at=noon)
    with transaction():
        changes.call_off(other.id, "Snow", by=ruth, at=noon)

    due = db.session.scalars(select(Message.kind).where(Message.person_id == priya.id, Message.state == "due")).all()
    assert due == []


def test_sign_ins_links_and_the_calendar_end(make, priya, noon):
    booking = make.booking(make.event(), priya, size=2)
    links = [booking.link, booking.places[0].link]
    with transaction():
        token = sign_ins.begin(priya, at=noon)

    erase(priya, noon)

    assert sign_ins.live(token, at=noon, idle=timedelta(hours=1), longest=timedelta(hours=1)) is None
    assert (priya.feed_generation, priya.feed_ended_at) == (1, noon)
    for find, link in zip((places.with_booking_link, places.with_place_link), links, strict=True):
        with pytest.raises(NotFound):
            find(link)


def test_the_address_is_a_strangers_from_then_on(make, priya, noon):
    erase(priya, noon)

    with transaction():
        newcomer = people.welcome("priya@larkmead.example", at=noon)

    assert newcomer.id != priya.id


def test_people_erase_themselves_and_nobody_else(make, priya, noon):
    with pytest.raises(NotAllowed):
        erase(priya, noon, by=make.organiser(make.hub()))
    assert priya.email

    erase(priya, noon, by=priya)

    assert priya.email is None


def test_the_last_administrator_stays_until_there_is_another(make, priya, noon):
    make.role(priya, "administrator")
    with pytest.raises(LastAdministrator):
        erase(priya, noon)

    make.role(make.person(), "administrator")
    erase(priya, noon)

    assert [role.ended_at for role in db.session.scalars(select(people.Role).where(people.Role.person_id == priya.id))]
    assert priya.erased_at == noon


def test_erasing_twice_is_erasing_once(make, priya, noon):
    erase(priya, noon)
    erase(priya, noon + timedelta(days=1))

    assert priya.erased_at == noon


class TestAfterARestore:
    """A database that has come back from before an erasure."""

    def test_whom_it_brought_back_is_erased_again_even_as_the_last_administrator(self, make, priya, noon):
        make.role(priya, "administrator")
        known = erasing.Erasure(priya.id, priya.first_seen_at, noon)

        with transaction():
            assert erasing.erase_again([known], at=noon) == 1
        with transaction():
            assert erasing.erase_again([known], at=noon) == 0

        assert erasing.erasures() == [known]
        assert priya.email is None

    def test_somebody_else_who_has_the_number_by_now_is_not(self, make, priya, noon):
        other = erasing.Erasure(priya.id, noon - timedelta(days=400), noon)

        with transaction():
            assert erasing.erase_again([other, erasing.Erasure(4711, noon, noon)], at=noon) == 0

        assert priya.email


class TestUnused:
    """Whom nothing has concerned for a year is forgotten; here it is a year and 30 days after the event."""

    LATER = START + timedelta(days=365 + 30)

    def unused(self):
        return erasing.unused(months=12, at=self.LATER)

    def erase_all(self):
        number = 0
        while True:
            with transaction():
                if not erasing.erase_unused(months=12, at=self.LATER):
                    return number
            number += 1

    def test_who_came_to_an_event_before_is(self, make, priya):
        make.booking(make.event(), priya)

        assert self.unused() == [priya.id]

    @pytest.mark.parametrize(
        "concern",
        [
            lambda make, priya: make.booking(make.event(starts=(START + timedelta(days=40),)), priya),
            lambda make, priya: make.booking(make.event(starts=(None,), closes_at=START), priya),
            lambda make, priya: make.booking(
                make.event(starts=(START + timedelta(days=40),)), guests=(Guest(priya.name, priya.email),)
            ),
        ],
        ids=["an event later", "an event without a date", "somebody else's booking"],
    )
    def test_who_is_concerned_by_something_later_is_not(self, make, priya, concern):
        concern(make, priya)

        assert priya.id not in self.unused()

    def test_who_has_a_role_is_not(self, make, priya):
        assert self.unused() == [priya.id]

        make.role(priya, "organiser", hub_id=make.hub().id)

        assert self.unused() == []

    def test_who_signed_in_later_is_not(self, priya):
        with transaction():
            sign_ins.begin(priya, at=START + timedelta(days=31))

        assert self.unused() == []

    def test_whom_something_concerns_between_being_found_and_being_forgotten_stays(self, make, priya, monkeypatch):
        hub, lock = make.hub(), people.lock

        def late(person_id):
            db.session.add(Role(person_id=person_id, name="organiser", hub_id=hub.id, given_at=self.LATER))
            return lock(person_id)

        monkeypatch.setattr(people, "lock", late)

        assert self.erase_all() == 1

        assert db.session.get(Person, priya.id).erased_at is None

    def test_who_is_forgotten_is_in_no_row_and_every_rule_holds(self, make, priya):
        make.booking(make.event(), priya)

        assert self.erase_all() == 1

        assert "Priya" not in everything()
        assert verify.broken(at=self.LATER) == []
        assert self.unused() == []


def test_who_waits_in_a_party_of_theirs_waits_no_more_and_what_was_offered_goes_to_the_next(make, noon):
    event = make.event(capacity=2)
    first = make.booking(event, size=2)
    priya, other = make.person(name="Priya Nair"), make.person()
    mine = make.waiting(event, priya, size=2)
    theirs = make.waiting(event, other, size=2)
    with transaction():
        places.cancel(first.id, by=first.booker, at=noon)
    assert db.session.get(Booking, mine.id).state == State.OFFERED

    erase(priya, noon)

    assert not db.session.get(Booking, mine.id).is_live
    assert db.session.get(Booking, theirs.id).state == State.OFFERED
    assert verify.broken(at=noon) == []


def test_what_they_were_writing_at_that_moment_is_not_kept(make, priya, noon):
    booking = make.booking(make.event(), priya)
    erase(priya, noon)

    for write in (
        lambda: details.change(priya.id, name="Priya", job="", school_urn=None, unlisted_school="", by=priya, at=noon),
        lambda: places.change_needs(booking.id, "Priya needs a ramp", by=priya, at=noon),
    ):
        with pytest.raises(NotFound, match="deleted"), transaction():
            write()

    assert "Priya" not in everything()


class TestAtTheMomentThatSomebodyBooksForThem:
    """One of the two comes first; the other waits for it, and then what was typed is found or is a stranger's."""

    @pytest.fixture
    def acts(self, make, priya, noon):
        event, colleague = make.event().id, make.person().id

        def book():
            by = db.session.get_one(Person, colleague)
            party = Party(Guest(by.name, str(by.email)), (Guest("Priya Nair", "priya@larkmead.example"),))
            places.book(event, party, key=places.new_form_key(), by=by, at=noon)

        return book, lambda: erasing.erase(priya.id, by=None, at=noon)

    def test_the_booking_is_first_and_the_place_is_given_up(self, app, acts):
        book, erase = acts
        one_begins_before_the_other_is_kept(app, book, erase)

        assert "Priya" not in everything()
        assert db.session.scalars(select(Booking.state)).all() == [State.CANCELLED]

    def test_the_erasure_is_first_and_the_place_is_a_strangers(self, app, acts, priya):
        book, erase = acts
        one_begins_before_the_other_is_kept(app, erase, book)

        [place] = db.session.scalars(select(Place))
        assert (place.person_id != priya.id, place.address) == (True, "priya@larkmead.example")
        assert db.session.get_one(Person, priya.id).name == REMOVED


@pytest.mark.postgres
class TestInTheMiddleOfAnotherAct:
    """Both take their locks in one order, so that neither is thrown out."""

    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_a_proof_of_their_address(self, app, make, priya, noon):
        held = make.held(make.event(), make.party(booker=PRIYA, guests=(PRIYA,)))
        with transaction():
            code = codes.send(PRIYA.email, at=noon, network="n", limits=codes.Limits(), booking_id=held.id)

        self.met(app, priya, noon, lambda: codes.check_link(code.link, at=noon), lambda: places.prove(held.id, at=noon))

        assert_nothing_says("Priya", "priya")

    def test_one_that_goes_from_event_to_event(self, app, make, priya, noon):
        first, second = make.event(), make.event()
        make.booking(second, priya)
        make.held(first, make.party(booker=PRIYA, guests=(PRIYA,)))

        self.met(app, priya, noon, lambda: places.lock(first.id), lambda: places.lock(second.id))

    def test_the_postman_who_has_brought_them_a_code(self, app, make, priya, noon):
        with transaction():
            codes.send(PRIYA.email, at=noon, network="n", limits=codes.Limits())
        with transaction():
            [message] = messages.claim(1, at=noon)
        row = select(Message.id).where(Message.id == message.id).with_for_update()
        token = message.lease_token

        self.met(
            app, priya, noon, lambda: db.session.execute(row), lambda: messages.mark_sent(message.id, token, at=noon)
        )

    def met(self, app, priya, noon, begin, go_on):
        begun, over = threading.Event(), threading.Event()

        def act():
            with transaction():
                begin()
                begun.set()
                over.wait(1)  # the erasure waits for a lock, and so is not over by then
                go_on()

        def erase_them():
            begun.wait(20)
            erase(priya, noon)
            over.set()

        assert at_once(app, [act, erase_them]) == Counter(done=2)
        db.session.rollback()
        db.session.expire_all()


def one_begins_before_the_other_is_kept(app, first, second):
    """Do the first act, let the second run into it, and only then keep the first."""
    done, over = threading.Event(), threading.Event()

    def begin():
        with app.app_context(), transaction():
            first()
            db.session.flush()
            done.set()
            over.wait(2)  # the second waits for a lock, and so is not over by then

    def run_into():
        done.wait(20)
        try:
            with app.app_context(), transaction():
                second()
        finally:
            over.set()

    with ThreadPoolExecutor(2) as pool:
        for act in [pool.submit(begin), pool.submit(run_into)]:
            act.result()
    db.session.rollback()
    db.session.expire_all()
