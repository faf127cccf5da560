"""The processes of a storm: a real database, gunicorn, workers and a mail relay, all on this machine's own address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from benchmarks.seed import fill
from benchmarks.server import ROOT, SECRET, Server, running
from tests.postgres import Cluster
from tests.smtp import Relay

PLACES = 20
EVENTS = 10
WEB_PROCESSES = {"sqlite": 2, "postgres": 4}
WORKERS = {"sqlite": 1, "postgres": 3}


class Stage:
    """What is running. Only these processes are ever signalled, each by its id."""

    def __init__(self, kind: str, url: str, cluster: Cluster | None, relay: Relay, log: IO[Any]) -> None:
        self.url, self.cluster, self.relay, self._log = url, cluster, relay, log
        self.events = fill(url, PLACES).spread[:EVENTS]
        self.web: Server
        self.workers = [self._worker() for _ in range(WORKERS[kind])]

    def web_processes(self) -> list[int]:
        """Answer the ids of gunicorn's own children; it starts another for one that is killed."""
        master = self.web.process.pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

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
            "SMTP_TIMEOUT_SECONDS": "3",
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stdout=self._log, stderr=self._log)


@contextmanager
def staged(kind: str) -> Iterator[Stage]:
    """Start everything, and end it again whatever happens."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        relay = stack.enter_context(Relay())
        log = stack.enter_context((folder / "log").open("wb"))
        cluster = None
        if kind == "postgres":
            cluster = Cluster(durable=True)
            stack.callback(cluster.close)
        url = cluster.create_database("booking") if cluster else f"sqlite:///{folder / 'booking.sqlite'}"
        stage = Stage(kind, url, cluster, relay, log)
        stack.callback(stage.close)
        given = {"DATABASE_URL": url, "DATABASE_POOL": "4", "SMTP_URL": relay.url}
        stage.web = stack.enter_context(running("wsgi", workers=WEB_PROCESSES[kind], threads=8, **given))
        yield stage
