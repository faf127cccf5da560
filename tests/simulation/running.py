"""A run of one seed: its steps, what must hold after each and at the end, and a failing run made short."""

from __future__ import annotations

import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import func, select

from booking import clock, create_app, jobs
from booking.db import db, transaction
from booking.domain import messages
from booking.domain.audit import AuditEntry
from booking.domain.messages import Message, MessageState
from booking.mail.letters import Letter
from tests.conftest import settings_for
from tests.simulation import checks
from tests.simulation.acts import ACTS
from tests.simulation.world import Broken, World

Fresh = Callable[[], str]
"""Answers the address of an empty database of its own."""
MOST_TRIES_TO_SHORTEN = 80
MOST_DRAWS = 20
"""An act that finds nothing to do makes room for another, so often."""
MOST_ROUNDS = 200


@dataclass
class Outcome:
    """What one run came to. `steps` are those that were taken: number → what happened."""

    seed: int
    steps: dict[int, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    broken: Broken | None = None

    def __str__(self) -> str:
        told = [f"{number:5}  {said}" for number, said in self.steps.items()]
        what = [f"seed {self.seed}: {self.broken}" if self.broken else f"seed {self.seed} keeps every rule"]
        again = f"python -m tests.simulation --replay {self.seed}:{','.join(map(str, self.steps))}"
        return "\n".join([*what, *told, *([again] if self.broken else [])])


def run(seed: int, steps: Iterable[int], fresh: Fresh) -> Outcome:
    """Take these steps of the seed's run on an empty database, until a rule is broken or all is quiet."""
    outcome = Outcome(seed)
    weights = _weights(seed)
    with _world(seed, fresh()) as world:
        try:
            for number in steps:
                world.chance = Random(f"{seed}/{number}")
                for _ in range(MOST_DRAWS):
                    name = world.chance.choices(list(weights), list(weights.values()))[0]
                    outcome.steps[number] = name
                    if said := ACTS[name][0](world):
                        outcome.steps[number] = said
                        world.seen[name] += 1
                        break
                checks.after_a_step(world)
            _come_to_rest(world)
        except Broken as broken:
            outcome.broken = broken
        except Exception as fault:
            outcome.broken = Broken("no fault", f"{type(fault).__name__}: {fault}")
        outcome.seen = world.seen + _transitions(world)
    return outcome


def shorten(outcome: Outcome, fresh: Fresh) -> Outcome:
    """Answer a run with as few steps that breaks the same rule: leave out halves, quarters, … single steps."""
    kept, parts, tries = outcome, 2, 0
    while len(kept.steps) > 1 and tries < MOST_TRIES_TO_SHORTEN:
        numbers = list(kept.steps)
        size = max(1, len(numbers) // parts)
        for begin in range(0, len(numbers), size):
            tries += 1
            tried = run(outcome.seed, numbers[:begin] + numbers[begin + size :], fresh)
            if tried.broken and outcome.broken and tried.broken.check == outcome.broken.check:
                kept, parts = tried, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts *= 2
    return kept


def _weights(seed: int) -> dict[str, float]:
    """Draw how often each act happens in this run: some hardly, some all the time."""
    chance = Random(f"{seed}/weights")
    return {name: weight * chance.choice([0.2, 1, 1, 1, 3]) for name, (_, weight) in ACTS.items()}


def _come_to_rest(world: World) -> None:
    """Let every job run, with a relay that takes everything; then nobody waits in vain, and nothing is unsent."""
    world.chance, world.crash = Random(f"{world.at}"), ""
    world.relay.is_good = True
    world.at += messages.LEASE
    for _ in range(MOST_ROUNDS):
        for verb, _ in jobs.TIMETABLE:
            _run_until_done(verb, world.at)
            checks.after_a_step(world)
        _post_what_is_due(world)
        next_at = db.session.scalar(select(func.min(Message.due_at)).where(Message.state == MessageState.DUE))
        if next_at is None:
            return checks.when_at_rest(world)
        world.at = max(world.at, next_at)
    raise Broken("comes to rest", "there is always one more mail to try again")


def _run_until_done(verb: Callable[..., int], at: datetime) -> None:
    for _ in range(MOST_ROUNDS):
        with transaction():
            if not verb(at=at):
                return
    raise Broken("comes to rest", f"{verb.__name__} always finds something to do")


def _post_what_is_due(world: World) -> None:
    while True:
        with transaction():
            letters = [Letter(one) for one in messages.claim(50, at=world.at)]
        for letter in letters:
            letter.deliver(world.relay)  # type: ignore[arg-type]
        if not letters:
            return


def _transitions(world: World) -> Counter[str]:
    """Count the cells of the table of transitions that were come to, as the trail tells."""
    noted = select(AuditEntry.act, AuditEntry.facts).where(AuditEntry.subject == "booking")
    found = [(act.removeprefix("booking."), facts) for act, facts in db.session.execute(noted)]
    return Counter(cell(facts["before"], act) for act, facts in found if "before" in facts)


def cell(before: str | None, act: str) -> str:
    """Name a cell of the table of transitions."""
    return f"{before or 'nothing'}, then {act}"


@contextmanager
def _world(seed: int, url: str) -> Iterator[World]:
    """An application on this database, whose clock and chance are the world's."""
    app = create_app(settings_for(url))
    with app.app_context(), _own_chance(seed):
        world = World(app)
        real, clock.now = clock.now, lambda: world.at
        try:
            yield world
        finally:
            clock.now = real
            world.close()
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _own_chance(seed: int) -> Iterator[None]:
    """Let the product's own chance (tokens, codes, jitter) follow from the seed, so that a run can be repeated."""
    chance = Random(f"{seed}/secrets")
    drawn = {
        "token_hex": lambda size=32: chance.randbytes(size).hex(),
        "token_urlsafe": lambda size=32: chance.randbytes(size).hex(),
        "randbelow": chance.randrange,
    }
    real = {name: getattr(secrets, name) for name in drawn}
    real_uuid, uuid.uuid4 = uuid.uuid4, lambda: uuid.UUID(bytes=chance.randbytes(16), version=4)
    for name, draw in drawn.items():
        setattr(secrets, name, draw)
    try:
        yield
    finally:
        uuid.uuid4 = real_uuid
        for name, draw in real.items():
            setattr(secrets, name, draw)


def missing(outcomes: Sequence[Outcome], wanted: Iterable[str]) -> list[str]:
    """Answer what should have been seen in some of the runs, and was in none."""
    seen = sum((outcome.seen for outcome in outcomes), Counter[str]())
    return [name for name in wanted if not seen[name]]
