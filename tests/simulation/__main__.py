"""python -m tests.simulation [--runs N] [--steps N] [--database sqlite|postgres] [--replay SEED:1,2,3]"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.simulation import databases, running


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    asked.add_argument("--runs", type=int, default=10, help="so many seeds")
    asked.add_argument("--steps", type=int, default=300, help="steps of each run")
    asked.add_argument("--first", type=int, default=1, metavar="SEED")
    asked.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked.add_argument("--replay", metavar="SEED:STEPS", help="take just these steps, and tell each")
    given = asked.parse_args()
    with databases.fresh(given.database) as fresh:
        if given.replay:
            seed, _, steps = given.replay.partition(":")
            outcome = running.run(int(seed), map(int, steps.split(",")), fresh)
            print(outcome)
            return int(outcome.broken is not None)
        return _many(range(given.first, given.first + given.runs), given.steps, fresh)


def _many(seeds: range, steps: int, fresh: running.Fresh) -> int:
    seen: Counter[str] = Counter()
    began = time.monotonic()
    for number, seed in enumerate(seeds, 1):
        outcome = running.run(seed, range(steps), fresh)
        if outcome.broken:
            print(f"\nseed {seed} breaks a rule after {len(outcome.steps)} steps; making it shorter …", flush=True)
            print(running.shorten(outcome, fresh))
            return 1
        seen += outcome.seen
        spent = time.monotonic() - began
        print(f"\r{number} of {len(seeds)} runs, {number * steps} steps, {spent:.0f} s", end="", flush=True)
    print("\nWhat was seen:")
    for name, times in sorted(seen.items()):
        print(f"  {times:6}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
