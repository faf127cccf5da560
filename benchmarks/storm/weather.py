"""What goes wrong, from a seed: processes are killed and stopped, the relay says no, hangs up and goes away."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

from benchmarks.storm.stage import Stage


class Weather(threading.Thread):
    """One fault after another until `stop`; `faults` counts them."""

    def __init__(self, stage: Stage, seed: int, every_seconds: float) -> None:
        super().__init__(name="weather")
        self._stage, self._chance, self._every = stage, random.Random(seed), every_seconds  # noqa: S311
        self._is_over = threading.Event()
        self.faults: Counter[str] = Counter()

    def run(self) -> None:
        kinds = [self.kill_web, self.stop_web, self.kill_worker, self.stop_worker, self.lose_relay, self.refuse_mail]
        if self._stage.cluster:
            kinds += [self.kill_database, self.stop_database]
        while not self._is_over.wait(self._every * self._chance.uniform(0.5, 1.5)):
            fault = self._chance.choice(kinds)
            self.faults[fault.__name__] += 1
            fault()

    def stop(self) -> None:
        """Let it clear up, and wait until it has."""
        self._is_over.set()
        self.join()

    def kill_web(self) -> None:
        with suppress(ProcessLookupError):
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
        assert self._stage.cluster
        self._stage.cluster.signal(signal.SIGKILL)
        self._stage.cluster.start_again()

    def stop_database(self) -> None:
        assert self._stage.cluster
        self._stage.cluster.signal(signal.SIGSTOP)
        time.sleep(self._chance.uniform(0.2, 2))
        self._stage.cluster.signal(signal.SIGCONT)

    def lose_relay(self) -> None:
        self._stage.relay.stop()
        time.sleep(self._chance.uniform(0.5, 3))
        self._stage.relay.start()

    def refuse_mail(self) -> None:
        self._stage.relay.refuse_with = "451 4.3.0 Try later"
        time.sleep(self._chance.uniform(0.1, 0.5))
        self._stage.relay.refuse_with = None

    def _pause(self, process: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
            time.sleep(self._chance.uniform(0.2, 2))
            os.kill(process, signal.SIGCONT)
