"""What organisers do: put events up, move, resize and call them off, and steer the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain import changes, places
from booking.domain.events import Event, Slot
from booking.domain.people import Hub
from tests.simulation.acts import acting
from tests.simulation.world import World


def put_up(world: World) -> str:
    """A small lesson, opened and closed soon: there are never enough places."""
    is_open = select(Event.id).where(Event.closes_at > world.at, Event.called_off_at.is_(None))
    if len(db.session.scalars(is_open).all()) >= world.chance.choice([1, 1, 2]):
        return ""
    days, chance = world.chance.choice([2, 6, 12, 20]), world.chance
    starts = (world.at + timedelta(days=days)).replace(hour=13, minute=30, second=0, microsecond=0)
    closes = starts - timedelta(hours=chance.choice([12, 30, 50]))
    event = world.make.event(
        hub=db.session.get_one(Hub, world.hub_id),
        starts=(starts,),
        capacity=chance.choice([1, 2, 3, 3, 5]),
        max_per_school=chance.choice([None, 1, 2, 2]),
        opens_at=world.at + timedelta(minutes=chance.choice([-60, 30])),
        closes_at=max(closes, world.at + timedelta(hours=2)),
        offers_end_at=starts - timedelta(hours=chance.choice([8, 24])),
        published_at=world.at,
        updated_at=world.at,
    )
    return f"event {event.id} of {event.capacity} is put up, in {days} days"


def move_in_line(world: World) -> str:
    rank = world.chance.randrange(1, 5)
    return _steer(world, f"moves to rank {rank}", places.move_to, "waiting", rank=rank)


def offer_out_of_turn(world: World) -> str:
    return _steer(world, "offers out of turn", places.offer_out_of_turn, "waiting")


def withdraw(world: World) -> str:
    return _steer(world, "withdraws", places.withdraw, "offered")


def remove(world: World) -> str:
    return _steer(world, "removes", places.remove, "waiting", "offered", "parked")


def move_session(world: World) -> str:
    """A session moves, by hours or days."""
    event_id = world.event()
    slot = db.session.scalar(select(Slot).where(Slot.event_id == event_id)) if event_id else None
    if slot is None or slot.starts_at is None or slot.ends_at is None:
        return ""
    by = world.chance.choice([timedelta(hours=1), timedelta(days=1), timedelta(days=-1)])
    plan = replace(changes.Plan.of(slot), starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
    number = slot.id
    answer = acting.attempt(world, lambda: changes.change_slot(number, plan, by=world.organiser, at=world.at))
    return f"session {number} moves by {by}: {acting.outcome(answer)}"


def resize(world: World) -> str:
    """There are a few more places, or fewer, mostly where somebody waits."""
    waiting = world.booking("waiting", "offered")
    event_id = waiting.event_id if waiting else world.event()
    if event_id is None:
        return ""
    event = db.session.get_one(Event, event_id)
    wanted = changes.Room(max(1, event.capacity + world.chance.choice([-2, -1, 1, 2, 3])), event.max_per_school)
    answer = acting.attempt(world, lambda: changes.resize(event_id, wanted, by=world.organiser, at=world.at))
    return f"event {event_id} has {wanted.capacity} places: {acting.outcome(answer)}"


def call_off(world: World) -> str:
    waiting = world.booking("waiting", "parked")
    event_id = waiting.event_id if waiting else world.event()
    if event_id is None:
        return ""
    world.touch_event(event_id)
    answer = acting.attempt(
        world, lambda: changes.call_off(event_id, "The hall is closed", by=world.organiser, at=world.at)
    )
    return f"event {event_id} is called off: {acting.outcome(answer)}"


def _steer(world: World, said: str, verb: Callable[..., Any], *states: str, **given: Any) -> str:
    booking = world.booking(*states)
    if booking is None:
        return ""
    number = booking.id
    world.touch(number)
    answer = acting.attempt(
        world,
        lambda: verb(number, *given.values(), by=world.organiser, at=world.at, reason="She asked on the phone"),
    )
    return f"an organiser {said}: booking {number}: {acting.outcome(answer)}"
