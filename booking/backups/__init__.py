"""Backups: the whole database in one file, and back again, whole or not at all.

SQLite is copied by its online backup, PostgreSQL by its own `pg_dump` and `pg_restore`. People may go on booking while
a backup is made. No rules stand here, and no commit.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine

from booking.backups import postgres, sqlite
from booking.backups.faults import Bad, Damaged

__all__ = ["Bad", "Damaged", "kind_of", "must_be_of"]


def kind_of(engine: Engine) -> ModuleType:
    """Answer the module that knows this kind of database."""
    return sqlite if engine.dialect.name == "sqlite" else postgres


def must_be_of(engine: Engine, file: Path) -> None:
    """Raise `Bad` for a file that is no backup, or one of the other kind of database."""
    with file.open("rb") as opened:
        begins = opened.read(16)
    kinds = {one.NAME: begins.startswith(one.BEGINS) for one in (sqlite, postgres)}
    wanted = kind_of(engine).NAME
    if kinds[wanted]:
        return
    other = next((name for name, fits in kinds.items() if fits), None)
    raise Bad(f"It is a backup of {other}, and DATABASE_URL is {wanted}." if other else "It is not a backup.")
