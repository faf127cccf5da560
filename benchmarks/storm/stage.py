"""The processes of a storm: a real database, gunicorn, workers and a mail relay, all on this machine's own address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from benchmarks.seed import fill
from benchmarks.server import ROOT, SECRET, Server, children, running
from tests.postgres import Cluster
from tests.smtp import Relay

DATABASES = ["sqlite", "postgres"]
WORKER = {"real": ["flask", "--app", "wsgi", "worker"], "hasty": ["benchmarks.storm.hasty"]}


@dataclass(frozen=True)
class Given:
    """How large a storm is: who come at once, how often somebody comes or comes back afterwards, what goes wrong."""

    database: str = "sqlite"
    web: int = 2
    workers: int = 1
    worker: str = "real"
    seed: int = 1
    events: int = 10
    places: int = 20
    people: int = 400
    acts: int = 400
    seconds: float = 300.0
    faults: int = 1000
    fault_every: float = 2.0
    longest_stop: float = 2.0
    patience: float = 240.0


class Stage:
    """What is running. Only these processes are ever signalled, each by its id."""

    web: Server

    def __init__(self, given: Given, url: str, cluster: Cluster | None, relay: Relay, log: IO[Any]) -> None:
        self.url, self.cluster, self.relay, self._log = url, cluster, relay, log
        self.events = fill(url, given.places, given.events + 1).spread
        self._command = [sys.executable, "-m", *WORKER[given.worker]]
        self.workers = [self._worker() for _ in range(given.workers)]

    def web_processes(self) -> list[int]:
        """Answer the ids of gunicorn's own children; it starts another for one that is killed."""
        return children(self.web.process.pid)

    def database_processes(self) -> list[int]:
        """Answer the ids of PostgreSQL's processes that serve a connection; none where it is just starting."""
        if self.cluster is None:
            return []
        return [pid for pid in children(self.cluster.pid) if b"[local]" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def replace_worker(self, number: int) -> None:
        """Wait for a worker that was killed, and start another."""
        self.workers[number].wait(10)
        self.workers[number] = self._worker()

    def close(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)

    def _worker(self) -> subprocess.Popen[bytes]:
        given = {
            "MODE": "test",
            "DATABASE_URL": self.url,
            "BASE_URL": "http://127.0.0.1",
            "SECRET_KEY": SECRET,
            "SMTP_URL": self.relay.url,
            "SMTP_TIMEOUT_SECONDS": "2",
        }
        environment = {**os.environ, **given}
        return subprocess.Popen(self._command, cwd=ROOT, env=environment, stdout=self._log, stderr=self._log)


@contextmanager
def staged(given: Given) -> Iterator[Stage]:
    """Start everything, and end it again whatever happens."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        relay = stack.enter_context(Relay())
        log = stack.enter_context((folder / "log").open("wb"))
        cluster = None
        if given.database == "postgres":
            cluster = Cluster(durable=True)
            stack.callback(cluster.close)
        url = cluster.create_database("booking") if cluster else f"sqlite:///{folder / 'booking.sqlite'}"
        stage = Stage(given, url, cluster, relay, log)
        stack.callback(stage.close)
        of_web = {"DATABASE_URL": url, "DATABASE_POOL": "4", "SMTP_URL": relay.url}
        stage.web = stack.enter_context(running("wsgi", workers=given.web, threads=8, **of_web))
        yield stage
