"""What a suggestion of the school picker costs among 25,000 invented schools: rare words, and common ones together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote_plus

from flask import Flask
from sqlalchemy import event as listening

from benchmarks import floor
from benchmarks.server import SECRET, Server, running
from booking import create_app
from booking.config import Settings
from booking.db import create_tables, db, transaction
from booking.domain.schools import register
from tests.postgres import Cluster
from tests.register import row, write

SCHOOLS = 25_000
BATCHES = 5
TYPED = (
    "larkmead",
    "st marys",
    "saint josephs catholic primary",
    "ls21",
    "LS21 3AG",
    "900123",
    "london",
    "primary",
    "primary school",
    "church of england primary",
    "st academy",
    "academy london",
    "community catholic",
    "of the",
    "s",
    "zebra",
)

SAINTS = (
    "Mary’s",
    "Joseph's",
    "John's",
    "Peter’s",
    "Anne's",
    "Thomas",
    "Paul's",
    "James'",
    "Michael’s",
    "Hilda's",
    "Cuthbert's",
)
FIRST = (
    "Lark",
    "Alder",
    "Birch",
    "Copper",
    "Fern",
    "Ash",
    "Mill",
    "Oak",
    "West",
    "High",
    "Stone",
    "Thorn",
    "Whar",
    "Green",
    "Kings",
)
LAST = (
    "mead",
    "beck",
    "dale",
    "field",
    "wood",
    "ford",
    "hurst",
    "combe",
    "ley",
    "thorpe",
    "bridge",
    "ton",
    "well",
    "bourne",
)
FAITHS = ("CofE", "Church of England", "Catholic", "RC", "C.E. (VA)")
KINDS = (
    ("Primary School",) * 11
    + ("Academy",) * 4
    + ("Infant School", "Junior School", "High School", "School", "Nursery School")
)
KINDS += ("Community College", "Community Primary School", "School for Girls", "School of the Arts")
TOWNS = (
    ("London",) * 10
    + ("Leeds",) * 4
    + ("Birmingham",) * 3
    + ("Manchester", "Bristol", "York", "Otley", "Hull", "Stow-on-the-Wold")
)
AREAS = ("LS", "B", "M", "BS", "YO", "HU", "N", "SE", "NW", "GL", "S", "PL")


@dataclass
class Row:
    typed: str
    cpu_ms: float
    sql_ms: float
    statements: int
    schools: int


def measure(kind: str, rounds: int = 100) -> str:
    """Answer a table: the server's CPU ms a query (median of five batches), beside its bare SQL and the floor."""
    with _known(kind) as (url, app), running("wsgi", DATABASE_URL=url) as server:
        rows = [_measured(server, app, typed, rounds) for typed in TYPED]
        with app.app_context():
            db.engine.dispose()
    with running(floor.__name__) as bare:
        least = _cpu_ms(bare, "/healthz", rounds)
    lines = [
        f"| {one.typed} | {one.cpu_ms:.2f} | {one.sql_ms:.2f} | {one.statements} | {one.schools} |" for one in rows
    ]
    head = ["| typed | CPU ms | bare SQL, ms | statements | schools |", "|---|---|---|---|---|"]
    return "\n".join([*head, *lines, f"| the floor: a Flask route that does nothing | {least:.2f} | | | |"])


def _measured(server: Server, app: Flask, typed: str, rounds: int) -> Row:
    address = f"/schools?q={quote_plus(typed)}"
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append((statement, given))

    with app.app_context():
        listening.listen(db.engine, "before_cursor_execute", note)
        found = len(app.test_client().get(address).json)
        listening.remove(db.engine, "before_cursor_execute", note)
        asked = list(seen)
        sql_ms = _bare(lambda: [db.session.connection().exec_driver_sql(*one).fetchall() for one in asked], rounds)
        db.session.remove()
    return Row(typed, _cpu_ms(server, address, rounds), sql_ms, len(asked), found)


def _cpu_ms(server: Server, address: str, rounds: int) -> float:
    visitor, spent = server.visitor(), []
    for _ in range(BATCHES):
        before = server.cpu_ms()
        for _ in range(rounds):
            visitor.get(address)
        spent.append((server.cpu_ms() - before) / rounds)
    return median(spent)


def _bare(work: Callable[[], Any], rounds: int) -> float:
    """Answer how long the statements take by themselves: time by the clock, since PostgreSQL works elsewhere."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


@contextmanager
def _known(kind: str) -> Iterator[tuple[str, Flask]]:
    """Make a database of this kind that knows the schools; it goes away afterwards."""
    with TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield _filled(f"sqlite:///{Path(folder) / 'booking.sqlite'}", Path(folder))
            return
        cluster = Cluster()
        try:
            yield _filled(cluster.create_database("booking"), Path(folder))
        finally:
            cluster.close()


def _filled(url: str, folder: Path) -> tuple[str, Flask]:
    app = create_app(Settings(mode="test", database_url=url, base_url="http://127.0.0.1", secret_key=(SECRET,)))
    with app.app_context():
        create_tables()
        changes = register.compare(write(folder / "register.csv", *_invented(random.Random(SCHOOLS))))  # noqa: S311
        with transaction():
            register.keep(changes)
        db.session.remove()
    return url, app


def _invented(chance: random.Random) -> Iterator[dict[str, str]]:
    """Answer schools in whose names the common words are about as common as they are in the register."""
    for number in range(SCHOOLS):
        place = chance.choice(FIRST) + chance.choice(LAST)
        if chance.random() < 0.15:
            name = f"{chance.choice(('St', 'Saint', 'St.'))} {chance.choice(SAINTS)} {chance.choice(FAITHS)}"
        else:
            name = f"{place} {chance.choice(FAITHS)}" if chance.random() < 0.12 else place
        inward = f"{chance.randint(1, 9)}{chance.choice('ABDEF')}{chance.choice('GHJLN')}"
        postcode = f"{chance.choice(AREAS)}{chance.randint(1, 29)} {inward}"
        town = chance.choice(TOWNS) if chance.random() < 0.5 else chance.choice(FIRST) + chance.choice(LAST)
        yield row(900_000 + number * 3, name=f"{name} {chance.choice(KINDS)}", town=town, postcode=postcode)
