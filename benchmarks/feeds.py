"""What calendars cost: a feed written anew, sent again, and not sent because the reader has it; and the floor."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import insert

from benchmarks import floor
from benchmarks.server import SECRET, Server, running
from booking import clock, create_app
from booking.config import Settings
from booking.db import create_tables, db, transaction
from booking.domain import feeds, places
from booking.domain.events import Event, Slot
from tests.make import Make
from tests.postgres import Cluster

SIZES = (200, 1_000, 10_000)
"""Sessions in one feed."""
OF_ONE_PERSON = 60
BATCHES = 5
FEED = "/calendar.ics"
Rows = list[dict[str, Any]]


def measure(kind: str, rounds: int = 40) -> str:
    """Answer a table: CPU ms a request, the median of five batches."""
    rows = [row for size in SIZES for row in _of_size(kind, size, rounds)]
    with running(floor.__name__) as bare:
        rows.append(("the framework: hello", _cpu_ms(bare, "/healthz", {}, rounds)))
        rows.append(("the framework: hello, which the reader has (304)", _cpu_ms(bare, "/304", {}, rounds)))
    return "\n".join(["| what | CPU ms |", "|---|---|", *(f"| {what} | {cost:.2f} |" for what, cost in rows)])


def _of_size(kind: str, size: int, rounds: int) -> Iterator[tuple[str, float]]:
    with _seeded(kind, size) as (url, app), running("wsgi", DATABASE_URL=url) as server:
        packed = {"Accept-Encoding": "gzip"}
        _ask(server, FEED, packed)
        yield f"{size:,} sessions: written anew, since one has changed", _anew(server, app, packed)
        yield f"{size:,} sessions: sent packed", _cpu_ms(server, FEED, packed, rounds)
        yield f"{size:,} sessions: sent as they are", _cpu_ms(server, FEED, {}, rounds)
        asked = {"If-None-Match": str(_ask(server, FEED, packed).headers["ETag"])}
        yield f"{size:,} sessions: the reader has it (304)", _cpu_ms(server, FEED, asked, rounds)
        if size == SIZES[0]:
            yield from _own(server, app, rounds)
        with app.app_context():
            db.engine.dispose()


def _own(server: Server, app: Flask, rounds: int) -> Iterator[tuple[str, float]]:
    with app.app_context():
        make = Make()
        person = make.person()
        for event in db.session.query(Event).limit(OF_ONE_PERSON):
            with transaction():
                places.book(event.id, make.party(person), key=places.new_form_key(), by=person, at=clock.now())
        path = f"/calendars/{feeds.link(person)}.ics"
        db.session.remove()
    yield f"one's own {OF_ONE_PERSON} sessions: sent", _cpu_ms(server, path, {}, rounds)
    asked = {"If-None-Match": str(_ask(server, path, {}).headers["ETag"])}
    yield f"one's own {OF_ONE_PERSON} sessions: the reader has them (304)", _cpu_ms(server, path, asked, rounds)


def _anew(server: Server, app: Flask, headers: dict[str, str]) -> float:
    """Answer what the first question after a change costs."""
    spent = []
    for number in range(BATCHES):
        with app.app_context():
            with transaction():
                event = db.session.get_one(Event, 1)
                event.title, event.updated_at = f"Changed {number}", clock.now()
            db.session.remove()
        before = server.cpu_ms()
        _ask(server, FEED, headers)
        spent.append(server.cpu_ms() - before)
    return median(spent)


def _cpu_ms(server: Server, path: str, headers: dict[str, str], rounds: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    spent = []
    for _ in range(BATCHES):
        before = server.cpu_ms()
        for _ in range(rounds):
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
        spent.append((server.cpu_ms() - before) / rounds)
    return median(spent)


def _ask(server: Server, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    answer.read()
    return answer


@contextmanager
def _seeded(kind: str, sessions: int) -> Iterator[tuple[str, Flask]]:
    """Make a database of this kind with so many sessions to come; it goes away afterwards."""
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield _filled(f"sqlite:///{Path(folder) / 'booking.sqlite'}", sessions)
        return
    cluster = Cluster()
    try:
        yield _filled(cluster.create_database("booking"), sessions)
    finally:
        cluster.close()


def _filled(url: str, sessions: int) -> tuple[str, Flask]:
    app = create_app(Settings(mode="test", database_url=url, base_url="http://127.0.0.1", secret_key=(SECRET,)))
    with app.app_context():
        create_tables()
        make, now = Make(), clock.now()
        hub = make.hub()
        venues = [make.venue(hub, easting=420_000 + number, northing=445_500).id for number in range(50)]
        events, slots = _rows(sessions, hub.id, venues, now)
        with transaction() as session:
            session.execute(insert(Event), events)
            session.execute(insert(Slot), slots)
        db.session.remove()
    return url, app


def _rows(
    sessions: int, hub_id: int, venues: list[int], now: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Answer an event a session, an hour apart, as rows."""
    first = now.replace(minute=30, second=0, microsecond=0) + timedelta(hours=200)
    events, slots = [], []
    for number in range(1, sessions + 1):
        starts = first + timedelta(hours=number)
        events.append(
            {
                "id": number,
                "hub_id": hub_id,
                "kind": "showcase",
                "title": f"Year {number % 6 + 1}: multiplying by {number}, when you know your tens",
                "summary": "What happens to a number when it becomes ten times as large; and what does not.",
                "capacity": 30,
                "taken": 0,
                "opens_at": now - timedelta(days=1),
                "closes_at": starts - timedelta(days=3),
                "published_at": now - timedelta(days=1),
                "updated_at": now - timedelta(days=1),
                "starts_at": starts,
                "ends_at": starts + timedelta(hours=2),
            }
        )
        slots.append(
            {
                "event_id": number,
                "number": 1,
                "title": "Lesson and discussion",
                "starts_at": starts,
                "ends_at": starts + timedelta(hours=2),
                "zone": "Europe/London",
                "venue_id": venues[number % len(venues)],
                "uid": str(uuid.uuid4()),
                "revised_at": now - timedelta(days=1),
            }
        )
    return events, slots
