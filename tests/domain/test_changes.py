"""Changing what people have booked: what it does to the event, its calendar entries and those who come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, events, finding, places, verify
from booking.domain.audit import AuditEntry
from booking.domain.changes import Plan, Room
from booking.domain.errors import BadInput, CalledOff, NotAllowed, NotFound, Over, ReasonNeeded
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking
from tests.make import NOON, START

WEEK = timedelta(weeks=1)
SETTLED = NOON + changes.SETTLING


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub")


@pytest.fixture
def ruth(make, hub):
    return make.organiser(hub, name="Ruth Calloway")


@pytest.fixture
def event(make, hub):
    return make.event(hub=hub)


@pytest.fixture
def work_group(make, hub):
    """Three meetings, a week apart, and one without a date."""
    starts = (START, START + WEEK, START + 2 * WEEK, None)
    return make.event(hub=hub, kind="work_group", starts=starts)


@pytest.fixture
def change(ruth):
    """Let Ruth do one act in a transaction of its own: `change(changes.rename, event.id, …, at=NOON)`."""

    def act(verb, number, *given, at=NOON, **more):
        with transaction():
            by = db.session.get_one(Person, ruth.id)
            return verb(number, *given, by=more.pop("by", by), at=at, **more)

    return act


@pytest.fixture
def move(change):
    """Move a session by so much."""

    def act(slot, by=WEEK, at=NOON, **plan):
        times = {"starts_at": slot.starts_at + by, "ends_at": slot.ends_at + by} if slot.starts_at else {}
        return change(changes.change_slot, slot.id, replace(Plan.of(slot), **times | plan), at=at)

    return act


def fresh(event):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Event, event.id)


def settle(at=SETTLED):
    with transaction():
        return changes.tell_due(at=at)


def told(kind="event_changed"):
    """Answer the names of whoever was promised a mail of this kind, in order."""
    names = select(Person.name).join(Message, Message.person_id == Person.id).where(Message.kind == kind)
    return sorted(db.session.scalars(names))


def acts(prefix=""):
    found = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id))
    return [act for act in found if act.startswith(prefix)]


class TestASession:
    def test_is_moved_and_its_calendar_entry_with_it(self, event, move):
        uid = event.slots[0].uid

        move(event.slots[0])

        [slot] = fresh(event).slots
        assert (slot.starts_at, slot.ends_at) == (START + WEEK, START + WEEK + timedelta(hours=2))
        assert (slot.uid, slot.sequence, slot.revised_at) == (uid, 1, NOON)
        assert (event.starts_at, event.updated_at) == (START + WEEK, NOON)

    def test_moved_to_where_it_is_nothing_changes(self, event, move):
        move(event.slots[0], by=timedelta(0))

        assert (fresh(event).slots[0].sequence, acts("slot"), changes.pending(event)) == (0, [], [])

    def test_goes_to_another_venue_and_by_its_clocks(self, make, hub, event, move):
        shanghai = make.venue(hub, name="Minhang Experimental School", zone="Asia/Shanghai")

        move(event.slots[0], by=timedelta(0), venue_id=shanghai.id, room="The hall")

        [slot] = fresh(event).slots
        assert (slot.venue.name, slot.zone, slot.room, slot.sequence) == (shanghai.name, "Asia/Shanghai", "The hall", 1)

    def test_goes_online_with_a_link_that_the_trail_does_not_tell(self, make, hub, event, move):
        online = make.venue(hub, name="Online", is_online=True)

        move(event.slots[0], by=timedelta(0), venue_id=online.id, join_url="https://meet.example/secret")

        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "slot.changed")).one()
        assert entry.facts["after"]["link"] is True
        assert "secret" not in str(entry.facts)
        assert entry.facts["sequence"] == 1

    def test_under_another_name_is_the_same_appointment(self, event, move):
        move(event.slots[0], by=timedelta(0), title="Lesson, then lunch")

        assert (fresh(event).slots[0].sequence, event.slots[0].revised_at) == (0, NOON)

    def test_is_given_its_date(self, work_group, change):
        slot = work_group.slots[3]
        starts = START + 3 * WEEK

        change(changes.change_slot, slot.id, replace(Plan.of(slot), starts_at=starts, ends_at=starts + WEEK / 84))

        assert fresh(work_group).slots[3].sequence == 1
        assert (work_group.starts_at, work_group.ends_at) == (START, starts + timedelta(hours=2))

    def test_loses_its_date_and_calendars_know_when_it_would_have_been(self, work_group, change):
        slot = work_group.slots[1]
        plan = replace(Plan.of(slot), starts_at=None, ends_at=None, expected="Summer 2027")

        change(changes.change_slot, slot.id, plan)

        slot = db.session.get_one(Slot, slot.id)
        assert (slot.starts_at, slot.withdrawn_start, slot.sequence) == (None, START + WEEK, 1)
        assert fresh(work_group).ends_at is None

    def test_and_has_it_again_under_a_higher_number(self, work_group, change):
        slot, before = work_group.slots[1], Plan.of(work_group.slots[1])
        change(changes.change_slot, slot.id, replace(before, starts_at=None, ends_at=None))

        change(changes.change_slot, slot.id, before)

        slot = db.session.get_one(Slot, slot.id)
        assert (slot.starts_at, slot.withdrawn_start, slot.sequence) == (START + WEEK, None, 2)

    def test_that_passes_another_changes_places_with_it(self, work_group, move):
        first, second, third, undated = [slot.id for slot in work_group.slots]

        move(work_group.slots[0], by=WEEK * 1.5)

        assert [slot.id for slot in fresh(work_group).slots] == [second, first, third, undated]
        assert [slot.number for slot in work_group.slots] == [1, 2, 3, 4]
        assert work_group.starts_at == START + WEEK

    def test_is_added_for_everybody(self, work_group, change):
        starts = START + 5 * WEEK
        plan = Plan("What stays", starts, starts + timedelta(hours=3), venue_id=work_group.slots[0].venue_id)

        one = change(changes.add_slot, work_group.id, plan).id
        again = change(changes.add_slot, work_group.id, plan).id

        assert one == again
        assert [slot.title for slot in fresh(work_group).slots][-1] == "What stays"
        assert len({slot.uid for slot in work_group.slots}) == 5

    def test_is_taken_away_and_stays_known_as_cancelled(self, work_group, change):
        gone = work_group.slots[0]

        change(changes.remove_slot, gone.id)

        assert [slot.starts_at for slot in fresh(work_group).slots] == [START + WEEK, START + 2 * WEEK, None]
        [removed] = work_group.removed_slots
        assert (removed.id, removed.starts_at, removed.sequence, removed.removed_at) == (gone.id, START, 1, NOON)
        assert work_group.starts_at == START + WEEK
        assert len(finding.listed([work_group.id])[0].slots) == 3


class TestItCannot:
    @pytest.mark.parametrize(
        ("plan", "field", "sentence"),
        [
            ({"starts_at": NOON, "ends_at": NOON + WEEK}, "day", "That is in the past"),
            ({"starts_at": START, "ends_at": START}, "ends", "It must end after it starts"),
            ({"ends_at": None}, "ends", "Enter both times, or neither"),
            ({"title": " "}, "title", "Enter what this session is called"),
            ({"join_url": "javascript:alert(1)"}, "join_url", "Enter the link in full, beginning with https://"),
            ({"venue_id": 999}, "where", "Choose one of your hub’s venues"),
        ],
    )
    def test_be_what_makes_no_sense(self, event, move, plan, field, sentence):
        with pytest.raises(BadInput, match=sentence) as refused:
            move(event.slots[0], by=timedelta(0), **plan)

        assert refused.value.field == field
        assert (fresh(event).slots[0].sequence, event.starts_at) == (0, START)

    def test_be_at_another_hubs_venue(self, make, event, move):
        with pytest.raises(BadInput, match="Choose one of your hub’s venues"):
            move(event.slots[0], venue_id=make.venue(make.hub()).id)

    def test_be_at_the_time_of_another_session(self, work_group, move):
        with pytest.raises(BadInput, match="At that time there is “Lesson and discussion”"):
            move(work_group.slots[0], by=WEEK + timedelta(hours=1))

    def test_be_changed_once_it_has_begun(self, work_group, move):
        with pytest.raises(Over, match="This session has begun"):
            move(work_group.slots[0], at=START)
        move(work_group.slots[1], by=timedelta(hours=1), at=START)

        assert [slot.sequence for slot in fresh(work_group).slots] == [0, 1, 0, 0]

    def test_be_taken_away_if_it_is_the_only_one(self, event, change):
        with pytest.raises(BadInput, match="Call the event off instead"):
            change(changes.remove_slot, event.slots[0].id)

    def test_be_changed_after_the_event(self, event, move):
        with pytest.raises(Over, match="This event is over"):
            move(event.slots[0], at=START + WEEK)

    def test_be_changed_after_it_was_called_off(self, event, move, change):
        change(changes.call_off, event.id, "Snow")

        with pytest.raises(CalledOff):
            move(event.slots[0])

    def test_be_changed_by_somebody_else(self, make, hub, event, change):
        lead, stranger = make.person(), make.organiser(make.hub())
        make.role(lead, "lead", hub_id=hub.id, event_id=event.id)
        plan = replace(Plan.of(event.slots[0]), room="The hall")
        for person in (lead, stranger):
            with pytest.raises(NotAllowed):
                change(changes.change_slot, event.slots[0].id, plan, by=db.session.get_one(Person, person.id))

        with pytest.raises(NotFound):
            change(changes.change_slot, 999, plan)


class TestClosing:
    def test_keeps_its_distance_in_days(self, event, move):
        move(event.slots[0], by=WEEK)

        assert fresh(event).closes_at == START - timedelta(days=4) + WEEK
        assert event.offers_end_at == START - timedelta(days=1) + WEEK
        assert acts("event") == ["event.closing_moved"]

    def test_stays_at_its_time_of_day_when_the_clocks_change_between(self, event, move):
        move(event.slots[0], by=3 * WEEK)  # the clocks go forward on 28 March

        assert fresh(event).closes_at == START - timedelta(days=4) + 3 * WEEK - timedelta(hours=1)

    def test_is_never_after_the_start(self, make, hub, change):
        event = make.event(hub=hub, starts=(None,), closes_at=START + WEEK)
        slot = event.slots[0]

        change(changes.change_slot, slot.id, replace(Plan.of(slot), starts_at=START, ends_at=START + WEEK / 84))

        assert (fresh(event).closes_at, event.starts_at) == (START, START)

    def test_is_now_where_it_would_have_passed(self, event, move):
        move(event.slots[0], by=-timedelta(days=13))

        assert fresh(event).closes_at == NOON

    def test_that_has_passed_stays(self, event, move):
        closed = event.closes_at

        move(event.slots[0], by=WEEK, at=closed + timedelta(hours=1))

        assert fresh(event).closes_at == closed

    def test_would_come_before_opening_and_is_refused(self, make, hub, move):
        event = make.event(hub=hub, opens_at=NOON + timedelta(days=5))

        with pytest.raises(BadInput, match="Booking opens only on Saturday 6 March 2027, 12 noon"):
            move(event.slots[0], by=-timedelta(days=9))


class TestSettling:
    def test_ten_minutes_after_the_last_change_everybody_booked_is_told_once(self, make, event, move, change):
        make.booking(event, make.person(name="Priya"), size=2)
        make.booking(event, make.person(name="Amina"))
        make.held(event)
        move(event.slots[0])
        change(changes.rename, event.id, "Year 4: nines", "Mei Lin", at=NOON + timedelta(minutes=5))

        assert settle(SETTLED) == 0
        assert settle(SETTLED + timedelta(minutes=5)) == 1
        assert settle(SETTLED + timedelta(minutes=6)) == 0
        assert len(told()) == 3
        assert {"Amina", "Priya"} < set(told())
        assert acts("event.changes_told") == ["event.changes_told"]

    def test_moved_there_and_back_nobody_is_told_and_the_number_stays_high(self, make, event, move):
        make.booking(event)
        move(event.slots[0])
        move(fresh(event).slots[0], by=-WEEK)

        settle()

        assert (told(), fresh(event).slots[0].sequence, changes.pending(event)) == ([], 2, [])

    def test_however_late_the_worker_nothing_is_lost(self, make, event, move):
        make.booking(event)
        move(event.slots[0])

        assert settle(NOON + timedelta(days=3)) == 1
        assert len(told()) == 1

    def test_whoever_books_after_a_change_knows_it_already(self, make, event, move):
        make.booking(event, make.person(name="Before"))
        move(event.slots[0])
        make.booking(event, make.person(name="After"), at=NOON + timedelta(minutes=1))

        settle()

        assert told() == ["Before"]

    def test_and_is_told_of_what_came_later_only(self, make, event, move, change):
        move(event.slots[0])
        make.booking(event, make.person(name="Between"), at=NOON + timedelta(minutes=1))
        change(changes.rename, event.id, "Year 4: nines", "", at=NOON + timedelta(minutes=2))

        settle(SETTLED + timedelta(minutes=2))

        [message] = db.session.scalars(select(Message).where(Message.kind == "event_changed"))
        assert list(message.facts["known"]) == ["event"]

    def test_whoever_comes_instead_after_a_change_knows_it_already(self, make, event, move):
        booking = make.booking(event, size=2)
        move(event.slots[0])
        with transaction():
            came = places.swap(booking.places[1].id, make.guest(name="After"), by=booking.booker, at=NOON + WEEK / 7)
        assert changes.news_of(came.booking, came.person, changes.pending(event)) == []
        assert changes.news_of(came.booking, came.booking.booker, changes.pending(event)) != []

        settle(NOON + WEEK)

        assert told() == [booking.booker_name]

    def test_who_has_left_is_not_told(self, make, event, move, noon):
        booking = make.booking(event)
        move(event.slots[0])
        with transaction():
            places.cancel(booking.id, by=db.session.get_one(Person, booking.booker_id), at=noon)

        settle()

        assert told() == []

    def test_a_booker_who_does_not_come_is_told_too_and_with_two_bookings_once(self, make, event, move):
        head = make.person(name="Head")
        for _ in range(2):
            guest = make.guest(name="Guest")
            make.booking(event, head, guests=(guest,))
        move(event.slots[0])

        settle()

        assert told() == ["Guest", "Guest", "Head"]

    def test_leads_and_hosts_are_told_also_of_a_day_that_leaves_their_school(self, make, hub, move):
        school, other = make.school(), make.school()
        event = make.event(hub=hub, venue=make.venue(hub, school_urn=school.urn))
        for name, role in (
            ("Tom", {"name": "lead", "event_id": event.id}),
            ("Jo", {"name": "host", "school_urn": school.urn}),
            ("Sam", {"name": "host", "school_urn": other.urn}),
            ("Far", {"name": "host", "school_urn": make.school().urn}),
        ):
            make.role(make.person(name=name), hub_id=hub.id, **role)
        move(event.slots[0], by=timedelta(0), venue_id=make.venue(hub, school_urn=other.urn).id)

        settle()

        assert told() == ["Jo", "Sam", "Tom"]

    def test_it_can_be_sent_at_once(self, make, event, move, change):
        make.booking(event)
        move(event.slots[0])

        for _ in range(2):
            change(changes.send_now, event.id)

        assert len(told()) == 1
        assert settle() == 0

    def test_only_who_organises_sends_it(self, make, event, move, change):
        with pytest.raises(NotAllowed):
            change(changes.send_now, event.id, by=make.person())

    def test_changing_goes_on_for_an_hour_at_most(self, make, event, move):
        make.booking(event)
        for number in range(8):
            move(fresh(event).slots[0], by=timedelta(hours=1), at=NOON + timedelta(minutes=9 * number))

        [due] = {one.due_at for one in changes.pending(event)}
        assert due == NOON + timedelta(minutes=63)
        assert settle(due) == 1

    def test_a_session_that_is_about_to_begin_is_told_of_at_once(self, make, event, move):
        make.booking(event)
        soon = START - timedelta(minutes=50)

        move(event.slots[0], at=soon)

        assert settle(soon) == 1

    def test_and_no_later_than_an_hour_before_whatever_is_changed_besides(self, make, event, move, change):
        make.booking(event)
        move(event.slots[0], at=START - timedelta(minutes=65), by=timedelta(0), room="Hall 2")

        change(changes.rename, event.id, "Year 4: nines", "", at=START - timedelta(minutes=61))

        assert {one.due_at for one in changes.pending(event)} == {START - timedelta(hours=1)}

    def test_what_was_told_is_forgotten_after_thirty_days_and_what_was_not_is_kept(self, make, hub, event, move):
        other = make.event(hub=hub)
        for one in (event, other):
            make.booking(one)
        move(event.slots[0])
        settle()
        move(other.slots[0])

        with transaction():
            forgotten = changes.forget_settled(at=SETTLED + timedelta(days=30, seconds=1))

        assert (forgotten, len(changes.pending(other))) == (1, 1)

    def test_a_draft_settles_nothing(self, make, hub, move):
        event = make.event(hub=hub, published_at=None)

        move(event.slots[0])

        assert changes.pending(event) == []
        assert fresh(event).slots[0].sequence == 1

    def test_it_costs_the_same_for_one_person_and_for_thirty(self, make, hub, move, statements):
        def cost(people):
            event = make.event(hub=hub, capacity=100)
            for _ in range(people):
                make.booking(event)
            move(event.slots[0])
            statements.clear()
            settle()
            return len([one for one in statements if not one.startswith("INSERT INTO message")])

        assert cost(1) == cost(30)


class TestCallingOff:
    def test_ends_every_live_booking_and_tells_each_person_once(self, make, event, change):
        make.booking(event, make.person(name="Priya"), size=2)
        make.booking(event, make.person(name="Amina"))
        make.held(event, size=2)
        assert fresh(event).taken == 5

        change(changes.call_off, event.id, "Our guests travel home earlier")

        assert (fresh(event).taken, event.called_off_at, event.called_off_why) == (
            0,
            NOON,
            "Our guests travel home earlier",
        )
        states = db.session.scalars(select(places.Booking.state)).all()
        assert set(states) == {"cancelled"}
        assert len(told("called_off")) == 3
        assert verify.broken(at=NOON) == []

    def test_raises_the_calendar_entries_of_what_is_still_to_come(self, work_group, change):
        change(changes.call_off, work_group.id, "The lead is ill", at=START + WEEK)

        assert [slot.sequence for slot in fresh(work_group).slots] == [0, 1, 1, 1]
        assert work_group.slots[1].revised_at == START + WEEK

    def test_a_second_time_does_nothing(self, make, event, change):
        make.booking(event)

        for why in ("Snow", "Ice"):
            change(changes.call_off, event.id, why)

        assert (fresh(event).called_off_why, len(told("called_off"))) == ("Snow", 1)
        assert acts("event.called_off") == ["event.called_off"]

    def test_is_all_that_people_hear_of_what_was_settling(self, make, event, move, change):
        make.booking(event)
        move(event.slots[0])

        change(changes.call_off, event.id, "Snow")

        assert settle() == 0
        assert (told(), len(told("called_off"))) == ([], 1)

    def test_is_told_to_whoever_runs_it_but_not_to_who_did_it(self, make, hub, event, change):
        make.organiser(hub, name="Martin")
        lead = make.person(name="Tom")
        make.role(lead, "lead", hub_id=hub.id, event_id=event.id)
        make.booking(event, db.session.get_one(Person, lead.id))

        change(changes.call_off, event.id, "Snow")

        assert told("called_off") == ["Martin", "Tom"]

    def test_needs_a_reason_and_somebody_who_organises(self, make, event, change):
        with pytest.raises(BadInput, match="Say in a few words why"):
            change(changes.call_off, event.id, " ")
        with pytest.raises(NotAllowed):
            change(changes.call_off, event.id, "Snow", by=make.person())
        with pytest.raises(Over, match="cannot be called off"):
            change(changes.call_off, event.id, "Snow", at=START + WEEK)

        assert fresh(event).called_off_at is None


class TestRenaming:
    def test_moves_the_revision_of_every_session_and_no_sequence(self, work_group, change):
        change(changes.rename, work_group.id, "Teaching for mastery", "Tom Fairclough")

        assert (fresh(work_group).title, work_group.taught_by) == ("Teaching for mastery", "Tom Fairclough")
        assert {(slot.sequence, slot.revised_at) for slot in work_group.slots} == {(0, NOON)}
        assert acts("event") == ["event.renamed", "event.handed_over"]
        assert "Tom" not in str(db.session.scalars(select(AuditEntry.facts)).all())

    def test_to_nothing_is_refused(self, event, change):
        with pytest.raises(BadInput, match="Enter a title"):
            change(changes.rename, event.id, " ", "")


def test_a_session_that_was_taken_away_is_no_part_of_the_event_and_still_known(make, noon):
    event = make.event(starts=(START, START + WEEK))
    with transaction():
        event = db.session.get_one(Event, event.id)
        event.slots[0].removed_at = noon
        db.session.flush()
        db.session.expire(event)
        events.span(event)

    event = db.session.get_one(Event, event.id)
    [line] = finding.listed([event.id])

    assert [slot.starts_at for slot in event.slots] == [START + WEEK] == [event.starts_at]
    assert [slot.starts_at for slot in event.removed_slots] == [START]
    assert [slot.starts_at for slot in line.slots] == [START + WEEK]


class TestResizing:
    @pytest.fixture
    def resize(self, change):
        def act(event, capacity, most=None, extra=0, **more):
            return change(changes.resize, event.id, Room(capacity, most, extra), **more)

        return act

    def test_more_places_are_offered_at_once_in_order(self, make, hub, resize):
        event = make.event(hub=hub, capacity=2, taken=2)
        first, second, third = (make.waiting(event).id for _ in range(3))

        resize(event, 4)

        states = dict(db.session.execute(select(places.Booking.id, places.Booking.state)).all())
        assert [states[one] for one in (first, second, third)] == ["offered", "offered", "waiting"]
        assert (fresh(event).taken, event.slots[0].sequence, event.updated_at) == (4, 0, NOON)

    def test_fewer_withdraw_the_newest_offers_and_nobody_who_is_booked(self, make, hub, resize):
        event = make.event(hub=hub, capacity=2, taken=2)
        first, second = make.waiting(event).id, make.waiting(event).id
        resize(event, 4)

        resize(event, 3)

        states = dict(db.session.execute(select(places.Booking.id, places.Booking.state)).all())
        assert (states[first], states[second]) == ("offered", "waiting")
        assert len(told("offer_withdrawn")) == 1
        with pytest.raises(BadInput, match="2 places are booked") as refused:
            resize(event, 1)
        assert refused.value.field == "capacity"
        assert (fresh(event).capacity, event.taken) == (3, 3)

    def test_a_deliberate_excess_asks_why_and_is_no_capacity(self, make, hub, resize):
        event = make.event(hub=hub, capacity=2, taken=2)
        with pytest.raises(ReasonNeeded):
            resize(event, 2, extra=1)

        resize(event, 2, extra=1, why="The hall is larger than the room")
        resize(event, 2, extra=1)

        assert (fresh(event).capacity, event.extra, event.places_left) == (2, 1, 1)
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "event.resized")).one()
        assert (entry.facts["before"]["extra"], entry.facts["after"]["extra"]) == (0, 1)

    def test_a_higher_limit_for_a_school_lets_its_people_be_offered(self, make, hub, resize):
        school = make.school()
        event = make.event(hub=hub, capacity=3, max_per_school=1, taken=1)
        make.booking(event, school=school)
        waiting = make.waiting(event, school=school).id
        assert db.session.get_one(places.Booking, waiting).state == "waiting"

        resize(event, 3, most=2)

        assert db.session.get_one(places.Booking, waiting).state == "offered"

    def test_a_limit_below_what_a_school_has_is_refused(self, make, hub, resize):
        event = make.event(hub=hub)
        make.booking(event, size=3, school=make.school())

        with pytest.raises(BadInput, match="One school has 3 places already") as refused:
            resize(event, 30, most=2)

        assert refused.value.field == "max_per_school"

    @pytest.mark.parametrize(
        ("wanted", "field"), [((0, None), "capacity"), ((5, 0), "max_per_school"), ((5, None, -1), "extra")]
    )
    def test_nothing_and_less_is_refused(self, event, resize, wanted, field):
        with pytest.raises(BadInput) as refused:
            resize(event, *wanted)

        assert refused.value.field == field
        assert verify.broken(at=NOON) == []


def test_those_who_wait_hear_that_it_is_called_off_and_not_of_a_change(make, hub, change, move):
    event = make.event(hub=hub, capacity=1, taken=1)
    make.waiting(event, make.person(name="Wei"))
    move(event.slots[0])
    settle()
    assert "Wei" not in told()

    change(changes.call_off, event.id, "Snow")

    assert "Wei" in told("called_off")
    assert verify.broken(at=NOON) == []


def test_an_offer_is_told_of_a_change_and_stands(make, hub, change, move):
    event = make.event(hub=hub, capacity=1, taken=1)
    offered = make.waiting(event, make.person(name="Wei"))
    change(changes.resize, event.id, Room(2, None))
    move(fresh(event).slots[0])

    settle()

    assert "Wei" in told()
    assert db.session.get_one(places.Booking, offered.id).state == "offered"


class TestOffersAfterAMove:
    """The end of offers follows the first start; no open offer outlives it, and what is free is offered again."""

    def offered(self, make, event):
        booker = make.person()
        with transaction():
            key = places.new_form_key()
            return places.join(event.id, make.party(booker), key=key, by=booker, at=NOON).id

    def test_an_offer_ends_with_the_offers_of_an_event_that_comes_sooner(self, make, hub, ruth, move):
        event = make.event(hub=hub, capacity=1, offers_end_at=NOON + timedelta(days=10))
        number = self.offered(make, event)
        assert db.session.get_one(Booking, number).offer_ends_at == NOON + timedelta(days=2)

        move(event.slots[0], by=-timedelta(days=9), at=NOON)

        offer, moved = db.session.get_one(Booking, number), fresh(event)
        assert offer.offer_ends_at == moved.offers_end_at == NOON + timedelta(days=1)
        told = select(Message).where(Message.kind == "place_offered").order_by(Message.id.desc())
        assert db.session.scalars(told).first().expires_at == moved.offers_end_at
        noted = select(AuditEntry.actor_id).where(AuditEntry.act == "booking.offer_shortened")
        assert db.session.scalars(noted).all() == [ruth.id]
        assert verify.broken(at=NOON) == []

    def test_a_place_is_offered_again_where_offers_go_on_for_longer(self, make, hub, move):
        event = make.event(hub=hub, capacity=1, offers_end_at=NOON + timedelta(hours=1))
        number = self.offered(make, event)
        assert db.session.get_one(Booking, number).state == "waiting"  # an hour is too short for an answer

        move(event.slots[0], at=NOON)

        assert db.session.get_one(Booking, number).state == "offered"


def test_an_offer_beyond_the_capacity_is_withdrawn_where_the_excess_goes(make, hub, ruth, change):
    event = make.event(hub=hub, capacity=1, taken=1)
    booker = make.person()
    with transaction():
        waiting = places.join(event.id, make.party(booker), key=places.new_form_key(), by=booker, at=NOON)
    change(places.offer_out_of_turn, waiting.id, reason="She asked on the phone")
    assert fresh(event).extra == 1

    change(changes.resize, event.id, Room(1, None))

    assert (fresh(event).taken, fresh(event).extra) == (1, 0)
    assert db.session.get_one(Booking, waiting.id).state == "waiting"
