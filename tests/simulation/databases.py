"""Empty databases for runs: an SQLite file, or a PostgreSQL database, copied anew for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from booking import create_app
from booking.db import create_tables, db
from tests.conftest import settings_for
from tests.postgres import Cluster

MEMORY = Path("/dev/shm")  # noqa: S108
"""Where files cost no disk: only processes die in a run, never the machine."""


@contextmanager
def fresh(kind: str) -> Iterator[Callable[[], str]]:
    """Answer a function that answers the address of an empty database; all of them go away in the end."""
    if kind == "sqlite":
        with TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as folder:
            yield on_sqlite(Path(folder))
        return
    cluster = Cluster()
    try:
        _make_tables(cluster.create_database("empty"))
        yield on_postgres(cluster, "empty")
    finally:
        cluster.close()


def on_sqlite(folder: Path) -> Callable[[], str]:
    _make_tables(f"sqlite:///{folder / 'empty.sqlite'}")
    empty, number = (folder / "empty.sqlite").read_bytes(), count(1)

    def copy() -> str:
        for old in folder.glob("run*"):
            old.unlink()
        path = folder / f"run{next(number)}.sqlite"
        path.write_bytes(empty)
        return f"sqlite:///{path}"

    return copy


def on_postgres(cluster: Cluster, template: str) -> Callable[[], str]:
    number = count(1)

    def copy() -> str:
        return str(cluster.create_database(f"run_{next(number)}", template=template))

    return copy


def _make_tables(url: str) -> None:
    app = create_app(settings_for(url))
    with app.app_context():
        create_tables()
        if url.startswith("sqlite"):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
