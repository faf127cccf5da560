"""A real gunicorn under measurement: how much CPU its worker used, and how many SQL statements it sent."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
SECRET = "benchmarks only: 0123456789abcdefghijkl"
READY_SECONDS = 90


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Visitor:
    """A browser of the plainest kind: one kept connection, and the cookies that it was given."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        got = self.connection.getresponse()
        answer = Answer(got.status, got.headers, got.read().decode())
        for cookie in got.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def cpu_ms(self) -> float:
        """Answer the CPU time that the workers have used so far, in milliseconds."""
        return sum(_cpu_ms(pid) for pid in children(self.process.pid))

    def all_cpu_ms(self) -> float:
        """The same with gunicorn's own time, and that of workers which were killed."""
        return _cpu_ms(self.process.pid, with_ended=True) + self.cpu_ms()

    def visitor(self) -> Visitor:
        return Visitor(self.port)


@contextmanager
def running(module: str, *, workers: int = 1, threads: int = 8, **environment: str) -> Iterator[Server]:
    """Start gunicorn for `module:app` on a free port of this machine, and stop it by its own process id."""
    port = _free_port()
    given = {
        "MODE": "test",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": SECRET,
        "CODES_PER_NETWORK": "100000",
        "UNPROVEN_PLACES_PER_NETWORK": "10000",
        **environment,
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        f"{module}:app",
        "--worker-class",
        "gthread",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--workers", str(workers), "--threads", str(threads), "--log-level", "error", "--keep-alive", "60"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given})
    try:
        _wait_for(port, process)
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    latest = time.monotonic() + READY_SECONDS
    while time.monotonic() < latest:
        if process.poll() is not None:
            raise RuntimeError("gunicorn ended at once")
        asking = Visitor(port)
        try:
            if asking.get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            asking.connection.close()
    raise RuntimeError("gunicorn did not answer")


def children(pid: int) -> list[int]:
    """Answer the ids of the processes that this one has started and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_ms(pid: int, *, with_ended: bool = False) -> float:
    """Read a process's CPU time (proc(5): utime, stime), and that of children which it has waited for."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, parts[11 : 15 if with_ended else 13])) * 1000 / TICKS


def _free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        return int(probing.getsockname()[1])
