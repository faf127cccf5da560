"""The clock: from a commit to the relay, reminders for thousands, and a worker that dies."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text, update

from benchmarks.server import SECRET
from booking import clock, create_app
from booking.config import Settings
from booking.db import create_tables, db, transaction
from booking.domain import messages, places, reminders
from booking.domain.messages import Message, MessageState, Urgency
from booking.domain.people import Person
from booking.domain.places import Booking, Place
from tests.make import Make
from tests.postgres import Cluster

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 600
EVENTS = 50


class _Talk(socketserver.StreamRequestHandler):
    """The least of SMTP: every mail is taken, and the time of its arrival is noted."""

    def handle(self) -> None:
        self.wfile.write(b"220 bench\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            self.wfile.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
            if verb == b"DATA":
                self._take()
            elif verb == b"QUIT":
                return

    def _take(self) -> None:
        number = b""
        while (line := self.rfile.readline()) != b".\r\n":
            number = line[12:].strip() if line.lower().startswith(b"message-id: ") else number
        self.server.arrived.append((time.monotonic(), number))  # type: ignore[attr-defined]  # given below
        self.wfile.write(b"250 kept\r\n")


@dataclass
class Relay:
    port: int
    arrived: list[tuple[float, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def wait_for(self, number: int) -> None:
        latest = time.monotonic() + PATIENCE_SECONDS
        while len(self.arrived) < number:
            assert time.monotonic() < latest, f"{len(self.arrived)} of {number} mails came"
            time.sleep(0.002)


@contextmanager
def relay() -> Iterator[Relay]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads = True
        one = Relay(server.server_address[1])
        server.arrived = one.arrived  # type: ignore[attr-defined]  # for `_Talk`
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield one
        server.shutdown()


@contextmanager
def database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'booking.sqlite'}"
        return
    cluster = Cluster(durable=True)
    try:
        yield cluster.create_database("booking")
    finally:
        cluster.close()


@contextmanager
def application(kind: str, to: Relay) -> Iterator[tuple[str, Flask]]:
    """Answer an application on an empty database of this kind, its context pushed."""
    with database(kind) as url:
        given = {"mode": "test", "base_url": "http://127.0.0.1", "secret_key": (SECRET,)}
        app = create_app(Settings(database_url=url, smtp_url=to.url, **given))  # type: ignore[arg-type]
        with app.app_context():
            create_tables()
            yield url, app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def worker(url: str, to: Relay) -> Iterator[subprocess.Popen[bytes]]:
    given = {"MODE": "test", "DATABASE_URL": url, "BASE_URL": "http://127.0.0.1", "SECRET_KEY": SECRET}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **given, "SMTP_URL": to.url}, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def from_commit_to_relay(kind: str, times: int) -> str:
    """Measure, one at a time, how long a promised mail takes to the relay: wake-up, claim, rendering, SMTP."""
    with relay() as to, application(kind, to) as (url, _):
        person = Make().person()
        with worker(url, to):
            took = [_one(person, to, number) for number in range(times + 3)][3:]
    return f"{times} mails, one at a time: {_spread(took)}"


def _spread(took: list[float]) -> str:
    took = sorted(took)
    return (
        f"median {took[len(took) // 2]:.0f} ms, 99 % in {took[int(len(took) * 0.99)]:.0f} ms, longest {took[-1]:.0f} ms"
    )


def _one(person: Person, to: Relay, number: int) -> float:
    with transaction():
        messages.tell(person, "role_ended", at=clock.now(), role="analyst")
    began = time.monotonic()
    to.wait_for(number + 1)
    time.sleep(0.05)
    return (to.arrived[number][0] - began) * 1000


def from_freed_to_offered(kind: str, times: int) -> str:
    """Measure how long it takes from the act that frees a place until the relay has the offer of it to who waits."""
    with relay() as to, application(kind, to) as (url, _):
        at = clock.now()
        make = Make()
        booked = [_full(make, at) for _ in range(times + 3)]
        with transaction():
            db.session.execute(update(Message).values(state=MessageState.SENT))
        with worker(url, to):
            took = [_freed(booking, to) for booking in booked][3:]
    return f"{times} places, one at a time, each with the mail of its cancellation: {_spread(took)}"


def _full(make: Make, at: datetime) -> int:
    """Fill an event for which somebody waits; answer the number of the booking that has its place."""
    times = {"starts": (at + timedelta(days=30),), "opens_at": at, "published_at": at, "updated_at": at}
    event = make.event(capacity=1, **times)
    booking = make.booking(event, at=at)
    make.waiting(event, at=at)
    return booking.id


def _freed(booking_id: int, to: Relay) -> float:
    began, known = time.monotonic(), len(to.arrived)
    with transaction():
        booking = db.session.get_one(Booking, booking_id)
        places.cancel(booking_id, by=db.session.get_one(Person, booking.booker_id), at=clock.now())
    offers = select(Message.internet_id).where(Message.urgency == Urgency.OFFER).order_by(Message.id.desc())
    offer = db.session.scalars(offers).first()
    db.session.remove()
    to.wait_for(known + 2)
    [came] = [arrived for arrived, name in to.arrived[known:] if name.startswith(f"<{offer}@".encode())]
    time.sleep(0.05)
    return (came - began) * 1000


def many(kind: str, number: int) -> str:
    """Measure how fast a heap of due mail goes, by one worker and by two."""
    said = []
    for workers in (1, 2):
        with relay() as to, application(kind, to) as (url, _):
            person = Make().person()
            with transaction():
                for _ in range(number):
                    messages.tell(person, "role_ended", at=clock.now(), role="analyst")
            with worker(url, to):
                if workers == 2:
                    with worker(url, to):
                        to.wait_for(number)
                else:
                    to.wait_for(number)
            took = to.arrived[number - 1][0] - to.arrived[0][0]
            assert len({name for _, name in to.arrived}) == len(to.arrived) == number
            said.append(f"{workers} worker{'s' if workers > 1 else ''} {number / took:.0f} mails/s")
    return ", ".join(said)


def promising(kind: str, number: int) -> str:
    """Promise so many reminders, and ask three times more."""
    with relay() as to, application(kind, to):
        at = clock.now()
        _crowd(number, at)
        began, cpu = time.monotonic(), time.process_time()
        assert _promise(at) == number
        took, used = time.monotonic() - began, time.process_time() - cpu
        again = []
        for _ in range(3):
            began = time.monotonic()
            assert _promise(at) == 0
            again.append(time.monotonic() - began)
        mails = db.session.scalar(select(func.count()).select_from(Message))
    assert mails == number
    each = used * 1000 / number
    return (
        f"{number:,} reminders at {EVENTS} events promised in {took:.1f} s, {each:.2f} CPU ms each in Python; "
        f"three re-runs promise none, in {max(again):.2f} s at most"
    )


def reminding(kind: str, number: int) -> str:
    """Promise so many reminders four times over, and send them by two workers: each person gets one."""
    with relay() as to, application(kind, to) as (url, _):
        at = clock.now()
        _crowd(number, at)
        assert [_promise(at) for _ in range(4)] == [number, 0, 0, 0]
        with transaction():
            db.session.execute(update(Message).values(due_at=at))  # also where this is measured at night
        db.session.remove()
        with worker(url, to), worker(url, to):
            to.wait_for(number)
            sending = to.arrived[-1][0] - to.arrived[0][0]
            time.sleep(2)
        names = [name for _, name in to.arrived]
    assert len(names) == len(set(names)) == number
    return f"{number:,} reminders, promised four times over, come once each, in {sending:.0f} s by two workers"


def _promise(at: datetime) -> int:
    with transaction():
        return reminders.promise_due(at=at)


def _crowd(number: int, at: datetime) -> None:
    """Fill events with confirmed people whose reminders are due; rows are written as they are, to be quick."""
    make = Make()
    each = number // EVENTS
    earlier = at - timedelta(days=60)
    hub = make.hub()
    made = [
        make.event(
            hub=hub,
            starts=(at + timedelta(days=6, hours=hour % 24),),
            capacity=each,
            opens_at=earlier,
            published_at=earlier,
            updated_at=earlier,
        )
        for hour in range(EVENTS)
    ]
    with transaction():
        common: dict[str, Any] = {"job": "", "unlisted_school": "", "zone": "Europe/London", "feed_generation": 0}
        common |= {"first_seen_at": earlier}
        rows = [common | {"email": f"t{n}@school.example", "name": f"Teacher {n}"} for n in range(number)]
        people = db.session.scalars(insert(Person).returning(Person.id), rows).all()
        booked = [
            {
                "event_id": made[n % EVENTS].id,
                "state": "confirmed",
                "booker_id": person,
                "booker_name": f"Teacher {n}",
                "party_size": 1,
                "made_at": earlier,
                "confirmed_at": earlier,
            }
            for n, person in enumerate(people)
        ]
        bookings = db.session.execute(
            insert(Booking).returning(Booking.id, Booking.event_id, Booking.booker_id), booked
        )
        seats = [
            {"booking_id": row[0], "event_id": row[1], "person_id": row[2], "name": "Teacher"} for row in bookings.all()
        ]
        db.session.execute(insert(Place), seats)
    with transaction():
        db.session.execute(text("analyze"))  # as a database in use has done by itself


def rescue(kind: str) -> str:
    """Kill a worker in the middle of a batch, and measure how long its mail waits until another has sent all of it."""
    with relay() as to, application(kind, to) as (url, _):
        person = Make().person()
        with transaction():
            for _ in range(20):
                messages.tell(person, "role_ended", at=clock.now(), role="analyst")
        with transaction():
            claimed = len(messages.claim(20, at=clock.now()))  # a worker that claims, and is never seen again
        began = time.monotonic()
        with worker(url, to):
            to.wait_for(20)
        took = to.arrived[-1][0] - began
    return f"{claimed} claimed by a worker that died: all sent after {took:.0f} s"


def measure(kind: str, number: int) -> Iterator[str]:
    """Answer a line for each figure, as soon as it is there."""
    yield f"- due mail to relay: {from_commit_to_relay(kind, 200)}"
    yield f"- freed place to offer mail: {from_freed_to_offered(kind, 200)}"
    yield f"- a heap of mail: {many(kind, 1000)}"
    yield f"- rescue: {rescue(kind)}"
    yield f"- reminders: {promising(kind, number)}"
    yield f"- reminders sent: {reminding(kind, number)}"
