"""After a storm: what was promised against what is there, in the database and at the relay."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.storm.ledger import Found, Ledger
from booking import clock
from booking.db import db
from booking.domain import verify
from booking.domain.events import Event
from booking.domain.messages import Message, MessageState
from booking.domain.places import Booking, Place
from tests.smtp import Received


@dataclass
class Reckoning:
    """What was found; `wrong` is empty after a storm that was weathered."""

    wrong: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    extra_copies: int = 0


def wait_for_mail(patience: float) -> float:
    """Wait until nothing is due, for so many seconds at most; answer how many it took."""
    began = time.monotonic()
    due = select(func.count()).where(Message.state == MessageState.DUE)
    while time.monotonic() < began + patience and db.session.scalar(due):
        db.session.rollback()
        time.sleep(0.5)
    db.session.rollback()
    return time.monotonic() - began


def reckon(ledger: Ledger, received: list[Received], places: int, copies: int) -> Reckoning:
    """Check everything. `places`: those of each event. `copies`: how many mails may have come twice."""
    found = Reckoning(wrong=verify.broken(at=clock.now()))
    found.wrong += ledger.untrue(_bookings(), places)
    found.wrong += _waiting_beside_free_places()
    _mail(received, found, copies)
    found.states = dict(db.session.execute(select(Booking.state, func.count()).group_by(Booking.state)).all())
    return found


def _bookings() -> dict[int, Found]:
    """Answer what each booking is. Of one that ended, nobody comes."""
    query = select(Booking).options(selectinload(Booking.places).options(joinedload(Place.person)))
    return {
        one.id: Found(one.state, one.event_id, frozenset(place.address for place in one.live_places))
        for one in db.session.scalars(query)
    }


def _waiting_beside_free_places() -> list[str]:
    """Look anew, without the code that offers: no school has a limit here, so whoever fits is eligible."""
    sizes = select(func.count(Place.id)).where(Place.booking_id == Booking.id, Place.ended_at.is_(None))
    smallest = select(Booking.event_id, func.min(sizes.scalar_subquery()).label("size"))
    waiting = smallest.where(Booking.state == "waiting").group_by(Booking.event_id).subquery()
    free = Event.capacity + Event.extra - Event.taken
    query = select(Event.id, free).join(waiting, waiting.c.event_id == Event.id).where(waiting.c.size <= free)
    return [f"At event {event} somebody waits beside {left} free places." for event, left in db.session.execute(query)]


def _mail(received: list[Received], found: Reckoning, allowed: int) -> None:
    copies = Counter(str(one.message["Message-ID"]).strip("<>").partition("@")[0] for one in received)
    rows = db.session.execute(select(Message.id, Message.internet_id, Message.state, Message.kind)).all()
    for number, internet_id, state, kind in rows:
        if state == MessageState.SENT and not copies[internet_id]:
            found.wrong.append(f"Message {number} ({kind}) counts as sent, and never came.")
        if state in (MessageState.DUE, MessageState.FAILED):
            found.wrong.append(f"Message {number} ({kind}) is {state}.")
    strangers = set(copies) - {row.internet_id for row in rows}
    found.wrong += [f"A mail came that no row promised: {one}." for one in sorted(strangers)]
    found.mails, found.extra_copies = len(copies), sum(copies.values()) - len(copies)
    if found.extra_copies > allowed:
        found.wrong.append(f"{found.extra_copies} extra copies came, and faults explain {allowed}.")
