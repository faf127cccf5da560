"""What workers do: keep the timetable, and post. They die of it, and are stopped for longer than their lease."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from booking import jobs
from booking.db import db, transaction
from booking.domain import messages, places
from booking.domain.messages import Message
from booking.mail import post as posting
from booking.mail.letters import Letter
from tests.simulation.acts import acting
from tests.simulation.world import Broken, Crash, World

MOST_ROUNDS = 50


def timetable(world: World) -> str:
    """A worker runs one of its jobs, until nothing is left to do; it may die in any round."""
    verbs = {verb: 4 if every <= jobs.OFTEN else 1 for verb, every in jobs.TIMETABLE}
    return _keep(world, world.chance.choices(list(verbs), list(verbs.values()))[0])


def lapse(world: World) -> str:
    """A worker ends the holds and offers whose time is over."""
    return _keep(world, places.lapse_due)


def _keep(world: World, verb: jobs.Verb) -> str:
    for number in range(MOST_ROUNDS):
        done = acting.attempt(world, lambda: verb(at=world.at))
        if not done or isinstance(done, Crash):
            return f"the timetable runs {verb.__name__}, {number} rounds{', and dies' if done else ''}"
    raise Broken("comes to rest", f"{verb.__name__} always finds something to do")


def post(world: World) -> str:
    """A worker claims some mail and hands it over; it may die, or stall past its lease, between any two steps."""
    claimed: list[Letter] = []
    answer = acting.attempt(world, lambda: claimed.extend(Letter(one) for one in messages.claim(3, at=world.at)))
    if isinstance(answer, Crash) or not claimed:
        return "a worker claims mail and dies" if isinstance(answer, Crash) else ""
    for number, letter in enumerate(claimed):
        if world.chance.random() < acting.DYING:
            world.seen["a worker dies with claimed mail"] += 1
            return f"a worker hands over {number} of {len(claimed)} mails and dies"
        _hand_over(world, letter)
    return f"a worker hands over {len(claimed)} mails"


def post_side_by_side(world: World) -> str:
    """A worker is stopped with mail in its hands until its lease is over; another has it, or has sent it, meanwhile."""
    asleep = _claim(2, world)
    if not asleep:
        return ""
    world.at += messages.LEASE
    others = _claim_all(world)
    has_sent = world.chance.random() < 0.5
    if has_sent:
        _hand_over(world, *others)
    for letter in asleep:
        _wake_up(world, letter)
    if not has_sent:
        _hand_over(world, *others)
    return f"a worker sleeps past its lease; another {'sends' if has_sent else 'claims'} {len(others)} mails meanwhile"


def _wake_up(world: World, letter: Letter) -> None:
    """Let a worker go on with mail that was its own: it may be sent once more, and its row is written by another."""
    before = _row(letter)
    was_lost = before[0] != letter.token
    if was_lost:
        world.seen[f"a worker wakes up to mail that {'is' if before[0] else 'was'} another's"] += 1
    world.relay.faults[world.relay.number_of(db.session.get_one(Message, letter.id))] += 1
    _hand_over(world, letter)
    if was_lost and _row(letter) != before:
        raise Broken("one owner", f"a worker without a lease made message {letter.id} {_row(letter)}, from {before}")


def _row(letter: Letter) -> tuple[Any, ...]:
    """Answer what workers write of a message: whose it is, and what became of it."""
    db.session.rollback()
    message = db.session.get_one(Message, letter.id, populate_existing=True)
    return (message.lease_token, message.state, message.tries, message.due_at, message.ended_at, message.trouble)


def _claim(most: int, world: World) -> list[Letter]:
    with transaction():
        return [Letter(one) for one in messages.claim(most, at=world.at)]


def _claim_all(world: World) -> list[Letter]:
    claimed: list[Letter] = []
    while batch := _claim(20, world):
        claimed += batch
    return claimed


def _hand_over(world: World, *letters: Letter) -> None:
    for letter in letters:
        with suppress(posting.Gone):
            letter.deliver(world.relay)  # type: ignore[arg-type]
