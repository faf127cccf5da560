"""After a storm: what was promised against what is there, in the database and at the relay."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from benchmarks.server import SECRET
from benchmarks.storm.crowd import Ledger
from benchmarks.storm.stage import Stage
from booking import clock, create_app
from booking.config import Settings
from booking.db import db
from booking.domain import verify
from booking.domain.messages import Message, MessageState
from booking.domain.places import Booking, State


@dataclass
class Reckoning:
    """What was found; `wrong` is empty after a storm that was weathered."""

    wrong: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    extra_copies: int = 0
    waited_seconds: float = 0


def reckon(stage: Stage, ledger: Ledger, faults: int, patience: float) -> Reckoning:
    """Wait until nothing is due, then check everything."""
    settings = Settings(mode="test", database_url=stage.url, base_url="http://127.0.0.1", secret_key=(SECRET,))
    app = create_app(settings)
    with app.app_context():
        waited = _wait_for_mail(patience)
        found = Reckoning(waited_seconds=waited)
        found.wrong += verify.broken(at=clock.now())
        found.wrong += _bookings(ledger)
        found.wrong += [
            f"{ledger.answers[code]} answers were {code}" for code in ("500", "502") if ledger.answers[code]
        ]
        _mail(stage, found, faults)
        rows = db.session.execute(select(Booking.state, func.count()).group_by(Booking.state))
        found.states = dict(rows.all())
        db.session.remove()
        db.engine.dispose()
    return found


def _wait_for_mail(patience: float) -> float:
    began = time.monotonic()
    due = select(func.count()).where(Message.state == MessageState.DUE)
    while time.monotonic() < began + patience and db.session.scalar(due):
        db.session.rollback()
        time.sleep(0.5)
    return time.monotonic() - began


def _bookings(ledger: Ledger) -> list[str]:
    states = dict(db.session.execute(select(Booking.id, Booking.state)).all())
    wrong = []
    for number in sorted(ledger.confirmed - ledger.asked_to_cancel):
        if states.get(number) != State.CONFIRMED:
            wrong.append(f"Booking {number} was confirmed to somebody, and is {states.get(number, 'not there')}.")
    for number in sorted(ledger.cancelled):
        if states.get(number) != State.CANCELLED:
            wrong.append(f"Booking {number} was cancelled for somebody, and is {states.get(number, 'not there')}.")
    return wrong


def _mail(stage: Stage, found: Reckoning, faults: int) -> None:
    ids = [str(received.message["Message-ID"]).strip("<>").partition("@")[0] for received in stage.relay.received]
    copies = Counter(ids)
    rows = db.session.execute(select(Message.id, Message.internet_id, Message.state, Message.kind)).all()
    for number, internet_id, state, kind in rows:
        if state == MessageState.SENT and not copies[internet_id]:
            found.wrong.append(f"Message {number} ({kind}) counts as sent, and never came.")
        if state in (MessageState.DUE, MessageState.FAILED):
            found.wrong.append(f"Message {number} ({kind}) is {state}.")
    strangers = set(copies) - {row.internet_id for row in rows}
    found.wrong += [f"A mail came that no row promised: {one}." for one in sorted(strangers)]
    found.mails, found.extra_copies = len(copies), sum(copies.values()) - len(copies)
    if found.extra_copies > faults:
        found.wrong.append(f"{found.extra_copies} extra copies came, and there were {faults} faults.")
