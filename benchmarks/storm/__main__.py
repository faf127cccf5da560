"""Weather a storm:  python -m benchmarks.storm [--database postgres] [--people 2000] [--seconds 60] [--seed 1]"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from benchmarks.storm.crowd import Crowd
from benchmarks.storm.reckoning import reckon
from benchmarks.storm.stage import EVENTS, PLACES, staged
from benchmarks.storm.weather import Weather


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.storm", description=__doc__)
    asked.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked.add_argument("--people", type=int, default=400, help="who come in one instant")
    asked.add_argument("--seconds", type=int, default=20, help="of mixed acts after it")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--fault-every", type=float, default=2.0, help="seconds between faults, more or less")
    asked.add_argument("--patience", type=float, default=240, help="seconds in which all mail must have gone")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running
    sys.exit(weathered(asked.parse_args()))


def weathered(given: argparse.Namespace) -> int:
    """Answer 0 if everything that was promised is there."""
    with staged(given.database) as stage:
        crowd, weather = Crowd(stage, given.seed), Weather(stage, given.seed, given.fault_every)
        weather.start()
        try:
            began = time.monotonic()
            crowd.rush(given.people)
            rushed = time.monotonic() - began
            more = crowd.go_on(given.people, time.monotonic() + given.seconds)
        finally:
            weather.stop()
        faults = weather.faults
        found = reckon(stage, crowd.ledger, faults.total(), given.patience)
    ledger = crowd.ledger
    print(f"## A storm on {given.database}, seed {given.seed}\n")
    print(f"- {given.people} people at {EVENTS} events of {PLACES} places in {rushed:.0f} s, then {more} more")
    print(f"- faults: {dict(faults)}")
    print(f"- answers: {dict(sorted(ledger.answers.items()))}")
    print(f"- told: {len(ledger.confirmed)} confirmed, {len(ledger.cancelled)} cancelled; there: {found.states}")
    print(f"- {found.mails} mails, {found.extra_copies} extra copies; all had gone after {found.waited_seconds:.0f} s")
    for sentence in found.wrong:
        print(f"- WRONG: {sentence}")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    main()
