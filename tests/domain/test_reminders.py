"""Reminders: when they are due, whom they reach, and that each is promised once, whatever the clock and workers do."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from booking.db import db, transaction
from booking.domain import places, reminders
from booking.domain.errors import BadInput, NotAllowed, NotFound
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.reminders import Before, Reminder
from booking.domain.reminders.moments import awake
from tests.make import NOON, START

WEEK = Before(days=7, clock=time(9))
DAY = Before(days=1, clock=time(9))
LONDON, SHANGHAI = "Europe/London", "Asia/Shanghai"


@pytest.fixture
def url(either_url):
    return either_url


def promise(at: datetime) -> int:
    with transaction():
        return reminders.promise_due(at=at)


def mails() -> list[Message]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Message).where(Message.kind == "reminder").order_by(Message.id)))


def send_all() -> None:
    with transaction():
        db.session.execute(update(Message).values(state="sent"))


def reminded(message: Message, at: datetime) -> list[tuple[int, list[int]]]:
    return [(one.event.id, [slot.id for slot in one.slots]) for one in reminders.of_message(message.id, at=at)]


def move(slot: Slot, starts_at: datetime, *, at: datetime) -> None:
    with transaction():
        moved = db.session.get_one(Slot, slot.id)
        moved.starts_at, moved.ends_at = starts_at, starts_at + timedelta(hours=2)
        moved.sequence, moved.revised_at = moved.sequence + 1, at
        db.session.get_one(Event, moved.event_id).starts_at = starts_at


class TestWhenItIsDue:
    @pytest.mark.parametrize(
        ("before", "starts_at", "zone", "due"),
        [
            (WEEK, "2027-03-16 13:30", LONDON, "2027-03-09 09:00"),
            # The clocks go forward on 28 March 2027: nine is nine, and 24 hours are 24 hours.
            (DAY, "2027-03-29 13:30", LONDON, "2027-03-28 08:00"),
            (WEEK, "2027-03-30 13:30", LONDON, "2027-03-23 09:00"),
            (Before(hours=24), "2027-03-28 12:30", LONDON, "2027-03-27 12:30"),
            # They go back on 31 October 2027.
            (DAY, "2027-11-01 13:30", LONDON, "2027-10-31 09:00"),
            (WEEK, "2027-11-01 13:30", LONDON, "2027-10-25 08:00"),
            (Before(hours=24), "2027-10-31 13:30", LONDON, "2027-10-30 13:30"),
            (DAY, "2028-03-01 13:30", LONDON, "2028-02-29 09:00"),
            (WEEK, "2028-01-04 13:30", LONDON, "2027-12-28 09:00"),
            (DAY, "2027-03-16 01:00", SHANGHAI, "2027-03-15 01:00"),
        ],
    )
    def test_days_go_by_the_clocks_of_the_venue_and_hours_are_a_duration(self, before, starts_at, zone, due):
        at, expected = (datetime.fromisoformat(f"{text}+00:00") for text in (starts_at, due))

        assert before.due(at, zone) == expected

    @given(
        st.dates(date(2026, 1, 1), date(2032, 12, 31)),
        st.times(time(7), time(20, 59)),
        st.integers(1, 60),
        st.sampled_from([LONDON, SHANGHAI, "America/New_York"]),
    )
    def test_whatever_the_day_it_is_that_time_there_so_many_days_before(self, day, clock, days, zone):
        starts_at = datetime.combine(day, time(13, 30), UTC)
        clock = clock.replace(second=0, microsecond=0, tzinfo=None)

        due = Before(days=days, clock=clock).due(starts_at, zone).astimezone(ZoneInfo(zone))

        assert due.time() == clock
        assert (starts_at.astimezone(ZoneInfo(zone)).date() - due.date()).days == days

    @pytest.mark.parametrize(
        ("instant", "starts_at", "zone", "moment"),
        [
            ("2027-03-15 07:00", "2027-03-16 07:00", LONDON, "2027-03-15 07:00"),
            ("2027-03-15 20:59", "2027-03-16 20:59", LONDON, "2027-03-15 20:59"),
            ("2027-03-15 21:00", "2027-03-16 21:00", LONDON, "2027-03-16 07:00"),
            ("2027-03-15 06:59", "2027-03-16 06:59", LONDON, "2027-03-15 07:00"),
            ("2027-03-16 05:30", "2027-03-16 07:30", LONDON, "2027-03-15 20:00"),
            ("2027-03-15 22:30", "2027-03-16 00:30", LONDON, "2027-03-15 20:00"),
            ("2027-03-15 13:30", "2027-03-16 13:30", SHANGHAI, "2027-03-15 23:00"),
        ],
    )
    def test_at_night_it_waits_for_the_morning_or_comes_the_evening_before(self, instant, starts_at, zone, moment):
        asked, starts, expected = (datetime.fromisoformat(f"{text}+00:00") for text in (instant, starts_at, moment))

        assert awake(asked, starts, zone) == expected

    @given(
        st.datetimes(datetime(2027, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
        st.integers(1, 72),
        st.sampled_from([LONDON, SHANGHAI, "America/New_York"]),
    )
    def test_whatever_the_hour_it_comes_to_somebody_awake_and_before_the_start(self, starts_at, hours, zone):
        moment = awake(starts_at - timedelta(hours=hours), starts_at, zone)

        assert time(7) <= moment.astimezone(ZoneInfo(zone)).time() < time(21)
        assert moment < starts_at


class TestPromising:
    def test_everybody_who_has_a_place_is_reminded_once_however_often_the_clock_knocks(self, make):
        make.booking(make.event(), size=3)
        due = datetime(2027, 3, 9, 9, tzinfo=UTC)

        counts = [promise(due + timedelta(minutes=minute)) for minute in (0, 1, 2)]

        assert counts == [3, 0, 0]
        assert [(message.due_at, message.urgency) for message in mails()] == [(due, 3)] * 3

    def test_it_is_promised_on_its_day_and_goes_at_its_time(self, make):
        make.booking(make.event())

        assert promise(datetime(2027, 3, 8, 23, 59, tzinfo=UTC)) == 0
        assert promise(datetime(2027, 3, 9, 0, 0, tzinfo=UTC)) == 1
        assert mails()[0].due_at == datetime(2027, 3, 9, 9, tzinfo=UTC)

    def test_downtime_delays_it_and_never_loses_it_until_the_session_starts(self, make):
        make.booking(make.event())

        assert promise(START - timedelta(minutes=1)) == 2
        assert [message.due_at for message in mails()] == [START - timedelta(minutes=1)]

    def test_after_the_start_nothing_is_promised(self, make):
        make.booking(make.event())

        assert promise(START) == 0

    @pytest.mark.parametrize(
        "given",
        [{"published_at": None, "called_off_at": NOON}, {"called_off_at": NOON}, {"starts": (None,)}],
        ids=["draft", "called off", "date to be confirmed"],
    )
    def test_drafts_what_was_called_off_and_what_has_no_date_remind_nobody(self, make, given):
        event = make.event()
        make.booking(event)
        with transaction():
            found = db.session.get_one(Event, event.id)
            for name, value in given.items():
                if name == "starts":
                    found.slots[0].starts_at = found.slots[0].ends_at = found.starts_at = found.ends_at = None
                else:
                    setattr(found, name, value)

        assert promise(START - timedelta(hours=1)) == 0

    def test_only_confirmed_places_that_are_not_given_up_are_reminded(self, make):
        event = make.event()
        booking = make.booking(event, size=2)
        make.held(event)
        with transaction():
            places.release(booking.places[1].id, by=booking.booker, at=NOON)

        assert promise(START - timedelta(days=7)) == 1

    def test_who_books_inside_its_window_has_the_facts_and_gets_no_reminder_the_same_hour(self, make):
        event, due = make.event(), datetime(2027, 3, 9, 9, tzinfo=UTC)
        early, late, later = (make.person() for _ in range(3))
        make.booking(event, early, at=due - timedelta(hours=1))
        make.booking(event, late, at=due - timedelta(minutes=59))
        make.booking(event, later, at=due + timedelta(days=2))

        assert promise(due + timedelta(days=2)) == 1
        assert [message.person_id for message in mails()] == [early.id]

    def test_whoever_comes_instead_has_the_facts_too_and_is_reminded_of_what_is_due_later(self, make):
        event, due = make.event(), datetime(2027, 3, 9, 9, tzinfo=UTC)
        booking = make.booking(event, size=2)
        promise(due)
        send_all()
        with transaction():
            place = places.swap(booking.places[1].id, make.guest(), by=booking.booker, at=due + timedelta(days=2))
        number, plan = place.person_id, reminders.plan(db.session.get_one(Event, event.id), at=due)

        promise(due + timedelta(days=2))
        assert [message.person_id for message in mails() if message.person_id == number] == []
        promise(START - timedelta(days=1))
        assert [message.person_id for message in mails() if message.person_id == number] == [number]
        assert [one.lines[0].people for one in plan] == [2, 2]

    def test_somebody_far_away_is_reminded_when_awake(self, make):
        make.booking(make.event(), make.person(zone=SHANGHAI))

        promise(datetime(2027, 3, 9, 9, tzinfo=UTC))

        assert [message.due_at for message in mails()] == [datetime(2027, 3, 9, 9, tzinfo=UTC)]
        with transaction():
            db.session.add(reminders.ReminderTime(event_id=1, hours=22, set_at=NOON))
            db.session.get_one(Event, 1).reminders_set_at = NOON
        send_all()
        promise(datetime(2027, 3, 15, 16, tzinfo=UTC))
        assert mails()[-1].due_at == datetime(2027, 3, 15, 23, tzinfo=UTC)

    def test_somebody_whose_address_is_refused_is_left_out_until_it_is_reached_again(self, make):
        person = make.person(unreachable_at=NOON)
        make.booking(make.event(), person)

        assert promise(START - timedelta(days=7)) == 0
        with transaction():
            db.session.get_one(Person, person.id).unreachable_at = None
        assert promise(START - timedelta(days=6)) == 1

    def test_one_mail_gathers_a_persons_reminders_of_a_day(self, make):
        priya = make.person()
        lesson, group = make.event(), make.event(kind="work_group", starts=(START, START + timedelta(hours=3)))
        make.booking(lesson, priya)
        make.booking(group, priya)
        day = datetime(2027, 3, 15, 0, 1, tzinfo=UTC)

        assert promise(day) == 3 + 3  # of today, and those of a week before that were missed

        [message] = mails()
        assert message.due_at == day.replace(hour=7, minute=0)
        assert reminded(message, day) == [(lesson.id, [1]), (group.id, [2, 3])]
        assert (message.event_id, message.hub_id) == (None, None)

    def test_what_is_booked_on_the_day_goes_with_the_mail_that_still_waits(self, make):
        priya, due = make.person(), datetime(2027, 3, 9, 9, tzinfo=UTC)
        make.booking(make.event(), priya)
        promise(due.replace(hour=1))
        make.booking(make.event(), priya, at=due.replace(hour=7))

        assert promise(due.replace(hour=7, minute=1)) == 1

        [message] = mails()
        assert len(reminded(message, due)) == 2

    def test_a_session_that_moves_is_reminded_of_anew(self, make):
        event = make.event()
        make.booking(event)
        promise(START - timedelta(days=7))
        send_all()
        later = START + timedelta(days=14)
        move(event.slots[0], later, at=START - timedelta(days=6))

        assert promise(START - timedelta(days=1)) == 0
        assert promise(later - timedelta(days=7)) == 1
        assert reminded(mails()[0], NOON) == []
        assert reminded(mails()[1], NOON) == [(event.id, [event.slots[0].id])]

    def test_one_that_moves_by_an_hour_is_not_reminded_of_twice_the_same_week(self, make):
        event = make.event()
        make.booking(event)
        promise(START - timedelta(days=7))
        move(event.slots[0], START + timedelta(hours=1), at=START - timedelta(days=3))

        assert promise(START - timedelta(days=2)) == 0
        assert promise(START - timedelta(days=1)) == 1

    def test_two_workers_promise_each_reminder_once(self, app, make):
        for _ in range(5):
            make.booking(make.event(), size=4)
        barrier, counts = threading.Barrier(3), []

        def work():
            with app.app_context():
                barrier.wait(20)
                counts.append(promise(START - timedelta(days=7)))
                db.session.remove()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)

        assert (sum(counts), len(mails())) == (20, 20)
        assert db.session.scalars(select(Reminder).where(Reminder.message_id.is_(None))).all() == []

    def test_what_is_late_is_missed_until_it_can_help_nobody(self, make):
        make.booking(make.event())
        half_an_hour = timedelta(minutes=30)

        def missing(at: datetime) -> list[str]:
            return [kind for _, kind, _ in reminders.missing(at=at, late=half_an_hour)]

        day_before = datetime(2027, 3, 15, 9, tzinfo=UTC)
        assert "1d0900" not in missing(day_before + timedelta(minutes=29))
        assert "1d0900" in missing(day_before + half_an_hour)
        assert missing(START) == []  # nobody is reminded of what has begun: no worker could mend it

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_costs_the_same_for_one_event_and_for_thirty(self, make, statements, number):
        for _ in range(number):
            make.booking(make.event())
        statements.clear()

        assert promise(START - timedelta(days=7)) == number
        assert len(statements) == (9 if db.engine.dialect.name == "postgresql" else 8)


class TestWhenItIsSent:
    @pytest.fixture
    def booking(self, make):
        booking = make.booking(make.event(), size=2)
        promise(START - timedelta(days=1))
        return booking

    def test_it_tells_of_what_is_still_true(self, booking):
        first, second = mails()
        assert reminded(first, START - timedelta(minutes=1)) == [(booking.event_id, [1])]

        with transaction():
            places.release(booking.places[1].id, by=booking.booker, at=NOON)

        assert [bool(reminded(one, NOON)) for one in (first, second)] == [True, False]

    def test_nothing_is_told_of_what_has_begun(self, booking):
        assert reminded(mails()[0], START) == []

    def test_whoever_comes_instead_is_not_told_by_somebody_elses_mail(self, booking):
        with transaction():
            places.swap(booking.places[1].id, places.Guest("Ann", "ann@school.example"), by=booking.booker, at=NOON)

        assert reminded(mails()[1], NOON) == []


class TestWhatTheOrganiserSays:
    @pytest.fixture
    def hub(self, make):
        return make.hub()

    @pytest.fixture
    def ruth(self, make, hub):
        return make.organiser(hub)

    @pytest.fixture
    def event(self, make, hub):
        return make.event(hub=hub)

    def times(self, event):
        db.session.rollback()
        db.session.expire_all()
        return [one.before.key for one in reminders.of_event(db.session.get_one(Event, event.id))]

    def test_each_kind_has_its_usual_times(self, make):
        found = {kind: self.times(make.event(kind=kind)) for kind in reminders.USUAL}

        assert found == {
            "showcase": ["7d0900", "1d0900"],
            "exchange_visit": ["14d0900", "1d0900"],
            "work_group": ["7d0900", "1d1530"],
        }

    def test_times_are_added_taken_away_and_made_usual_again(self, event, ruth):
        with transaction():
            reminders.add(event.id, Before(hours=3), by=ruth, at=NOON)
        assert self.times(event) == ["7d0900", "1d0900", "3h"]
        with transaction():
            reminders.take_away(event.id, "7d0900", by=ruth, at=NOON)
        assert self.times(event) == ["1d0900", "3h"]
        with transaction():
            reminders.as_usual(event.id, by=ruth, at=NOON)
        assert self.times(event) == ["7d0900", "1d0900"]

    def test_without_any_time_nobody_is_reminded(self, make, event, ruth):
        make.booking(event)
        for key in ("7d0900", "1d0900"):
            with transaction():
                reminders.take_away(event.id, key, by=ruth, at=NOON)

        assert (self.times(event), promise(START - timedelta(hours=1))) == ([], 0)

    def test_a_time_that_is_set_after_its_moment_reminds_nobody_of_what_is_past(self, make, event, ruth):
        make.booking(event)
        with transaction():
            reminders.add(event.id, Before(days=10, clock=time(9)), by=ruth, at=START - timedelta(days=9))

        assert promise(START - timedelta(days=8)) == 0

    @pytest.mark.parametrize(
        "before",
        [Before(), Before(hours=73), Before(days=61, clock=time(9)), Before(days=1, clock=time(6, 59)), WEEK],
        ids=["none", "too many hours", "too many days", "at night", "there already"],
    )
    def test_times_that_help_nobody_are_refused(self, event, ruth, before):
        with pytest.raises(BadInput), transaction():
            reminders.add(event.id, before, by=ruth, at=NOON)

        assert self.times(event) == ["7d0900", "1d0900"]

    def test_five_are_enough(self, event, ruth):
        for hours in (1, 2, 3):
            with transaction():
                reminders.add(event.id, Before(hours=hours), by=ruth, at=NOON)

        with pytest.raises(BadInput), transaction():
            reminders.add(event.id, Before(hours=4), by=ruth, at=NOON)

    def test_another_hubs_organiser_changes_nothing(self, make, event):
        stranger = make.organiser(make.hub())
        for verb in (
            lambda: reminders.add(event.id, Before(hours=3), by=stranger, at=NOON),
            lambda: reminders.take_away(event.id, "7d0900", by=stranger, at=NOON),
            lambda: reminders.as_usual(event.id, by=stranger, at=NOON),
        ):
            with pytest.raises(NotAllowed), transaction():
                verb()

        assert self.times(event) == ["7d0900", "1d0900"]

    def test_what_is_not_set_cannot_be_taken_away(self, event, ruth):
        with pytest.raises(NotFound), transaction():
            reminders.take_away(event.id, "24h", by=ruth, at=NOON)

    def test_the_plan_says_real_dates_and_how_many_people(self, make, event):
        make.booking(event, size=2)
        make.booking(event, at=START - timedelta(days=4, minutes=1))
        promise(START - timedelta(days=7))

        first, second = reminders.plan(db.session.get_one(Event, event.id), at=START - timedelta(days=4))

        assert [(line.people, line.is_sent, line.due_at) for line in first.lines] == [
            (2, True, datetime(2027, 3, 9, 9, tzinfo=UTC))
        ]
        assert [(line.people, line.is_sent) for line in second.lines] == [(3, False)]
