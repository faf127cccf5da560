"""The programs that run beside each other: if one ends, all end, and none outlives this one.

Each is a fork of this one, which has read the application already: to read it again would take longer than all else.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

READY_SECONDS = 30
STOP_SECONDS = 10


class Failed(Exception):
    """The demo cannot go on; the text says why, and what to do."""


class Programs:
    """What was started, in its order; leaving the `with` stops all of it, the last first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.running: dict[str, BaseProcess] = {}

    def __enter__(self) -> Programs:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave one behind
        for program in reversed(self.running.values()):
            _stop(program)

    def start(self, name: str, module: str, *arguments: str) -> None:
        """Start `python -m module arguments`."""
        self.running[name] = get_context("fork").Process(target=self._become, args=(module, arguments), name=name)
        self.running[name].start()

    def wait_until_answers(self, address: str) -> None:
        """Return when `address` answers 200. Raises `Failed` if a program ends first, or after `READY_SECONDS`."""
        # No proxy, whatever the environment says: it could not reach this machine's loopback address.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._wait_until_open(lambda: opener.open(address, timeout=5), address)

    def wait_until_listens(self, port: int) -> None:
        """Return when a program listens there. Raises as `wait_until_answers`."""
        self._wait_until_open(lambda: socket.create_connection(("127.0.0.1", port), timeout=5), f"port {port}")

    def wait(self) -> None:
        """Return when somebody stops us. Raises `Failed` if a program ends by itself."""
        try:
            while True:
                self._must_all_run()
                time.sleep(0.25)
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)

    def _become(self, module: str, arguments: tuple[str, ...]) -> None:
        """Be another program, in a process group of its own, so that Ctrl-C reaches it through us, in order."""
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.environ.update(self.environment)
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)

    def _wait_until_open(self, opened: Callable[[], AbstractContextManager[object]], what: str) -> None:
        latest = time.monotonic() + READY_SECONDS
        while time.monotonic() < latest:
            self._must_all_run()
            with contextlib.suppress(OSError), opened():  # anything but a success is an OSError, also of a page
                return
            time.sleep(0.05)
        raise Failed(f"{what} did not answer within {READY_SECONDS} s; what is printed above may say why")

    def _must_all_run(self) -> None:
        for name, program in self.running.items():
            if program.exitcode is not None:
                raise Failed(f"The demo's {name} ended by itself (code {program.exitcode}), so the rest was stopped")


def is_free(port: int) -> bool:
    """Say whether a program could listen there now, on this machine's own address."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _stop(program: BaseProcess) -> None:
    program.terminate()
    program.join(STOP_SECONDS)
    if program.exitcode is None and program.pid:
        os.killpg(program.pid, signal.SIGKILL)
        program.join()
