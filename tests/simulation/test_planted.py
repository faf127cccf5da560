"""Each planted fault is found, by the check that is there for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation import databases, running
from tests.simulation.planted import FAULTS, Fault

STEPS = 60
MOST_SEEDS = 20


@pytest.fixture(scope="module")
def fresh() -> Iterator[running.Fresh]:
    with databases.fresh("sqlite") as empty:
        yield empty


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Fault, fresh: running.Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.plant(monkeypatch)

    runs = (running.run(fault.seed + more, range(STEPS), fresh) for more in range(MOST_SEEDS))
    broken = next((run.broken for run in runs if run.broken), None)

    assert broken, "no run found it"
    assert broken.check in fault.found_by, str(broken)


def test_there_are_faults_of_every_kind() -> None:
    assert len(FAULTS) >= 25
