"""The people of a storm: all at once in the beginning, then whoever comes, and whoever comes back."""

from __future__ import annotations

import itertools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.storm.browser import Browser, GaveUp
from benchmarks.storm.ledger import Ledger
from benchmarks.storm.mail import Mail
from benchmarks.storm.stage import Stage
from benchmarks.storm.teacher import Teacher

SEATS = 48
"""So many act at any moment after the rush."""
NEWCOMERS = 0.4


class Crowd:
    def __init__(self, stage: Stage, seed: int, patience: float) -> None:
        self.ledger = Ledger()
        self._stage, self._mail, self._seed = stage, Mail(stage.relay, patience), seed
        self._chance, self._numbers = random.Random(seed), itertools.count()  # noqa: S311 the same every time
        self._at_home: list[Teacher] = []

    def rush(self, people: int) -> None:
        """Let all come in one instant, and wait until each has an answer."""
        start = threading.Barrier(people)

        def come(teacher: Teacher) -> None:
            start.wait()
            self._let(teacher)

        with ThreadPoolExecutor(people) as pool:
            list(pool.map(come, [self._newcomer() for _ in range(people)]))

    def go_on(self, acts: int, until: float) -> None:
        """Let people come and come back so many times, but not after that moment."""

        def one_more(_act: int) -> None:
            if time.monotonic() < until:
                self._let(self._next())

        with ThreadPoolExecutor(SEATS) as pool:
            list(pool.map(one_more, range(acts)))

    def _next(self) -> Teacher:
        if self._at_home and self._chance.random() >= NEWCOMERS:
            try:
                return self._at_home.pop(self._chance.randrange(len(self._at_home)))
            except (IndexError, ValueError):
                pass  # somebody else took the last one
        return self._newcomer()

    def _newcomer(self) -> Teacher:
        number = next(self._numbers)
        chance = random.Random(f"{self._seed} {number}")  # noqa: S311 the same every time
        event = self._stage.events[number % len(self._stage.events)]
        browser = Browser(self._stage.web.port, self.ledger, chance)
        return Teacher(number, event, chance, browser, self._mail, self.ledger)

    def _let(self, teacher: Teacher) -> None:
        """Let somebody act once; who has a booking, and was not given up on, goes home with it."""
        try:
            teacher.come_back() if teacher.may_come_back else teacher.come()
        except GaveUp:
            self.ledger.did("gave up")
        else:
            if teacher.may_come_back:
                self._at_home.append(teacher)
        finally:
            teacher.go()
