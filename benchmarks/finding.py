"""What finding costs with 20,000 coming events and 50,000 schools: list, words, distance, and the database's part."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event as listening
from sqlalchemy import insert, text

from benchmarks import floor
from benchmarks.server import SECRET, Server, running
from booking import clock, create_app
from booking.config import Settings
from booking.db import create_tables, db, transaction
from booking.domain.events import Event, EventPhase, EventYear, Kind, Programme, Slot, Venue
from booking.domain.people import Hub
from booking.domain.schools import School, indexing
from tests.postgres import Cluster

EVENTS, SCHOOLS, VENUES, HUBS = 20_000, 50_000, 4_000, 40
BATCHES = 5
MATHS = """fractions decimals ratio area angles place value multiplication division addition subtraction patterns
equality negative numbers graphs algebra percentages shape time money measures counting reasoning bar models arrays
proof""".split()  # noqa: SIM905 as words are read
FIRST, LAST = ("St Mary’s", "Mill Lane", "Park", "Oak", "Quarry Hill"), ("Primary School", "Academy", "High School")
PAGES = {
    "list": "/",
    "list, three filters": "/?kind=showcase&phase=primary&places=left",
    "page 500 of the list": "/?page=500",
    "words": "/?words=year+4+fractions",
    "words with a slip": "/?words=fractoins",
    "distance": "/?near=100000&within=15",
    "words, distance, nearest first": "/?words=ratio&near=100000&within=40&order=nearest",
    "a hub": "/hubs/hub-1",
    "the picker": "/schools?q=st+marys",
}


def measure(kind: str, rounds: int = 40) -> str:
    """Answer a table of CPU ms in the web process, and the time of all statements by PostgreSQL's own clock."""
    with _filled(kind) as url, running("wsgi", DATABASE_URL=url) as server, running(floor.__name__) as bare:
        lines = ["| page | CPU ms | the framework alone, just after | statements | in the database, ms |"]
        lines.append("|---|---|---|---|---|")
        seen = _statements(url)
        for what, path in PAGES.items():
            statements, spent = seen[what]
            cpu_ms, least = _cpu_ms(server, path, rounds), _cpu_ms(bare, "/list", rounds)
            lines.append(f"| {what} | {cpu_ms:.1f} | {least:.1f} | {statements} | {spent} |")
        lines.append(
            f"\nReading the catalogue anew: {_cold(url):.0f} CPU ms, once after each change of what is listed."
        )
    return "\n".join(lines)


def _cpu_ms(server: Server, path: str, rounds: int) -> float:
    visitor, spent = server.visitor(), []
    assert visitor.get(path).status == 200, path
    for _ in range(BATCHES):
        before = server.cpu_ms()
        for _ in range(rounds):
            visitor.get(path)
        spent.append((server.cpu_ms() - before) / rounds)
    return sorted(spent)[BATCHES // 2]


def plans() -> str:
    """Answer how PostgreSQL carries out every statement of these pages, those of a process that just began first."""
    with _filled("postgres") as url:
        app, client, asked = _watched(url)
        for path in PAGES.values():
            client.get(path)
        each = list(dict(asked).items())
        return "\n\n".join(_plan(app, sql, values) for sql, values in each)


def _plan(app: Any, sql: str, values: Any) -> str:
    with app.app_context(), db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}", values)
        lines = "\n".join(plan.scalars())
    return f"{sql}\n\n{lines}"


def _statements(url: str) -> dict[str, tuple[int, str]]:
    """Count the statements of each page once it is warm, and let PostgreSQL say how long each takes."""
    app, client, asked = _watched(url)
    found = {}
    for what, path in PAGES.items():
        client.get(path)
        asked.clear()
        client.get(path)
        found[what] = (len(asked), _explained(app, list(asked)))
    return found


def _watched(url: str) -> tuple[Any, Any, list[tuple[str, Any]]]:
    """Answer the application, a browser, and the list to which every statement is added."""
    app, asked = _app(url), []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        if sql.startswith("SELECT"):
            asked.append((sql, values))

    with app.app_context():
        listening.listen(db.engine, "before_cursor_execute", note)
    return app, app.test_client(), asked


def _explained(app: Any, asked: list[tuple[str, Any]]) -> str:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            return "–"
        spent = sum(_best_ms(connection, sql, values) for sql, values in asked)
        return f"{spent:.2f}"


