"""SQLite: its online backup reads one consistent state while others write, and writes in one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from booking.backups.faults import Bad, Damaged

NAME, ENDS, BEGINS = "SQLite", ".sqlite", b"SQLite format 3\0"
PAGES = 1000
"""Copied in one step; after each, progress is told."""
WAIT_SECONDS = 10


def dump(engine: Engine, file: Path, progress: Callable[[int, int], None]) -> None:
    """Write the state of this moment to a new file. Raises `Bad`."""
    try:
        with closing(_connect(_path(engine))) as source, closing(_connect(file)) as target:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it reads this state
            _copy(source, target, progress)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        check(file)
    except sqlite3.Error as error:
        raise Bad(f"The backup could not be made: {error}.") from error


def check(file: Path) -> None:
    """Read the whole file. Raises `Damaged`."""
    try:
        with closing(_connect(file)) as opened:
            found = [row[0] for row in opened.execute("PRAGMA integrity_check(3)")]
            strangers = opened.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise Damaged(f"The file is damaged: {error}.") from error
    if found != ["ok"]:
        raise Damaged(f"The file is damaged: {found[0].splitlines()[-1]}.")
    if strangers:
        raise Damaged(f"The file is damaged: {len(strangers)} rows refer to what is not there.")


def revision(file: Path) -> str:
    """Answer the newest migration that the file has seen, or nothing."""
    try:
        with closing(_connect(file)) as opened:
            row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""


def is_in_use(engine: Engine) -> bool:
    """Say whether another process, or this one, has the database open."""
    engine.dispose()
    path = _path(engine)
    if not path.exists():
        return False
    with closing(_connect(path, wait=0)) as alone:
        try:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("BEGIN IMMEDIATE")
            alone.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
    return False


def put_back(engine: Engine, file: Path, progress: Callable[[int, int], None]) -> None:
    """Replace all that the database holds by what the file holds, in one transaction. Raises `Bad`."""
    engine.dispose()
    try:
        with closing(_connect(file)) as source, closing(_connect(_path(engine))) as target:
            target.execute("PRAGMA synchronous=FULL")
            _copy(source, target, progress)
            target.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise Bad(f"The database could not be replaced: {error}.") from error


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, progress: Callable[[int, int], None]) -> None:
    moved, moved_at = -1, time.monotonic()

    def step(_status: int, left: int, total: int) -> None:
        nonlocal moved, moved_at
        if total - left != moved:
            moved, moved_at = total - left, time.monotonic()
        elif time.monotonic() > moved_at + WAIT_SECONDS:
            raise sqlite3.OperationalError("somebody else is using it")  # the copying itself would wait for ever
        progress(total - left, total)

    source.backup(target, pages=PAGES, progress=step, sleep=0.1)


def _connect(path: Path, wait: float = WAIT_SECONDS) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=wait)


def _path(engine: Engine) -> Path:
    return Path(str(engine.url.database)).resolve()
