"""How each kind of database is spoken to: settings, how a transaction begins, what a fault may quote.

SQLite's driver begins transactions in a way that loses updates, so we say BEGIN ourselves. On PostgreSQL whoever only
reads is shown one moment, and is refused what would write.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

WAIT_SECONDS: float = 10
"""How long a writer waits for SQLite's lock; PostgreSQL's rows are waited for `ROW_WAIT_SECONDS`."""
ROW_WAIT_SECONDS = 3
IDLE_SECONDS = 5
"""A connection to PostgreSQL that rested for longer is tried before it is used."""


def options(url: str, pool_size: int) -> dict[str, Any]:
    """Answer the engine's settings for a database address; `pool_size` counts PostgreSQL connections.

    What a statement was given (names, addresses) is in no fault, and so in no log.
    """
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": WAIT_SECONDS}}
    return {
        "hide_parameters": True,
        "pool_size": pool_size,
        "max_overflow": 2,
        "pool_timeout": ROW_WAIT_SECONDS,
        "connect_args": {
            "connect_timeout": ROW_WAIT_SECONDS,
            "cursor_factory": _Cursor,
            "options": f"-c lock_timeout={ROW_WAIT_SECONDS}s -c timezone=UTC",
        },
    }


def prepare(engine: Engine) -> None:
    """Give an engine its ways: how a transaction begins, SQLite's pragmas; PostgreSQL's idle connections and faults."""
    if engine.dialect.name == "sqlite":
        _say_begin_ourselves(engine)
    else:
        _read_one_moment(engine)
        _try_idle_connections(engine)
        _quote_no_rows(engine)


def _say_begin_ourselves(engine: Engine) -> None:
    """Set the pragmas and begin transactions ourselves: the driver's own way loses updates."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        wait = f"busy_timeout={int(WAIT_SECONDS * 1000)}"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", wait):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _read_one_moment(engine: Engine) -> None:
    """Show whoever only reads one moment of the database, as SQLite does; a writer sees what its locks waited for.

    What would write without having said so is refused.
    """

    levels = engine.dialect.loaded_dbapi.IsolationLevel
    reading = levels.REPEATABLE_READ, True
    writing = levels.READ_COMMITTED, None  # None: whether anybody may write is the server's word

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        way = writing if connection.get_execution_options().get("writes") else reading
        driver = connection.connection.driver_connection
        if (driver.isolation_level, driver.read_only) != way:
            driver.isolation_level, driver.read_only = way  # said with its next BEGIN, at no question more


def _try_idle_connections(engine: Engine) -> None:
    """Try a connection that has not been used for some seconds, and replace it if its server is gone.

    SQLAlchemy's own `pool_pre_ping` asks the server before every request, a tenth of what the page costs.
    """

    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() < record.info.get("used", time.monotonic()) + IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool connects anew


def _quote_no_rows(engine: Engine) -> None:
    """Leave out of a fault what PostgreSQL quotes of a row (DETAIL) or of a value (class 22), so that no log has it."""

    @event.listens_for(engine, "handle_error")
    def handle_error(context: Any) -> None:
        fault = context.original_exception
        if not isinstance(fault, psycopg.Error) or fault.sqlstate is None:
            return  # not the server's word
        said = "" if fault.sqlstate.startswith("22") else fault.diag.message_primary
        fault.args = (f"SQLSTATE {fault.sqlstate}: {said}",)
        if context.sqlalchemy_exception:
            context.sqlalchemy_exception.args = (f"({type(fault).__name__}) {fault}",)


class _Columns(Sequence[psycopg.Column]):
    """The columns of an answer, described only when somebody asks.

    psycopg describes all of them at every statement; SQLAlchemy asks once for each that it has put together
    (docs/decisions/0051-columns-are-described-when-asked-about.md).
    """

    def __init__(self, cursor: psycopg.Cursor[Any], number: int) -> None:
        self._cursor, self._number = cursor, number

    def __len__(self) -> int:
        return self._number

    def __getitem__(self, index: Any) -> Any:
        return [psycopg.Column(self._cursor, number) for number in range(self._number)][index]


class _Cursor(psycopg.Cursor[Any]):
    @property
    def description(self) -> Any:
        return _Columns(self, self.pgresult.nfields) if self.pgresult and self.pgresult.nfields else None
