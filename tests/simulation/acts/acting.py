"""What all acts have in common: they are tried, may be refused, may die, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from booking.db import db
from booking.domain.errors import Refused
from booking.domain.people import Person
from booking.domain.places import Booking
from tests.simulation.world import Crash, World

DEATHS = ("before a write", "before the commit", "after the commit")
DEAD = "the process dies"
DYING = 0.12
"""How often a transaction dies."""


def attempt(world: World, act: Callable[[], Any]) -> Any:
    """Do it; now and then the process dies of it. Answer what came, a refusal or a crash."""
    world.crash = world.chance.choice(DEATHS) if world.chance.random() < DYING else ""
    try:
        return world.do(act)
    except Crash as crash:
        return crash


def own(world: World, said: str, verb: Callable[..., Any], *states: str, **given: Any) -> str:
    """Somebody does something with a booking of theirs."""
    booking = world.booking(*states)
    return by_owner(world, said, verb, booking.id, **given) if booking and booking.booker_id else ""


def by_owner(world: World, said: str, verb: Callable[..., Any], number: int, **given: Any) -> str:
    by = db.session.get_one(Booking, number).booker_id
    world.touch(number)
    answer = attempt(world, lambda: verb(number, by=db.session.get_one(Person, by), at=world.at, **given))
    if isinstance(answer, Booking):
        world.tell(answer)
    return f"{said} booking {number}: {outcome(answer)}"


def outcome(answer: Any) -> str:
    if isinstance(answer, Crash):
        return DEAD
    if isinstance(answer, Refused):
        return f"refused, {answer.code}"
    return f"{answer.state} ({answer.id})" if isinstance(answer, Booking) else "done"