def _best_ms(connection: Any, sql: str, values: Any) -> float:
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"
    return min(connection.exec_driver_sql(explain, values).scalar_one()[0]["Execution Time"] for _ in range(BATCHES))


def _cold(url: str) -> float:
    app = _app(url)
    client = app.test_client()
    client.get("/healthz")
    before = time.process_time()
    client.get("/?words=fractions")
    return (time.process_time() - before) * 1000


def _app(url: str) -> Any:
    return create_app(Settings(mode="test", database_url=url, base_url="http://127.0.0.1", secret_key=(SECRET,)))


@contextmanager
def _filled(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'booking.sqlite'}"
            _fill(url)
            yield url
        return
    cluster = Cluster(durable=True)
    try:
        url = cluster.create_database("finding")
        _fill(url)
        yield url
    finally:
        cluster.close()


def _fill(url: str) -> None:
    app = _app(url)
    with app.app_context():
        create_tables()
        with transaction():
            for model, rows in _rows():
                for start in range(0, len(rows), 2000):
                    db.session.execute(insert(model), rows[start : start + 2000])
        with db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        db.session.remove()
        db.engine.dispose()


def _rows() -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    chance, now = random.Random(7), clock.now()  # noqa: S311 the same every time
    yield Hub, [{"id": n, "slug": f"hub-{n}", "name": f"Hub {n}", "email": f"h{n}@hub.example"} for n in range(1, 41)]
    schools = [_school(100_000 + n, chance) for n in range(SCHOOLS)]
    yield School, schools
    words = [(word, school["urn"]) for school in schools for word in school["search_words"].split()]
    yield indexing.SchoolWord, [{"word": word, "urn": urn} for word, urn in sorted(words)]
    yield Venue, [_venue(n, chance) for n in range(1, VENUES + 1)]
    yield (
        Programme,
        [{"id": n, "hub_id": n, "kind": "showcase", "title": f"Season of hub {n}"} for n in range(1, HUBS + 1)],
    )
    events = [_event(n, now, chance) for n in range(1, EVENTS + 1)]
    yield Event, events
    yield EventPhase, [{"event_id": n, "phase": ("primary", "secondary")[n % 2]} for n in range(1, EVENTS + 1)]
    yield EventYear, [{"event_id": n, "year": n % 9 + more} for n in range(1, EVENTS + 1) for more in (0, 1)]
    yield Slot, [_slot(one, now, chance) for one in events]


def _school(urn: int, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    facts = {"urn": urn, "name": name, "town": f"Town {urn % 900}", "postcode": f"LS{urn % 29} {urn % 9}AB"}
    place = {"easting": chance.randint(300_000, 600_000), "northing": chance.randint(100_000, 500_000)}
    return {**facts, **place, **indexing.found_by(facts), "family_urn": urn, "phase": "primary"}


def _venue(number: int, chance: random.Random) -> dict[str, Any]:
    place = {"easting": chance.randint(300_000, 600_000), "northing": chance.randint(100_000, 500_000)}
    return {
        "id": number,
        "hub_id": number % HUBS + 1,
        "name": f"School {number}",
        "town": f"Town {number % 900}",
        **place,
    }


def _event(number: int, now: Any, chance: random.Random) -> dict[str, Any]:
    starts = (now + timedelta(days=number % 300 + 1)).replace(hour=13, minute=30, second=0, microsecond=0)
    topic, other = chance.choice(MATHS), chance.choice(MATHS)
    told = " ".join(chance.choice(MATHS) for _ in range(60))
    return {
        "id": number,
        "hub_id": number % HUBS + 1,
        "programme_id": number % HUBS + 1,
        "kind": list(Kind)[number % 3],
        "title": f"Year {number % 9 + 1}: {topic} and {other}",
        "description": told,
        "audience": "Teachers of Years 3 to 6",
        "capacity": 30,
        "taken": 30 if number % 10 == 0 else number % 30,
        "opens_at": now - timedelta(days=1),
        "closes_at": starts - timedelta(hours=4),
        "published_at": now - timedelta(days=1),
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "updated_at": now,
    }


def _slot(event: dict[str, Any], now: Any, chance: random.Random) -> dict[str, Any]:
    times = {"starts_at": event["starts_at"], "ends_at": event["ends_at"], "revised_at": now}
    return {"event_id": event["id"], "number": 1, "title": "Lesson", "venue_id": chance.randint(1, VENUES), **times}
