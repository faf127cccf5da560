"""The database: one session a request, one way to write, and the only `commit()`.

SQLite and PostgreSQL keep the same two promises. What a rule counts inside `transaction()` is still true
when its result is written: SQLite lets one writer in (BEGIN IMMEDIATE, and a lock of this process, because its
own busy handler is an unfair sleep and poll); on PostgreSQL the rows that a verb locks make it wait. And what is read
outside, for a page, a feed or an export, is all of one moment, however many questions it takes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Select, bindparam, func, select
from sqlalchemy.exc import (
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

from booking import engines

log = logging.getLogger(__name__)


class Busy(Exception):
    """The database is taken for longer than a person should wait; ask again in a moment."""


AWAY = (Busy, OperationalError, InterfaceError, InternalError, TimeoutError)
"""What is no fault of the act: the database is taken, full, gone, or read only. The same act may do later."""
_TAKEN = {"55P03", "40P01", "40001", "53300", sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""SQLSTATEs of PostgreSQL, primary codes of SQLite: somebody else is in the way, and will have gone in a moment."""


class KeepsWork(Exception):
    """Raised out of a transaction, it is passed on, but the work is kept: a wrong code counts as a try."""


class UtcDateTime(TypeDecorator[datetime]):
    """Keep instants in UTC and give them back aware; a naive datetime is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Every table's parent: named constraints, so that a migration and a refusal can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(type_annotation_map={datetime: UtcDateTime}, metadata=metadata)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_one_writer = threading.Lock()


@contextmanager
def transaction() -> Iterator[Session]:
    """Keep all of the work inside, or none of it.

    Opened by a door, once, around one act. What was read before is forgotten at the start.
    Raises `RuntimeError` if one is open already, `Busy` if SQLite's writer cannot be had in time.
    """
    session = db.session()
    if session.info.get("writing") or session.new or session.dirty:
        raise RuntimeError("Enter a transaction once, with nothing written yet")
    end_reading()
    session.expire_all()
    session.info["announced"] = set()
    try:
        with _writer(session):
            session.info["writing"] = True
            try:
                session.connection(execution_options={"writes": True})
                yield session
                session.commit()
            except KeepsWork:
                session.commit()
                raise
            except BaseException:
                session.info["announced"] = set()
                session.rollback()
                raise
            finally:
                session.info["writing"] = False
    finally:
        _notify(session)


def end_reading(trouble: BaseException | None = None) -> None:
    """End what was only read, soundly or with some `trouble`.

    On PostgreSQL with a COMMIT, which has nothing to keep: at a ROLLBACK psycopg forgets every statement that it had
    prepared (docs/decisions/0050-what-is-read-ends-with-a-commit.md).
    """
    session = db.session()
    is_unsound = trouble or session.new or session.dirty or session.deleted
    if is_unsound or session.get_bind().dialect.name != "postgresql":
        session.rollback()
    else:
        session.commit()


def announce(channel: str) -> None:
    """Let whoever listens on this channel know, once this transaction is kept.

    A hint, never a promise: PostgreSQL's listeners get a NOTIFY, after the commit because one inside makes all commits
    wait for each other; SQLite's see that the file has changed.
    """
    db.session().info.setdefault("announced", set()).add(channel)


@contextmanager
def rehearsal() -> Iterator[Session]:
    """Do the work inside under the locks of a transaction, so that it can be looked at, and keep none of it.

    What was read or made inside is not to be used afterwards.
    """
    with suppress(_Rehearsed), transaction() as session:
        yield session
        session.flush()
        raise _Rehearsed


class _Rehearsed(Exception):
    """The work was looked at; it ends here."""


def let_go(trouble: BaseException | None = None) -> None:
    """End this context's session. A server that has gone meanwhile takes nothing from what was answered already."""
    if not db.session.registry.has():
        return  # a file or a cached answer asked for none
    try:
        end_reading(trouble)
        db.session.remove()
    except AWAY as away:
        log.warning("the database had gone when its session ended: %s", type(away).__name__)
        db.session.remove()  # the first time has given its connection up


def must_be_writing() -> None:
    """Raise `RuntimeError` outside `transaction()`: a lock taken there would protect nothing."""
    if not db.session().info.get("writing"):
        raise RuntimeError("Lock inside transaction() only")


def is_deadlock(error: OperationalError) -> bool:
    """Say whether PostgreSQL broke a deadlock by ending this transaction (SQLSTATE 40P01)."""
    return getattr(error.orig, "sqlstate", None) == "40P01"


def is_taken(error: Exception) -> bool:
    """Say whether others are in the way for a moment; otherwise the database is full, gone or read only."""
    if isinstance(error, Busy | TimeoutError):
        return True
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None)
    return getattr(cause, "sqlstate", None) in _TAKEN or (code is not None and code & 0xFF in _TAKEN)


@contextmanager
def _writer(session: Session) -> Iterator[None]:
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    if not _one_writer.acquire(timeout=engines.WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _one_writer.release()


def _notify(session: Session) -> None:
    channels, session.info["announced"] = session.info.get("announced", set()), set()
    dialect = session.get_bind().dialect.name
    if not channels or dialect != "postgresql":
        return
    try:
        with db.engine.connect() as connection:
            own = connection.execution_options(isolation_level="AUTOCOMMIT")
            for channel in sorted(channels):
                own.execute(_NOTIFY, {"channel": channel})
    except SQLAlchemyError as error:
        log.warning("nobody was notified, and the workers find it by themselves: %s", type(error).__name__)


# Written once: putting a statement together costs as much as running it.
_NOTIFY = select(func.pg_notify(bindparam("channel"), ""))


def create_tables() -> None:
    """Make all tables in an empty database, as the models have them; what is to last is migrated instead."""
    db.metadata.create_all(db.engine.execution_options(writes=True))


def count(query: Select[Any]) -> int:
    """Answer how many rows a query has, without its order and paging."""
    rows = query.order_by(None).options().subquery()
    return int(db.session.scalar(select(func.count()).select_from(rows)) or 0)
