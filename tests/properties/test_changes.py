"""Whatever is changed, in whatever order: calendar entries only go forward, and nobody gets two mails at once."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from booking import create_app
from booking.db import db, transaction
from booking.domain import changes, places, verify
from booking.domain.changes import Plan
from booking.domain.errors import Refused
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Person
from tests.conftest import settings_for
from tests.make import NOON, START, Make

DAYS = st.sampled_from([-2, -1, 1, 1, 2, 7])
SLOTS = st.integers(0, 3)
MINUTES = st.sampled_from([1, 4, 9, 10, 11, 45])


class Machine(RuleBasedStateMachine):
    """A Work Group of three sessions, with people who come and go while it is changed."""

    url = ""

    @initialize()
    def open_the_door(self) -> None:
        self.folder = tempfile.mkdtemp() if self.url.startswith("sqlite") else ""
        self.app = create_app(settings_for(self.fresh(self.folder)))
        self.context = self.app.app_context()
        self.context.push()
        self.make, self.at = Make(), NOON
        hub = self.make.hub()
        self.ruth = self.make.organiser(hub).id
        starts = tuple(START + timedelta(days=3 * number) for number in range(3))
        self.event = self.make.event(hub=hub, kind="work_group", starts=starts, capacity=9).id
        self.sequences: dict[int, int] = {}
        self.mails: dict[int, int] = {}
        self.bookings: list[int] = []
        self.settlings = 0

    def fresh(self, folder: str) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        if not hasattr(self, "context"):
            return
        db.session.rollback()
        found = verify.broken(at=NOON)
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert found == []

    @rule(number=SLOTS, days=DAYS)
    def move(self, number: int, days: int) -> None:
        shift = timedelta(days=days)
        self.change(
            number,
            lambda plan: (
                replace(plan, starts_at=plan.starts_at + shift, ends_at=plan.ends_at + shift)
                if plan.starts_at and plan.ends_at
                else replace(plan, starts_at=START + shift, ends_at=START + shift + timedelta(hours=2))
            ),
        )

    @rule(number=SLOTS)
    def take_the_date_back(self, number: int) -> None:
        self.change(number, lambda plan: replace(plan, starts_at=None, ends_at=None, expected="Summer"))

    @rule(number=SLOTS, room=st.sampled_from(["", "The hall", "Room 4"]))
    def move_to_a_room(self, number: int, room: str) -> None:
        self.change(number, lambda plan: replace(plan, room=room))

    @rule(day=st.integers(20, 40))
    def add(self, day: int) -> None:
        starts = START + timedelta(days=day)
        plan = Plan(f"Session of day {day}", starts, starts + timedelta(hours=2))
        self.act(lambda by: changes.add_slot(self.event, plan, by=by, at=self.at))

    @rule(number=SLOTS)
    def take_away(self, number: int) -> None:
        slot = self.slot(number)
        self.act(lambda by: changes.remove_slot(slot, by=by, at=self.at))

    @rule(title=st.sampled_from(["Mastery", "Mastery, first year"]))
    def rename(self, title: str) -> None:
        self.act(lambda by: changes.rename(self.event, title, "", by=by, at=self.at))

    @rule()
    def somebody_books(self) -> None:
        with suppress(Refused):
            self.bookings.append(self.make.booking(db.session.get_one(Event, self.event), at=self.at).id)

    @rule(number=st.integers(0, 5))
    def somebody_cancels(self, number: int) -> None:
        if number < len(self.bookings):
            self.act(lambda by: places.cancel(self.bookings[number], by=by, at=self.at, reason="Ofsted rang"))

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule()
    def the_timer_knocks(self) -> None:
        with transaction():
            self.settlings += changes.tell_due(at=self.at)

    @rule()
    def the_organiser_sends_it(self) -> None:
        db.session.rollback()
        self.settlings += bool(changes.pending(db.session.get_one(Event, self.event)))
        self.act(lambda by: changes.send_now(self.event, by=by, at=self.at))

    @invariant()
    def calendar_entries_only_go_forward(self) -> None:
        if not hasattr(self, "app"):
            return
        db.session.rollback()
        found = {row.id: row.sequence for row in db.session.execute(select(Slot.id, Slot.sequence))}
        assert all(found[number] >= before for number, before in self.sequences.items())
        self.sequences = found

    @invariant()
    def nobody_gets_two_mails_of_one_settling(self) -> None:
        if not hasattr(self, "app"):
            return
        count = select(Message.person_id, func.count().label("mails")).where(Message.kind == "event_changed")
        found = {row.person_id: row.mails for row in db.session.execute(count.group_by(Message.person_id))}
        assert all(number - self.mails.get(person, 0) <= self.settlings for person, number in found.items())
        self.mails, self.settlings = found, 0

    def change(self, number: int, plan) -> None:
        slot = self.slot(number)

        def act(by: Person) -> None:
            changes.change_slot(slot, plan(Plan.of(db.session.get_one(Slot, slot))), by=by, at=self.at)

        self.act(act)

    def slot(self, number: int) -> int:
        db.session.rollback()
        ids = db.session.scalars(select(Slot.id).order_by(Slot.id)).all()
        return ids[number % len(ids)]

    def act(self, verb) -> None:
        with suppress(Refused), transaction():
            verb(db.session.get_one(Person, self.ruth))


def play(machine: type[Machine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_any_order_of_changes_keeps_calendars_and_people_right_on_sqlite(empty_sqlite: bytes) -> None:
    class OnSqlite(Machine):
        url = "sqlite"

        def fresh(self, folder: str) -> str:
            (Path(folder) / "it.sqlite").write_bytes(empty_sqlite)
            return f"sqlite:///{folder}/it.sqlite"

    play(OnSqlite, 40)


@pytest.mark.postgres
def test_any_order_of_changes_keeps_calendars_and_people_right_on_postgresql(cluster, template: str) -> None:
    class OnPostgres(Machine):
        url = "postgresql"
        number = 0

        def fresh(self, folder: str) -> str:
            OnPostgres.number += 1
            return str(cluster.create_database(f"changes_{OnPostgres.number}", template=template))

        def teardown(self) -> None:
            super().teardown()
            cluster.drop_database(f"changes_{OnPostgres.number}")

    play(OnPostgres, 12)
