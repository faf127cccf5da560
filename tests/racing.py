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
from booking.domain import places
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
        person = db.session.get_one(Person, person_id)
        guest = Guest(person.name, str(person.email))
        places.book(event_id, Party(guest, (guest,)), key=key or places.new_form_key(), by=person, at=at)


def in_processes(url: str, event_id: int, shares: Sequence[Sequence[int]], at: datetime) -> Counter[str]:
    """Let each share of people book in a process of its own; count the outcomes."""
    command = [sys.executable, "-m", "tests.racing", url, str(event_id), at.isoformat()]
    root = Path(__file__).parents[1]
    running = [
        subprocess.Popen([*command, *map(str, share)], cwd=root, stdout=subprocess.PIPE, text=True) for share in shares
    ]
    outcomes: Counter[str] = Counter()
    for process in running:
        printed, _ = process.communicate(timeout=60)
        outcomes += Counter(json.loads(printed))
    return outcomes


if __name__ == "__main__":
    from tests.conftest import settings_for

    of_url, of_event, when, *people = sys.argv[1:]
    racing = create_app(settings_for(of_url))
    asked = [lambda person=person: book(int(of_event), int(person), datetime.fromisoformat(when)) for person in people]
    print(json.dumps(at_once(racing, asked)))
