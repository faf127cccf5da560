"""Real processes, and a database that goes away under them: they answer in words, and go on when it is back."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select

from benchmarks.server import Visitor, running
from booking import clock, create_app
from booking.db import create_tables, db
from booking.domain import verify
from booking.domain.events import Event
from tests.conftest import settings_for
from tests.jobs.test_worker import start
from tests.make import Make
from tests.postgres import Cluster, Missing
from tests.web.reading import fields

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TYPED = {"name": "Priya Nair", "unlisted": "y", "coming": "y"}


@pytest.fixture
def the_clock():
    """The machine's own: other processes keep time here."""


@pytest.fixture
def server_of_databases():
    """A PostgreSQL of this test alone, for it is killed."""
    try:
        one = Cluster(durable=True)
    except Missing as missing:
        pytest.skip(str(missing))
    yield one
    one.close()


@pytest.fixture
def url(server_of_databases):
    url = server_of_databases.create_database("booking")
    app = create_app(settings_for(url))
    with app.app_context():
        create_tables()
        db.session.remove()
        db.engine.dispose()
    return url


@pytest.fixture
def event_id(app):
    now = clock.now()
    return Make().event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1)).id


def form(visitor: Visitor, event_id: int, number: int) -> dict[str, str]:
    page = visitor.get(f"/events/{event_id}/bookings/new")
    return fields(page) | TYPED | {"email": f"teacher{number}@school.example"}


def until(question, seconds: float = 30) -> None:
    latest = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < latest, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def working(url, relay):
    """A worker for as long as this lasts, told to stop at the end."""
    process = start(url, relay)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_a_server_of_databases_that_is_killed_and_started_again(url, server_of_databases, event_id, relay):
    with working(url, relay) as worker, running("wsgi", workers=1, threads=4, DATABASE_URL=url) as web:
        visitor, address = web.visitor(), f"/events/{event_id}/bookings"
        assert visitor.post(address, form(visitor, event_id, 1)).status == 303
        until(lambda: len(relay.received) == 1)
        typed = form(visitor, event_id, 2)

        server_of_databases.signal(signal.SIGKILL)
        away = [visitor.post(address, typed), visitor.get("/readyz"), visitor.get("/healthz")]
        server_of_databases.start_again()
        until(lambda: visitor.get("/").status == 200)
        again = visitor.post(address, fields(away[0]))

        assert [answer.status for answer in away] == [503, 503, 200]
        assert away[0].headers["Retry-After"] == "60"
        assert again.status == 303
        until(lambda: len(relay.received) == 2)
        visitor.connection.close()
    assert worker.returncode == 0
    db.engine.dispose()  # this process's own connection ended with the server too
    assert db.session.scalar(select(Event.taken)) == 2
    assert verify.broken(at=clock.now()) == []


def test_more_people_than_connections_are_answered_in_words(url, server_of_databases, event_id):
    given = {"DATABASE_URL": url, "DATABASE_POOL": "1"}
    with running("wsgi", workers=1, threads=8, **given) as web:
        visitors = [web.visitor() for _ in range(12)]
        typed = [form(visitor, event_id, number) for number, visitor in enumerate(visitors)]
        with psycopg.connect(host=str(server_of_databases.folder), user="postgres", dbname="booking") as holding:
            holding.execute("update event set summary = summary")
            with ThreadPoolExecutor(12) as pool:
                sent = zip(visitors, typed, strict=True)
                held_up = list(pool.map(lambda one: one[0].post(f"/events/{event_id}/bookings", one[1]), sent))
            holding.rollback()

        assert {answer.status for answer in held_up} == {503}
        assert {answer.headers["Retry-After"] for answer in held_up} == {"5"}
        assert visitors[0].post(f"/events/{event_id}/bookings", typed[0]).status == 303
        for visitor in visitors:
            visitor.connection.close()
