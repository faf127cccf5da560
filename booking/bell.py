"""The bell: it rings when something was promised, so that a worker looks at once. Polling goes on underneath.

PostgreSQL rings by NOTIFY, on a connection that does nothing but listen. On SQLite any commit of another connection
rings: `PRAGMA data_version` changes with it, and asking costs a few microseconds.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

log = logging.getLogger(__name__)

LOOKS_EVERY_SECONDS = 0.2
"""On SQLite; on PostgreSQL, how soon it notices that it shall stop listening."""
TRIES_AGAIN_AFTER_SECONDS = 5


class Bell(threading.Thread):
    """Listens on a channel of the database until it is taken down."""

    def __init__(self, engine: Engine, channel: str) -> None:
        super().__init__(name="bell", daemon=True)
        self._engine, self._channel = engine, channel
        self._rung, self._is_down = threading.Event(), threading.Event()

    def wait(self, seconds: float) -> bool:
        """Return when it rings, or after so many seconds; answer whether it rang."""
        rang = self._rung.wait(seconds)
        self._rung.clear()
        return rang

    def take_down(self) -> None:
        """Ring a last time, and listen no more."""
        self._is_down.set()
        self._rung.set()

    def run(self) -> None:
        """Listen; a connection that is lost is made anew, and what was missed meanwhile is rung for."""
        listen = self._watch_file if self._engine.dialect.name == "sqlite" else self._listen
        while not self._is_down.is_set():
            try:
                with self._own_connection() as connection:
                    listen(connection)
            except Exception as fault:
                log.warning("the bell is out of order, and the worker only polls: %s", type(fault).__name__)
                self._is_down.wait(TRIES_AGAIN_AFTER_SECONDS)

    def _listen(self, connection: Any) -> None:
        connection.autocommit = True
        connection.execute(f"LISTEN {self._channel}")
        self._rung.set()
        while not self._is_down.is_set():
            for _ in connection.notifies(timeout=LOOKS_EVERY_SECONDS, stop_after=1):
                self._rung.set()

    def _watch_file(self, connection: Any) -> None:
        seen = None
        while not self._is_down.is_set():
            version = connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self._rung.set()
            self._is_down.wait(LOOKS_EVERY_SECONDS)

    @contextlib.contextmanager
    def _own_connection(self) -> Iterator[Any]:
        """Answer the driver's connection, taken out of the pool for good and closed at the end."""
        taken = self._engine.raw_connection()
        own = taken.driver_connection
        taken.detach()
        try:
            yield own
        finally:
            taken.close()
