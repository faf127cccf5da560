"""A real `flask worker` process: keeps the timetable, and finishes what it has claimed when told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking import clock
from booking.db import db, transaction
from booking.domain import places, workers
from booking.domain.messages import Message, MessageState
from booking.domain.people import Person
from booking.domain.places import Booking, State
from booking.jobs import TIMETABLE, Worker, name_of
from tests.conftest import SECRET, settings_for
from tests.jobs.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(url, relay):
    return settings_for(url, smtp_url=relay.url)


@pytest.fixture
def the_clock():
    """The machine's own: another process keeps time here."""
    return None


def start(url, relay, *more):
    given = {
        "MODE": "test",
        "DATABASE_URL": url,
        "BASE_URL": "http://localhost",
        "SECRET_KEY": SECRET,
        "SMTP_URL": relay.url,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *more]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stderr=subprocess.PIPE, text=True)


def count(state):
    return db.session.scalar(select(func.count()).where(Message.state == state))


def test_a_worker_posts_lapses_is_seen_and_leaves_when_told(make, url, relay):
    now = clock.now()
    event = make.event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1))
    make.booking(event, at=now)
    held = make.held(event, at=now - timedelta(minutes=15)).id
    process = start(url, relay)

    wait_until(lambda: count(MessageState.SENT) == 1 and db.session.get(Booking, held).state == State.LAPSED)
    wait_until(lambda: workers.is_any_alive(at=clock.now()))
    process.send_signal(signal.SIGTERM)
    _, printed = process.communicate(timeout=20)
    db.session.rollback()

    assert (process.returncode, len(relay.received)) == (0, 1)
    assert not workers.is_any_alive(at=clock.now())
    assert "has stopped" in printed
    assert "@school.example" not in printed


def test_told_to_stop_it_finishes_the_batch_that_it_has_claimed(make, url, relay):
    now = clock.now()
    event = make.event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1), capacity=100)
    for _ in range(4):
        make.booking(event, size=20, at=now)
    process = start(url, relay)

    wait_until(lambda: len(relay.received) > 5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    db.session.rollback()

    leased = db.session.scalar(select(func.count()).where(Message.lease_token.is_not(None)))
    assert (process.returncode, leased) == (0, 0)
    assert len(relay.received) == count(MessageState.SENT)


def test_once_does_one_round_and_ends(make, url, relay):
    now = clock.now()
    make.booking(make.event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1)), at=now)

    process = start(url, relay, "--once")
    process.communicate(timeout=30)

    assert (process.returncode, len(relay.received)) == (0, 1)


def test_a_job_that_fails_stops_nothing(app, make, relay, monkeypatch, caplog):
    def broken(*, at):
        raise ZeroDivisionError(at)

    monkeypatch.setattr("booking.jobs.TIMETABLE", [(broken, timedelta(seconds=1)), *TIMETABLE])
    now = clock.now()
    make.booking(make.event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1)), at=now)

    Worker(app).once()

    assert len(relay.received) == 1
    assert "broken failed; it is tried again" in caplog.text
    jobs = workers.jobs()
    assert (jobs["tests.broken"].fault, jobs["tests.broken"].is_failing) == ("ZeroDivisionError", True)
    assert jobs["post"].did_at is not None
    assert {name_of(verb) for verb, _ in TIMETABLE} < set(jobs)


class TestPeopleWhomNothingConcernsAnyMore:
    """Forgotten after as many months as the installation says, by the worker, as the privacy page promises."""

    @pytest.fixture
    def settings(self, url, relay, request):
        return settings_for(url, smtp_url=relay.url, people_kept_months=request.param)

    @pytest.fixture
    def known(self, make):
        """Two people from three and a half years ago, and one from a month ago."""
        long_ago = clock.now() - timedelta(days=1280)
        old = [make.person(first_seen_at=long_ago), make.person(first_seen_at=long_ago)]
        return [one.id for one in [*old, make.person(first_seen_at=clock.now() - timedelta(days=30))]]

    def forgotten(self, app, known):
        Worker(app).once()
        db.session.rollback()
        return [db.session.get_one(Person, number).erased_at is not None for number in known]

    @pytest.mark.parametrize("settings", [36], indirect=True)
    def test_are_forgotten(self, app, client, known):
        assert self.forgotten(app, known) == [True, True, False]
        assert "for 36 months" in client.get("/privacy").text
        assert workers.jobs()["erasing.erase_unused"].did_at

    @pytest.mark.parametrize("settings", [0], indirect=True)
    def test_are_kept_where_nobody_asked_and_no_page_says_otherwise(self, app, client, known):
        assert self.forgotten(app, known) == [False, False, False]
        assert "or been at an event" not in client.get("/privacy").text


def test_every_verb_of_the_timetable_may_run_twice(make, noon):
    make.held(make.event(), size=2)
    for verb, _ in TIMETABLE:
        for _ in range(2):
            with transaction():
                verb(at=noon + timedelta(days=60))

    with transaction():
        assert [verb(at=noon + timedelta(days=60)) for verb, _ in TIMETABLE] == [0] * len(TIMETABLE)
    assert places.HOLD
