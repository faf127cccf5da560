"""What people were told, to be held against what is there: by the page after each act, and by everything in the end."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

MAY_BECOME = {
    "typed": {"held", "lapsed", "confirmed"},
    "confirmed": {"confirmed"},
    "waiting": {"waiting", "offered"},
    "offered": {"offered", "waiting"},
    "cancelled": {"cancelled"},
    "declined": {"declined"},
}
"""What a booking of which somebody was told this may be later, without an act of theirs; a storm is over in minutes."""


@dataclass(frozen=True)
class Found:
    """What a booking is in the end, and the addresses of those who come or wait by it."""

    state: str
    event: int
    addresses: frozenset[str] = frozenset()


class Ledger:
    """What was said of each booking, by its number; which answers came; and what cannot be true of either."""

    def __init__(self) -> None:
        self.told: dict[int, str] = {}
        self.asked: dict[int, set[str]] = defaultdict(set)
        self.instead: dict[int, tuple[str, str]] = {}
        self.answers: Counter[str] = Counter()
        self.acts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._one = threading.Lock()

    def ask(self, booking: int, state: str) -> None:
        """Note that somebody asks for this: without an answer, it may be so or not."""
        with self._one:
            self.asked[booking].add(state)

    def tell(self, booking: int, state: str) -> None:
        """Note what a page said of a booking; it must follow from what was said before, or from what was asked."""
        with self._one:
            if booking in self.told and state not in self._may_be(booking):
                self.wrong.append(f"Booking {booking} was told {self.told[booking]}, and then {state}.")
            self.told[booking] = state
            self.asked.pop(booking, None)

    def swap(self, booking: int, left: str, came: str) -> None:
        """Note that somebody was told that a colleague comes instead."""
        with self._one:
            self.instead[booking] = (left, came)

    def count(self, answer: str) -> None:
        with self._one:
            self.answers[answer] += 1

    def did(self, act: str) -> None:
        with self._one:
            self.acts[act] += 1

    def untrue(self, found: Mapping[int, Found], places: int) -> list[str]:
        """Answer a sentence for everything that somebody was told and that is not so. `places`: those of each event."""
        return [*self.wrong, *self._lost(found), *self._swaps(found), *self._oversold(found, places)]

    def _lost(self, found: Mapping[int, Found]) -> list[str]:
        states = {number: found[number].state if number in found else "not there" for number in self.told}
        return [
            f"Booking {number} was told {self.told[number]}, and is {state}."
            for number, state in sorted(states.items())
            if state not in self._may_be(number)
        ]

    def _swaps(self, found: Mapping[int, Found]) -> list[str]:
        wrong = []
        for number, (left, came) in sorted(self.instead.items()):
            there = found[number].addresses if number in found else frozenset()
            if there and (left in there or came not in there):
                wrong.append(f"In booking {number} a colleague was to come instead, and does not.")
        return wrong

    def _oversold(self, found: Mapping[int, Found], places: int) -> list[str]:
        """Add up what people were told, whatever the database says of places that are taken."""
        sold: Counter[int] = Counter()
        for number, state in self.told.items():
            if state == "confirmed" and number in found and number not in self.asked:
                sold[found[number].event] += len(found[number].addresses)
        return [
            f"Event {event} has {places} places, and {number} people were told that they have one."
            for event, number in sorted(sold.items())
            if number > places
        ]

    def _may_be(self, booking: int) -> set[str]:
        return MAY_BECOME[self.told[booking]] | self.asked.get(booking, set())
