"""Some thousand steps of the simulator: every rule holds, everything was seen, and a seed is a run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from booking.domain.places import TRANSITIONS, State
from tests.simulation import databases, running
from tests.simulation.acts import ACTS
from tests.simulation.acts.acting import DEATHS
from tests.simulation.relay import ANSWERS

RUNS = int(os.environ.get("SIMULATION_RUNS", "6"))
STEPS = 200
SELDOM = {(State.PARKED, "leave"), (State.PARKED, "call off")}
"""Too seldom for so few steps; longer runs come to them, and `tests/domain/waiting_list/` does."""
WANTED = [
    *ACTS,
    *(running.cell(*one) for one in TRANSITIONS if one not in SELDOM),
    *(f"died {death}" for death in DEATHS),
    *{f"relay {answer}" for answer in ANSWERS},
    *(f"at {name} exactly" for name in ("opens", "closes", "hold ends", "offer ends", "offers end", "starts")),
    "a worker dies with claimed mail",
    "a worker wakes up to mail that is another's",
    "a worker wakes up to mail that was another's",
    "more places are offered at once",
    "offered beyond the capacity",
    "sent again",
]
"""What some of the runs must have come to; else they prove less than they seem to."""


@pytest.fixture
def fresh() -> Iterator[running.Fresh]:
    with databases.fresh("sqlite") as empty:
        yield empty


def test_every_rule_holds_whatever_happens(fresh: running.Fresh) -> None:
    outcomes = [running.run(seed, range(STEPS), fresh) for seed in range(1, RUNS + 1)]

    assert [str(running.shorten(outcome, fresh)) for outcome in outcomes if outcome.broken] == []
    assert running.missing(outcomes, WANTED) == []


@pytest.mark.postgres
def test_every_rule_holds_on_postgresql_too(cluster, template: str) -> None:
    fresh = databases.on_postgres(cluster, template)
    outcomes = [running.run(seed, range(STEPS), fresh) for seed in (101, 102)]

    assert [str(outcome) for outcome in outcomes if outcome.broken] == []


def test_a_seed_is_a_run(fresh: running.Fresh) -> None:
    first, second = (running.run(7, range(80), fresh) for _ in range(2))

    assert first.steps == second.steps
    assert first.seen == second.seen


def test_a_failing_run_is_told_in_as_few_steps_as_it_needs(
    fresh: running.Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.simulation.planted import FAULTS

    FAULTS[0].plant(monkeypatch)

    short = running.shorten(running.run(1, range(STEPS), fresh), fresh)

    assert len(short.steps) == 2  # an event is put up, and somebody books
    assert f"--replay 1:{','.join(map(str, short.steps))}" in str(short)
