"""How many bookings a second: on one hot event and spread over fifty, over HTTP; and arrivals at a steady rate."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.journey import fields_of
from benchmarks.seed import seeded
from benchmarks.server import Server, running
from tests.postgres import Cluster

CLIENTS = 16


@dataclass
class Rush:
    what: str
    per_second: float
    cpu_ms: float
    outcomes: Counter[int]


def rush(kind: str, bookings: int, *, workers: int = 2) -> list[Rush]:
    """Let sixteen clients send forms as fast as they are answered; the forms are fetched before the clock starts."""
    answers = []
    for what in ("one hot event", "spread over 50 events"):
        with seeded(kind) as data, running("wsgi", workers=workers, DATABASE_URL=data.url) as server:
            events = [data.hot] if what.startswith("one") else data.spread
            sent = [_ready(server, events[number % len(events)], number) for number in range(bookings)]
            before, began = server.cpu_ms(), time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as pool:
                outcomes = Counter(pool.map(lambda send: send(), sent))
            took = time.monotonic() - began
            answers.append(Rush(what, bookings / took, (server.cpu_ms() - before) / bookings, outcomes))
    return answers


@dataclass
class Steady:
    asked_per_second: int
    seconds: int
    outcomes: Counter[int]
    milliseconds: list[float]

    def at(self, share: float) -> float:
        return sorted(self.milliseconds)[min(len(self.milliseconds) - 1, int(len(self.milliseconds) * share))]


def steady(kind: str, per_second: int, seconds: int, *, workers: int = 2) -> Steady:
    """Let bookings arrive at a fixed rate, whatever the answers take; each is a form and its POST."""
    outcomes: Counter[int] = Counter()
    took: list[float] = []
    with (
        seeded(kind) as data,
        running("wsgi", workers=workers, threads=16, DATABASE_URL=data.url) as server,
        ThreadPoolExecutor(64) as pool,
    ):
        began = time.monotonic()
        for number in range(per_second * seconds):
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            pool.submit(_arrive, server, data.spread[number % 50], number, time.monotonic(), outcomes, took)
    return Steady(per_second, seconds, outcomes, took)


def _arrive(
    server: Server, event_id: int, number: int, arrived: float, outcomes: Counter[int], took: list[float]
) -> None:
    try:
        status = _ready(server, event_id, number)()
    except OSError:
        status = 0
    outcomes[status] += 1
    took.append((time.monotonic() - arrived) * 1000)


def _ready(server: Server, event_id: int, number: int) -> Callable[[], int]:
    visitor, address = server.visitor(), f"/events/{event_id}/bookings"
    fields = fields_of(visitor.get(f"{address}/new").text, number)

    def send() -> int:
        status = visitor.post(address, fields).status
        visitor.connection.close()
        return status

    return send


def floor_of_database(kind: str, transactions: int) -> float:
    """Answer how many smallest possible durable bookings a second the database alone takes, of one hot row."""
    if kind == "sqlite":
        return _floor_of_sqlite(transactions)
    cluster = Cluster(durable=True)
    try:
        with psycopg.connect(host=str(cluster.folder), user="postgres", dbname="postgres") as connection:
            connection.execute("create table event (id int primary key, taken int)")
            connection.execute("create table place (id serial primary key, event_id int)")
            connection.execute("insert into event values (1, 0)")
            connection.commit()
        return _together(lambda: _book_in_postgres(cluster, transactions // CLIENTS), transactions)
    finally:
        cluster.close()


def _book_in_postgres(cluster: Cluster, times: int) -> None:
    with psycopg.connect(host=str(cluster.folder), user="postgres", dbname="postgres") as connection:
        for _ in range(times):
            connection.execute("update event set taken = taken + 1 where id = 1")
            connection.execute("insert into place (event_id) values (1)")
            connection.commit()


def _floor_of_sqlite(transactions: int) -> float:
    with TemporaryDirectory() as folder:
        path, lock = Path(folder) / "floor.sqlite", threading.Lock()
        with sqlite3.connect(path) as making:
            making.executescript(
                "pragma journal_mode=wal; create table event (id integer primary key, taken int);"
                "create table place (id integer primary key, event_id int); insert into event values (1, 0)"
            )

        def book() -> None:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("pragma synchronous=full")
            for _ in range(transactions // CLIENTS):
                with lock:
                    connection.execute("begin immediate")
                    connection.execute("update event set taken = taken + 1 where id = 1")
                    connection.execute("insert into place (event_id) values (1)")
                    connection.execute("commit")
            connection.close()

        return _together(book, transactions)


def _together(book: Callable[[], None], transactions: int) -> float:
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(book) for _ in range(CLIENTS)]:
            done.result()
    return transactions / (time.monotonic() - began)
