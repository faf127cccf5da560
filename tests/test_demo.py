"""The demo's data: a year that could be real, on whichever day somebody looks at it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from booking import create_app
from booking.db import db, transaction
from booking.demo import loading, neighbourhood, people, school_days
from booking.domain import changes, verify
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Hub, Person
from booking.domain.schools import School
from tests.conftest import settings_for

DAYS = [
    datetime(2026, 9, 1, 8, tzinfo=UTC),
    datetime(2026, 12, 23, 23, 30, tzinfo=UTC),
    datetime(2027, 2, 17, 12, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2027, 7, 20, 15, tzinfo=UTC),
    datetime(2028, 2, 29, 9, tzinfo=UTC),
]


def load(at: datetime) -> None:
    with transaction():
        loading.load(at=at)


@pytest.fixture(params=DAYS, ids=lambda at: f"{at:%Y-%m-%d}")
def today(request, app, the_clock):
    the_clock.at = request.param
    load(the_clock.at)
    return the_clock.at


def number(of) -> int:
    return db.session.scalar(select(func.count()).select_from(of)) or 0


def test_any_day_makes_a_year_that_keeps_every_rule(today, client):
    assert verify.broken(at=today) == []
    assert (number(Hub), number(School), number(Event)) == (6, 120, 59)
    assert number(Person) >= 250
    closed = db.session.scalars(select(School).where(School.is_closed)).all()
    assert len(closed) == 6
    assert [db.session.get(School, school.family_urn).formerly for school in closed] == [one.name for one in closed]
    names = Counter(db.session.scalars(select(School.name)))
    assert {name: times for name, times in names.items() if times > 1} == dict.fromkeys(neighbourhood.EVERYWHERE, 6)
    assert {tuple(row) for row in db.session.execute(select(Message.kind, Message.state))} <= {
        ("reminder", "sent"),
        ("reminder", "due"),
    }

    assert [len(changes.pending(event)) for event in db.session.scalars(select(Event)) if changes.pending(event)] == [1]

    events = db.session.scalars(select(Event)).all()
    assert sum(event.is_full for event in events) >= 3
    assert sum(event.is_called_off for event in events) == 1
    assert sum(event.is_opening_later(today) for event in events) == 3
    assert any(0 < event.places_left <= 2 for event in events)
    assert any(event.is_closed(today) and not event.has_begun(today) for event in events)
    assert any(event.has_open_dates for event in events)
    assert any(event.is_past(today) for event in events)
    assert {len(event.slots) for event in events} == {1, 6}
    assert client.get("/").status_code == 200
    assert {client.get(f"/events/{event.id}").status_code for event in events[::6]} <= {200, 410}


def test_nothing_is_on_a_day_on_which_schools_are_closed(today):
    starts = db.session.scalars(select(Slot.starts_at).where(Slot.starts_at.is_not(None))).all()

    assert starts
    assert [at for at in starts if not school_days.is_open(at.astimezone(school_days.LONDON).date())] == []


@pytest.mark.postgres
class TestOnPostgres:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_it_loads_there_too(self, app):
        load(DAYS[2])

        assert verify.broken(at=DAYS[2]) == []


class TestTheCommands:
    @pytest.fixture
    def settings(self, url):
        return settings_for(url, mode="demo")

    def test_a_second_time_changes_nothing(self, app):
        run = app.test_cli_runner().invoke
        assert run(args=["demo", "load"]).output.startswith("Loaded 6 hubs, 120 schools")
        before = number(Person)

        assert "Nothing was changed" in run(args=["demo", "load"]).output
        assert number(Person) == before

    def test_it_says_who_can_be_signed_in_as_and_they_are_there(self, app):
        run = app.test_cli_runner().invoke
        run(args=["demo", "load"])

        said = run(args=["demo", "people"]).output

        for known in people.NAMED:
            assert known.email in said
            assert db.session.scalar(select(Person.name).where(Person.email == known.email)) == known.name


def test_an_installation_in_use_takes_no_invented_people(sqlite_url):
    given = {"mode": "production", "mail_from": "a@b.example", "contact_email": "a@b.example"}
    app = create_app(settings_for(sqlite_url, base_url="https://events.example", **given))
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 1
        assert number(Hub) == 0
        db.session.remove()
        db.engine.dispose()
