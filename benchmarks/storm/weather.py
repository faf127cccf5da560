"""What goes wrong, from a seed: processes are killed and stopped, the relay says no, is silent, hangs up, goes away."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from benchmarks.server import children
from benchmarks.storm.stage import Given, Stage

SHORT = 2
"""Most stops are shorter than so many seconds; one in `LONG_EVERY` takes as long as the longest."""
LONG_EVERY = 6


class Weather(threading.Thread):
    """One fault after another until `stop`; `faults` counts them, `copies` the mails that may have come twice."""

    def __init__(self, stage: Stage, given: Given) -> None:
        super().__init__(name="weather")
        self._stage, self._chance = stage, random.Random(given.seed)  # noqa: S311 the same every time
        self._most, self._every, self._longest = given.faults, given.fault_every, given.longest_stop
        self._is_over = threading.Event()
        self._stopped: list[threading.Thread] = []
        self._broken: Exception | None = None
        self.faults: Counter[str] = Counter()
        self.copies = 0

    def run(self) -> None:
        kinds: list[Callable[[], object]] = [self.kill_web, self.stop_web, self.kill_worker, self.stop_worker]
        kinds += [self.lose_relay, self.refuse_mail, self.silence_relay, self.hang_up]
        if self._stage.cluster:
            kinds += [self.kill_database, self.stop_database, self.kill_connection, self.stop_connection]
        try:
            self._blow(kinds)
        except Exception as broken:
            self._broken = broken

    def _blow(self, kinds: list[Callable[[], object]]) -> None:
        for _ in range(self._most):
            if self._is_over.wait(self._every * self._chance.uniform(0.5, 1.5)):
                return
            fault = self._chance.choice(kinds)
            self.faults[fault.__name__] += 1
            self.copies += len(self._stage.workers)  # each has one mail in its hands
            with suppress(ProcessLookupError, FileNotFoundError, IndexError):  # what was to be hit has gone already
                fault()

    def stop(self) -> None:
        """Let it clear up, and wait until it has. Raises what ended it before its time."""
        self._is_over.set()
        self.join()
        for one in self._stopped:
            one.join()
        if self._broken:
            raise self._broken

    def kill_web(self) -> None:
        os.kill(self._chance.choice(self._stage.web_processes()), signal.SIGKILL)

    def stop_web(self) -> None:
        self._pause(self._chance.choice(self._stage.web_processes()))

    def kill_worker(self) -> None:
        number = self._chance.randrange(len(self._stage.workers))
        self._stage.workers[number].kill()
        self._stage.replace_worker(number)

    def stop_worker(self) -> None:
        self._pause(self._chance.choice(self._stage.workers).pid)

    def kill_database(self) -> None:
        """Cut the power: all of PostgreSQL's processes are gone at once, also those that are stopped."""
        assert self._stage.cluster
        server = self._stage.cluster.pid
        for pid in (server, *children(server)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._stage.cluster.start_again()

    def stop_database(self) -> None:
        assert self._stage.cluster
        self._pause(self._stage.cluster.pid)

    def kill_connection(self) -> None:
        """Kill one process of PostgreSQL: it ends all connections, and recovers."""
        os.kill(self._chance.choice(self._stage.database_processes()), signal.SIGKILL)

    def stop_connection(self) -> None:
        """Stop one process of PostgreSQL, with whatever it has locked."""
        self._pause(self._chance.choice(self._stage.database_processes()))

    def lose_relay(self) -> None:
        self._stage.relay.stop()
        time.sleep(self._chance.uniform(0.5, 3))
        self._stage.relay.start()

    def refuse_mail(self) -> None:
        self._stage.relay.refuse_with = "451 4.3.0 Try later"
        time.sleep(self._chance.uniform(0.1, 0.5))
        self._stage.relay.refuse_with = None

    def silence_relay(self) -> None:
        """Let it answer nothing for longer than a worker waits."""
        self._stage.relay.hold.set()
        time.sleep(self._chance.uniform(1, 5))
        self._stage.relay.hold.clear()

    def hang_up(self) -> None:
        """Let it take mail and be gone before it says so."""
        self._stage.relay.drops += 2
        self.copies += 2

    def _pause(self, process: int) -> None:
        """Stop a process, and let it go on later, while other things go wrong."""
        is_long = self._chance.randrange(LONG_EVERY) == 0
        seconds = self._longest if is_long else self._chance.uniform(0.1, min(SHORT, self._longest))
        os.kill(process, signal.SIGSTOP)
        going_on = threading.Thread(target=self._let_go_on, args=[process, seconds])
        going_on.start()
        self._stopped.append(going_on)

    def _let_go_on(self, process: int, seconds: float) -> None:
        self._is_over.wait(seconds)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)
