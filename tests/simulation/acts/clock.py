"""What the clock does: it goes on, or jumps to a deadline or a microsecond beside it, and somebody acts just then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain import places
from booking.domain.events import Event
from booking.domain.messages import Message, MessageState
from booking.domain.places import Booking
from tests.simulation.acts import acting, people, workers
from tests.simulation.acts.acting import DEAD
from tests.simulation.world import ADDRESSES, KNOWN, World

MICROSECOND = timedelta(microseconds=1)
OFTEN = {
    "hold ends": 8,
    "offer ends": 8,
    "opens": 6,
    "closes": 3,
    "offers end": 1,
    "starts": 1,
    "mail is due": 1,
    "lease ends": 1,
}
"""How often the clock jumps to each kind of deadline, where there is one."""
STAYS = 8
"""How often it jumps nowhere, so that not every lull ends an event."""


def time_passes(world: World) -> str:
    by = world.chance.choice([timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=5)])
    world.at += by
    return f"{by} pass"


def time_jumps(world: World) -> str:
    """The clock goes to a next deadline, or a microsecond beside it, and whose it is acts just then, or a worker."""
    deadlines = _deadlines(world)
    name = world.chance.choices([*deadlines, ""], [*(OFTEN[name] for name in deadlines), STAYS])[0]
    if not name:
        return ""
    instant, number = deadlines[name]
    off = world.chance.choice([-MICROSECOND, -MICROSECOND, timedelta(0), timedelta(0), MICROSECOND])
    world.at = max(world.at, instant + off)
    said = workers.lapse(world) if world.chance.random() < 0.2 else AT_ITS_MOMENT[name](world, number)
    if DEAD not in said:
        world.seen[f"at {name} {['exactly', 'just after', 'just before'][off // MICROSECOND]}"] += 1
    return f"it is {world.at.isoformat()}, {name} {off // MICROSECOND:+d} µs; {said}"


def _deadlines(world: World) -> dict[str, tuple[datetime, int]]:
    """Answer the next deadline of each kind, and whose it is."""
    columns: dict[str, Any] = {
        "hold ends": select(Booking.held_until, Booking.id).where(Booking.state == "held"),
        "offer ends": select(Booking.offer_ends_at, Booking.id).where(Booking.state == "offered"),
        "opens": select(Event.opens_at, Event.id),
        "closes": select(Event.closes_at, Event.id),
        "offers end": select(Event.offers_end_at, Event.id),
        "starts": select(Event.starts_at, Event.id),
        "mail is due": select(Message.due_at, Message.id).where(Message.state == MessageState.DUE),
        "lease ends": select(Message.lease_ends_at, Message.id).where(Message.state == MessageState.DUE),
    }
    found = {}
    for name, query in columns.items():
        coming = sorted((at, number) for at, number in db.session.execute(query) if at and at > world.at)
        if coming:
            found[name] = coming[0]
    return found


def _post(world: World, _number: int) -> str:
    return workers.post(world) or "nothing is to be posted"


def _accept(world: World, number: int) -> str:
    return acting.by_owner(world, "accepts", places.accept, number)


def _ask(world: World, event_id: int) -> str:
    act = world.chance.choice(["book", "hold", "join"])
    return people.send(world, act, world.one_of(ADDRESSES if act == "hold" else ADDRESSES[:KNOWN]), event_id)


def _claim(world: World, event_id: int) -> str:
    query = select(Booking.id).where(Booking.event_id == event_id, Booking.state == "waiting").order_by(Booking.id)
    number = world.one_of(list(db.session.scalars(query)))
    return acting.by_owner(world, "claims", places.claim, number) if number else "nobody waits"


AT_ITS_MOMENT: dict[str, Callable[[World, int], str]] = {
    "hold ends": people.prove_booking,
    "offer ends": _accept,
    "opens": _ask,
    "closes": _ask,
    "offers end": _claim,
    "starts": _claim,
    "mail is due": _post,
    "lease ends": _post,
}
"""What somebody does at the very instant of a deadline, with the booking or event whose it is."""
