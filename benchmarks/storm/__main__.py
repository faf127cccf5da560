"""Weather a storm:  python -m benchmarks.storm [--database postgres] [--people 2000] [--acts 4000] [--seed 1]"""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from dataclasses import fields

from benchmarks.storm.stage import DATABASES, WORKER, Given
from benchmarks.storm.storm import Weathered, weathered

CHOICES = {"database": DATABASES, "worker": list(WORKER)}
MEANING = {
    "database": "sqlite or postgres",
    "web": "processes that answer",
    "workers": "processes that send",
    "worker": "real, or hasty: it waits for seconds where the real one waits for minutes",
    "seed": "decides the faults, and what each person does",
    "people": "who come in one instant",
    "acts": "after it: somebody comes, or comes back",
    "seconds": "after which no more of those begin",
    "faults": "at most",
    "fault_every": "seconds between faults, more or less",
    "longest_stop": "for how many seconds a process is stopped, one time in six",
    "patience": "seconds in which a code, and in the end all mail, must have come",
}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.storm", description=__doc__)
    for one in fields(Given):
        option = f"--{one.name.replace('_', '-')}"
        given = {"type": type(one.default), "default": one.default, "choices": CHOICES.get(one.name)}
        asked.add_argument(option, help=MEANING.get(one.name), **given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running
    sys.exit(weather_one(Given(**vars(asked.parse_args()))))


def weather_one(given: Given) -> int:
    """Print what happened; answer 0 if everything that was promised is there."""
    print(f"## A storm on {given.database}, seed {given.seed}\n", flush=True)
    told = weathered(given)
    for line in _lines(given, told):
        print(f"- {line}")
    return 1 if told.found.wrong else 0


def _lines(given: Given, told: Weathered) -> list[str]:
    """Say what happened, and what is wrong."""
    answers, found = told.ledger.answers, told.found
    asked = answers.total()
    return [
        f"{given.people} people at {given.events} events of {given.places} places, all answered in "
        f"{told.rush_seconds:.0f} s; then up to {given.acts:,} times somebody who comes, or comes back",
        f"faults: {told.faults.total()}: {_listed(told.faults)}",
        f"{asked} requests, {told.web_cpu_ms / asked:.1f} CPU ms of the web each: {_listed(answers)}",
        f"acts: {_listed(told.ledger.acts)}",
        f"bookings in the end: {_listed(Counter(found.states))}",
        f"{found.mails} mails, {found.extra_copies} extra copies; all had gone after {told.mail_seconds:.0f} s",
        *(f"WRONG: {sentence}" for sentence in found.wrong),
    ]


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in sorted(counted.items()))


if __name__ == "__main__":
    main()
