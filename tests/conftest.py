"""What every test may ask for: an app on a real database, a clock that stands still, builders, and the outbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event, select

from booking import clock, create_app
from booking.config import Settings
from booking.db import create_tables, db
from booking.domain.messages import Message
from tests.browser import browser
from tests.make import NOON, Make
from tests.postgres import Cluster, cluster
from tests.smtp import Relay

__all__ = ["browser", "cluster"]

SECRET = "for tests only: 0123456789abcdefghij"


class Clock:
    """The time as the doors see it; it moves only when a test moves it."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class Client(FlaskClient):
    """Every request has a context of its own, as in a server; afterwards the test reads afresh."""

    def open(self, *given: Any, **named: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*given, **named)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return answer


def settings_for(url: str, **given: object) -> Settings:
    ordinary = {"mode": "test", "database_url": url, "base_url": "http://localhost", "secret_key": (SECRET,)}
    return Settings(**{**ordinary, **given})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def the_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(clock, "now", standing)
    return standing


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """A PostgreSQL database with every table, to be copied by each test."""
    cluster.create_database("template_booking")
    app = create_app(settings_for(cluster.url_for("template_booking")))
    with app.app_context():
        create_tables()
        db.engine.dispose()
    return "template_booking"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An SQLite file with every table, to be copied by each test."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    app = create_app(settings_for(f"sqlite:///{path}"))
    with app.app_context():
        create_tables()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path.read_bytes()


@pytest.fixture
def sqlite_url(tmp_path: Path, empty_sqlite: bytes) -> str:
    path = tmp_path / "booking.sqlite"
    path.write_bytes(empty_sqlite)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    cluster: Cluster = request.getfixturevalue("cluster")
    template: str = request.getfixturevalue("template")
    postgres_url.number = getattr(postgres_url, "number", 0) + 1  # type: ignore[attr-defined]
    name = f"test_{os.getpid()}_{postgres_url.number}"  # type: ignore[attr-defined]
    cluster.create_database(name, template=template)
    return cluster.url_for(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_url(request: pytest.FixtureRequest) -> str:
    """A database address, once of each kind: for what must hold on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def url(sqlite_url: str) -> str:
    """The database of `app`; a module about both says  `url = either` by overriding this."""
    return sqlite_url


@pytest.fixture
def settings(url: str) -> Settings:
    return settings_for(url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application with its context pushed. Forms need no CSRF token unless a test turns it on."""
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Client
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make(app: Flask) -> Make:
    return Make()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A real SMTP listener that keeps what it receives."""
    with Relay() as listening:
        yield listening


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[str]]:
    """Answer the kinds of all promised messages, in order."""
    return lambda: list(db.session.scalars(select(Message.kind).order_by(Message.id)))


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement since the test began, to be counted or cleared."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
