"""Putting events up: drafting, editing, copying, publishing, and taking off the list again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import changes, closing, feeds, places, putting_up, reminders
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotAllowed, NotFound, Refused
from booking.domain.events import Event, Programme, Slot, Venue
from booking.domain.events.choosing import AtSchool, Elsewhere, Known, Online
from booking.domain.putting_up import Booked, Lead, Plan, Session, Words
from booking.domain.reminders import Before
from tests.make import NOON, START

KEY = "a-key-of-this-form-0001"
WHILE = timedelta(hours=1)
PERSON, EVENT = "INSERT INTO person", "FROM event \nWHERE event.id IN"


@pytest.fixture
def hub(make):
    return make.hub()


@pytest.fixture
def ruth(make, hub):
    return make.organiser(hub)


def session(number=0, **given):
    starts = START + timedelta(days=number)
    return Session(
        **{"title": f"Meeting {number + 1}", "starts_at": starts, "ends_at": starts + timedelta(hours=2)} | given
    )


def plan(*sessions, words=None, **given):
    ordinary = {"title": "Year 4: ten times as many", "capacity": 30, "max_per_school": 4}
    said = {"phases": frozenset({"primary"}), "closes_at": START - timedelta(days=4)} | (words or {})
    return Plan(**ordinary | given, sessions=sessions or (session(),), words=Words(**said))


def draft(hub, by, given=None, *, key=KEY, kind="showcase", at=NOON):
    with transaction():
        return putting_up.draft(hub.id, kind, given or plan(), key=key, by=by, at=at)


def edit(event, by, given, *, at=NOON):
    with transaction():
        return putting_up.edit(event.id, given, by=by, at=at)


def publish(event, by, *, at=NOON):
    with transaction():
        [published] = putting_up.publish(event.id, by=by, at=at)
    return published


def acts():
    return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


class TestDrafting:
    def test_a_draft_has_its_sessions_and_nobody_sees_it(self, hub, ruth):
        event = draft(hub, ruth, plan(session(0), session(1)))

        assert (event.is_published, event.starts_at, len(event.slots)) == (False, START, 2)
        assert [phase.phase for phase in event.phases] == ["primary"]
        assert acts() == ["event.drafted"]

    def test_places_are_offered_until_a_day_before_unless_said_otherwise(self, hub, ruth):
        assert draft(hub, ruth).offers_end_at == START - timedelta(hours=24)

    def test_the_same_form_twice_drafts_once(self, hub, ruth):
        first, second = draft(hub, ruth), draft(hub, ruth)

        assert first.id == second.id
        assert db.session.scalar(select(func.count(Event.id))) == 1

    def test_another_hubs_organiser_drafts_nothing_here(self, make, hub):
        with pytest.raises(NotAllowed):
            draft(hub, make.organiser(make.hub()))

    def test_a_school_becomes_a_venue_once(self, make, hub, ruth):
        school = make.school(name="Alderbeck Primary School", easting=420000, northing=445000)
        there = AtSchool(school.urn)

        draft(hub, ruth, plan(session(0, where=there), session(1, where=there)))
        draft(hub, ruth, plan(session(where=there)), key=KEY + "2")

        venue = db.session.scalars(select(Venue)).one()
        assert (venue.name, venue.school_urn, venue.easting) == ("Alderbeck Primary School", school.urn, 420000)

    def test_a_place_that_no_register_knows_is_kept_with_whose_clocks_it_goes_by(self, hub, ruth):
        event = draft(hub, ruth, plan(session(where=Elsewhere("Normal University", zone="Asia/Shanghai"))))

        assert (event.slots[0].venue.name, event.slots[0].zone) == ("Normal University", "Asia/Shanghai")

    def test_online_is_one_venue_of_the_hub(self, hub, ruth):
        for number in range(2):
            draft(hub, ruth, plan(session(where=Online())), key=f"{KEY}{number}")

        assert db.session.scalar(select(func.count(Venue.id))) == 1

    def test_another_hubs_venue_and_programme_are_not_found(self, make, hub, ruth):
        theirs = make.venue(make.hub())
        programme = make.programme(make.hub())

        with pytest.raises(NotFound):
            draft(hub, ruth, plan(session(where=Known(theirs.id))))
        with pytest.raises(NotFound):
            draft(hub, ruth, plan(words={"programme": programme.id}))
        assert db.session.scalar(select(func.count(Event.id))) == 0

    def test_a_new_programme_is_of_the_events_kind(self, hub, ruth):
        event = draft(hub, ruth, plan(words={"programme": "Showcase, spring"}))

        programme = db.session.scalars(select(Programme)).one()
        assert (programme.title, programme.kind, event.programme_id) == ("Showcase, spring", "showcase", programme.id)

    def test_who_is_to_lead_is_given_the_role_and_told(self, hub, ruth, outbox):
        event = draft(hub, ruth, plan(words={"lead": Lead("d.banerjee@hub.example", "Dev Banerjee")}))

        assert [role.person.name for role in event.leads] == ["Dev Banerjee"]
        assert outbox() == ["invited"]

    @pytest.mark.parametrize("verb", ["edit", "describe"])
    def test_who_is_to_lead_is_met_before_the_event_is_locked_as_who_books_it_is(self, hub, ruth, statements, verb):
        event, given = draft(hub, ruth), plan(words={"lead": Lead("d.banerjee@hub.example", "Dev Banerjee")})
        statements.clear()

        with transaction():
            getattr(putting_up, verb)(event.id, given if verb == "edit" else given.words, by=ruth, at=NOON)

        first = {table: next(n for n, one in enumerate(statements) if table in one) for table in (PERSON, EVENT)}
        assert first[PERSON] < first[EVENT]

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            (plan(session(ends_at=START)), "sessions-0-ends", "It ends after it starts"),
            (plan(session(ends_at=START + timedelta(days=2))), "sessions-0-ends", "no longer than a day"),
            (plan(session(-20)), "sessions-0-day", "That is past"),
            (plan(session(1), session(0)), "sessions-1-day", "starts before an earlier one has ended"),
            (plan(words={"closes_at": START + timedelta(hours=1)}), "closes", "closes before the first session"),
            (plan(words={"closes_at": NOON}), "closes", "closed already"),
            (plan(words={"opens_at": START}), "opens", "Booking opens before it closes"),
            (plan(words={"offers_end_at": START + timedelta(hours=1)}), "offers_end", "until the first session"),
            (plan(words={"offers_end_at": NOON}), "offers_end", "until booking closes"),
            (plan(capacity=0), "capacity", "from 1 to 2000"),
            (plan(capacity=10**9), "capacity", "from 1 to 2000"),
            (plan(max_per_school=0), "max_per_school", "from 1 to 2000"),
            (plan(title=" "), "title", "Enter a title"),
            (plan(title="x" * 201), "title", "200 characters"),
            (plan(words={"description": "x" * 10_001}), "description", "10000 characters"),
            (plan(session(room="x" * 101)), "room", "100 characters"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, hub, ruth, wrong, field, sentence):
        with pytest.raises(BadInput, match=sentence) as refusal:
            draft(hub, ruth, wrong)

        assert refusal.value.field == field
        assert db.session.scalar(select(func.count(Event.id))) == 0

    @pytest.mark.parametrize("kind", ["showcase", "exchange_visit", "work_group"])
    def test_every_kind_begins_with_what_is_usual(self, hub, ruth, kind):
        usual = replace(putting_up.ordinary(kind), title="Something")

        event = draft(hub, ruth, usual, kind=kind)

        shape = {"showcase": (30, 4, 1), "exchange_visit": (8, 2, 1), "work_group": (24, 2, 6)}[kind]
        assert (event.capacity, event.max_per_school, len(event.slots)) == shape


class TestEditing:
    def test_what_moved_is_counted_and_what_did_not_keeps_its_calendar_entry(self, hub, ruth):
        event = draft(hub, ruth, plan(session(0), session(1)))
        before = putting_up.plan_of(event)
        uids = [slot.uid for slot in event.slots]
        later = replace(
            before.sessions[1], starts_at=START + timedelta(days=2), ends_at=START + timedelta(days=2, hours=1)
        )

        event = edit(event, ruth, replace(before, sessions=(before.sessions[0], later)))

        assert [slot.uid for slot in event.slots] == uids
        assert [slot.sequence for slot in event.slots] == [0, 1]
        assert event.ends_at == later.ends_at

    def test_the_trail_has_before_and_after_and_no_words(self, hub, ruth):
        event = draft(hub, ruth)
        before = putting_up.plan_of(event)

        edit(event, ruth, replace(before, capacity=40, words=replace(before.words, taught_by="Mr Chen")))

        facts = db.session.scalars(select(AuditEntry.facts).where(AuditEntry.act == "event.edited")).one()
        assert facts == {"before": {"capacity": 30}, "after": {"capacity": 40}, "words": ["taught_by"]}

    def test_a_session_taken_from_a_draft_is_gone_and_from_what_is_published_it_is_cancelled(self, hub, ruth):
        event = draft(hub, ruth, plan(session(0), session(1), session(2)))
        whole = putting_up.plan_of(event)
        event = edit(event, ruth, replace(whole, sessions=whole.sessions[:2]))
        assert db.session.scalar(select(func.count(Slot.id))) == 2
        publish(event, ruth)

        event = edit(event, ruth, replace(whole, sessions=whole.sessions[:1]))

        assert [slot.number for slot in event.slots] == [1]
        assert [(slot.removed_at, slot.sequence) for slot in event.removed_slots] == [(NOON, 1)]
        assert event.ends_at == event.slots[0].ends_at

    def test_a_session_taken_away_while_the_event_is_off_the_list_is_cancelled_in_calendars(self, hub, ruth):
        event = publish(draft(hub, ruth, plan(session(0), session(1))), ruth)
        second, known = event.slots[1], {one.uid for one in feeds.public(at=NOON)}
        with transaction():
            changes.change_slot(second.id, replace(changes.Plan.of(second), room="Hall 2"), by=ruth, at=NOON)
        with transaction():
            putting_up.unpublish(event.id, by=ruth, at=NOON)
        whole = putting_up.plan_of(event)

        edit(event, ruth, replace(whole, sessions=whole.sessions[:1]))
        publish(event, ruth)

        assert {one.uid: one.is_off for one in feeds.public(at=NOON)} == {uid: uid == second.uid for uid in known}

    def test_once_somebody_has_booked_only_words_and_booking_times_change(self, make, hub, ruth):
        event = publish(draft(hub, ruth), ruth)
        before = putting_up.plan_of(event)
        make.booking(event)

        with pytest.raises(Booked, match="changed with notice"):
            edit(event, ruth, replace(before, capacity=40))
        with transaction():
            closes = START - timedelta(days=2)
            event = putting_up.describe(event.id, Words(summary="New words", closes_at=closes), by=ruth, at=NOON)

        assert (event.summary, event.closes_at, event.capacity) == ("New words", closes, 30)

    def test_what_people_hear_as_offers_end_they_hear_again_where_offers_go_on(self, make, hub, ruth):
        event = make.event(hub=hub, capacity=1)
        make.booking(event), make.waiting(event)
        words, ended, later = putting_up.plan_of(event).words, event.offers_end_at + WHILE, START - WHILE
        with transaction():
            closing.close_due(at=ended)
        assert self.told_as_offers_end(ended) == [1, 1]

        with transaction():
            putting_up.describe(event.id, replace(words, offers_end_at=later), by=ruth, at=ended)

        assert self.told_as_offers_end(later - WHILE) == [0, 0]
        assert self.told_as_offers_end(later + WHILE / 2) == [1, 1]

    def told_as_offers_end(self, at):
        with transaction():
            return [places.tell_last_minute(at=at), closing.tell_again_due(at=at)]

    def test_a_hold_that_lapsed_is_no_booking(self, make, hub, ruth):
        event = publish(draft(hub, ruth), ruth)
        make.held(event)
        assert putting_up.is_booked(event.id)

        with transaction():
            places.lapse_due(at=NOON + timedelta(minutes=15))

        assert not putting_up.is_booked(event.id)

    def test_another_hubs_event_is_not_to_be_edited(self, make, hub, ruth):
        event = draft(hub, ruth)

        with pytest.raises(NotAllowed):
            edit(event, make.organiser(make.hub()), plan())

    def test_what_was_called_off_stays_as_it_was(self, make, hub, ruth):
        event = make.event(hub=hub, called_off_at=NOON)

        with pytest.raises(Refused, match="stays as it was"):
            edit(event, ruth, plan())

    def test_a_session_that_began_meanwhile_does_not_stop_new_words(self, hub, ruth):
        event = publish(draft(hub, ruth), ruth)
        words = putting_up.plan_of(event).words

        with transaction():
            later = START + timedelta(hours=1)
            putting_up.describe(event.id, replace(words, summary="It is on"), by=ruth, at=later)

        assert db.session.get(Event, event.id).summary == "It is on"


class TestCopying:
    def test_another_on_the_same_day_comes_right_after(self, hub, ruth):
        event = draft(hub, ruth)

        again = putting_up.same_day(event)

        assert again.starts_at == event.ends_at
        assert (again.title, again.sessions[0].slot_id) == (event.title, None)
        assert again.words.closes_at == event.closes_at

    def test_another_on_another_day_has_its_days_left_open(self, hub, ruth):
        again = putting_up.another_day(draft(hub, ruth))

        assert (again.starts_at, again.words.closes_at, again.capacity) == (None, None, 30)

    def test_a_copy_has_calendar_entries_of_its_own(self, hub, ruth):
        event = draft(hub, ruth)

        copy = draft(hub, ruth, putting_up.same_day(event), key=KEY + "2")

        assert copy.slots[0].uid != event.slots[0].uid

    def test_a_copy_reminds_at_the_same_times(self, hub, ruth):
        event = draft(hub, ruth)
        with transaction():
            reminders.add(event.id, Before(hours=3), by=ruth, at=NOON)

        with transaction():
            plan = putting_up.same_day(event)
            copy = putting_up.draft(hub.id, "showcase", plan, key=KEY + "2", by=ruth, at=NOON, like=event)
        plain = draft(hub, ruth, key=KEY + "3")

        times = [[one.before.key for one in reminders.of_event(one)] for one in (event, copy, plain)]
        assert times == [["7d0900", "1d0900", "3h"], ["7d0900", "1d0900", "3h"], ["7d0900", "1d0900"]]


class TestPublishing:
    def test_from_then_on_it_is_on_the_list(self, hub, ruth):
        event = publish(draft(hub, ruth), ruth)

        assert event.is_bookable(NOON)
        assert acts() == ["event.drafted", "event.published"]

    def test_twice_is_once(self, hub, ruth):
        event = draft(hub, ruth)
        for _ in range(2):
            publish(event, ruth)

        assert acts().count("event.published") == 1

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [({"closes_at": None}, "Say when booking closes"), ({"phases": frozenset()}, "Say which phases")],
    )
    def test_it_says_what_is_missing(self, hub, ruth, words, sentence):
        event = draft(hub, ruth, plan(words=words))

        with pytest.raises(BadInput, match=sentence):
            publish(event, ruth)

    def test_what_has_lain_until_its_closing_is_not_published(self, hub, ruth):
        event = draft(hub, ruth)

        with pytest.raises(BadInput, match="closed already"):
            publish(event, ruth, at=event.closes_at)

    def test_all_of_a_day_or_none(self, hub, ruth):
        sound, wanting = draft(hub, ruth), draft(hub, ruth, plan(words={"closes_at": None}), key=KEY + "2")

        with pytest.raises(BadInput), transaction():
            putting_up.publish(sound.id, wanting.id, by=ruth, at=NOON)

        assert not db.session.get(Event, sound.id).is_published

    def test_while_nobody_is_booked_it_comes_off_the_list_again(self, make, hub, ruth):
        event = publish(draft(hub, ruth), ruth)
        booking = make.booking(event, size=2)
        with pytest.raises(Booked, match=r"2 people are booked. Call it off instead"), transaction():
            putting_up.unpublish(event.id, by=ruth, at=NOON)

        with transaction():
            places.cancel(booking.id, by=ruth, at=NOON)
        with transaction():
            putting_up.unpublish(event.id, by=ruth, at=NOON)

        assert not db.session.get(Event, event.id).is_published

    def test_another_hubs_organiser_publishes_and_unpublishes_nothing(self, make, hub, ruth):
        other, event = make.organiser(make.hub()), draft(hub, ruth)

        for act in (putting_up.publish, putting_up.unpublish):
            with pytest.raises(NotAllowed), transaction():
                act(event.id, by=other, at=NOON)
