"""A database to measure on: one hot event, fifty others to spread over, and a list of 200."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import SECRET
from booking import clock, create_app
from booking.config import Settings
from booking.db import create_tables, db
from tests.make import Make
from tests.postgres import Cluster


@dataclass
class Seeded:
    url: str
    hot: int
    spread: list[int]


@contextmanager
def seeded(kind: str, *, capacity: int = 100_000) -> Iterator[Seeded]:
    """Make a fresh SQLite file or PostgreSQL database with 200 events to come; both go away afterwards."""
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield fill(f"sqlite:///{Path(folder) / 'booking.sqlite'}", capacity)
        return
    cluster = Cluster(durable=True)
    try:
        yield fill(cluster.create_database("booking"), capacity)
    finally:
        cluster.close()


def fill(url: str, capacity: int, events_to_come: int = 200) -> Seeded:
    """Make the tables and so many events to come in an empty database."""
    app = create_app(Settings(mode="test", database_url=url, base_url="http://127.0.0.1", secret_key=(SECRET,)))
    with app.app_context():
        create_tables()
        make, now = Make(), clock.now()
        hubs = [make.hub() for _ in range(4)]
        venues = [make.venue(hub) for hub in hubs]
        events = []
        for number in range(events_to_come):
            starts = now.replace(hour=13, minute=30, second=0, microsecond=0) + timedelta(days=20 + number)
            yesterday = now - timedelta(days=1)
            given = {"capacity": capacity, **dict.fromkeys(("opens_at", "published_at", "updated_at"), yesterday)}
            place = {"hub": hubs[number % 4], "venue": venues[number % 4], "starts": (starts,)}
            events.append(make.event(**place, title=f"Year {number % 6 + 1}: lesson {number}", **given).id)
        db.session.remove()
        db.engine.dispose()
    return Seeded(url, events[0], events[1:51])
