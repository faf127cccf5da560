"""Measure what docs/performance.md and docs/reliability.md quote:  python -m benchmarks [journey|rush|clock|…]."""

from __future__ import annotations

import argparse

from benchmarks import clock, feeds, finding, journey, picker, rush


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("what", nargs="*", default=["journey", "finding", "rush", "steady", "picker", "feeds", "clock"])
    asked.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    asked.add_argument("--rounds", type=int, default=120, help="requests of one page in each of five batches")
    asked.add_argument("--bookings", type=int, default=800)
    asked.add_argument("--rate", type=int, default=60, help="arrivals a second")
    asked.add_argument("--seconds", type=int, default=15)
    asked.add_argument("--reminders", type=int, default=25_000)
    given = asked.parse_args()
    if "journey" in given.what:
        print(
            f"## The floor: the framework alone\n\n{journey.table(journey.measure_floor(given.rounds))}\n", flush=True
        )
    for database in given.database or ["sqlite", "postgres"]:
        measure(database, given)


def measure(database: str, given: argparse.Namespace) -> None:
    if "journey" in given.what:
        print(f"## Pages, {database}\n\n{journey.table(journey.measure(database, given.rounds))}\n", flush=True)
    if "finding" in given.what:
        print(f"## Finding, {database}\n\n{finding.measure(database)}\n", flush=True)
    if "plans" in given.what and database == "postgres":
        print(f"## How PostgreSQL finds\n\n{finding.plans()}\n", flush=True)
    if "rush" in given.what:
        print(f"## Bookings a second, {database}\n", flush=True)
        for one in rush.rush(database, given.bookings):
            print(f"- {one.what}: {one.per_second:.0f}/s, {one.cpu_ms:.2f} CPU ms each, answers {dict(one.outcomes)}")
        print(f"- the database alone: {rush.floor_of_database(database, 3200):.0f}/s\n", flush=True)
    if "steady" in given.what:
        one = rush.steady(database, given.rate, given.seconds)
        spread = f"median {one.at(0.5):.0f} ms, 95 % {one.at(0.95):.0f} ms, 99 % {one.at(0.99):.0f} ms"
        print(f"## {one.asked_per_second} arrivals a second for {one.seconds} s, {database}\n")
        print(f"- form and POST: {spread}; answers {dict(one.outcomes)}\n", flush=True)
    if "picker" in given.what:
        print(f"## The picker, {database}\n\n{picker.measure(database)}\n", flush=True)
    if "clock" in given.what:
        print(f"## The clock, {database}\n", flush=True)
        for line in clock.measure(database, given.reminders):
            print(line, flush=True)
    if "feeds" in given.what:
        print(f"## Calendars, {database}\n\n{feeds.measure(database)}\n", flush=True)


if __name__ == "__main__":
    main()
