"""Running the same act many times at once: in threads, and in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from booking import create_app
from booking.db import db, transaction
from booking.domain import changes, places
from booking.domain.errors import Refused
from booking.domain.people import Person
from booking.domain.places import Guest, Party


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Let every act begin at the same moment, each in a thread and a session of its own; count the outcomes."""
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> str:
        with app.app_context():
            barrier.wait(20)
            try:
                act()
            except Refused as refusal:
                return refusal.code
            except Exception as fault:
                return type(fault).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


def book(event_id: int, person_id: int, at: datetime, *, key: str | None = None) -> None:
    """Book one place for somebody known, as a door does."""
    with transaction():
        _book(event_id, by=db.session.get_one(Person, person_id), at=at, key=key)


def asking(event_id: int, people: Sequence[int]) -> list[str]:
    """Answer the acts of people who each ask for a place, to be told to another process."""
    return [f"book:{event_id}:{person_id}" for person_id in people]


def doing(act: str, at: datetime) -> Callable[[], None]:
    """Answer an act that can be told to another process: "verb:number:person", of a booking or an event."""
    verb, number, person_id = act.split(":")

    def run() -> None:
        with transaction():
            VERBS[verb](int(number), by=db.session.get(Person, int(person_id)), at=at)

    return run


def in_processes(url: str, shares: Sequence[tuple[datetime, Sequence[str]]]) -> Counter[str]:
    """Let each share of acts race in a process of its own, by a clock of its own; count the outcomes."""
    command, root = [sys.executable, "-m", "tests.racing", url], Path(__file__).parents[1]
    running = [
        subprocess.Popen([*command, at.isoformat(), *acts], cwd=root, stdout=subprocess.PIPE, text=True)
        for at, acts in shares
    ]
    outcomes: Counter[str] = Counter()
    for process in running:
        printed, _ = process.communicate(timeout=240)
        outcomes += Counter(json.loads(printed))
    return outcomes


def _book(event_id: int, *, by: Person, at: datetime, key: str | None = None) -> None:
    guest = Guest(by.name, str(by.email))
    places.book(event_id, Party(guest, (guest,)), key=key or places.new_form_key(), by=by, at=at)


def _cancel(booking_id: int, *, by: Person, at: datetime) -> None:
    places.cancel(booking_id, by=by, at=at, reason="I am ill")


def _withdraw(booking_id: int, *, by: Person, at: datetime) -> None:
    places.withdraw(booking_id, by=by, at=at, reason="She asked on the phone")


def _raise(event_id: int, *, by: Person, at: datetime) -> None:
    [event] = places.lock(event_id)
    changes.resize(event_id, changes.Room(event.capacity + 1, None), by=by, at=at)


def _lapse(_number: int, *, by: Person | None, at: datetime) -> None:
    places.lapse_due(at=at)


VERBS: dict[str, Callable[..., Any]] = {
    "book": _book,
    "accept": places.accept,
    "decline": places.decline,
    "withdraw": _withdraw,
    "cancel": _cancel,
    "raise": _raise,
    "lapse": _lapse,
}


if __name__ == "__main__":
    from tests.conftest import settings_for

    of_url, when, *asked = sys.argv[1:]
    racing = create_app(settings_for(of_url))
    print(json.dumps(at_once(racing, [doing(act, datetime.fromisoformat(when)) for act in asked])))
