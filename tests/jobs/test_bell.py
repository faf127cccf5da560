"""The bell wakes a worker at the commit that promised something, on both databases; without it the worker polls."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, text

from booking.bell import Bell
from booking.db import announce, db, transaction
from booking.domain.errors import Refused
from booking.domain.messages import OUTBOX

SOON = 10
"""Seconds that a ring may take on a machine under load; usually it takes a fifth of one."""


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def bell(app, monkeypatch):
    """A bell that hangs, and has rung for what came before."""
    monkeypatch.setattr("booking.bell.TRIES_AGAIN_AFTER_SECONDS", 0.1)
    one = Bell(db.engine, OUTBOX)
    one.start()
    assert one.wait(SOON)
    yield one
    one.take_down()
    one.join(SOON)
    assert not one.is_alive()


def test_it_rings_when_something_is_promised(make, bell):
    make.booking(make.event())

    assert bell.wait(SOON)


def test_nothing_rings_for_what_was_refused(app, bell):
    def refused():
        with transaction():
            announce(OUTBOX)
            raise Refused("no")

    with pytest.raises(Refused):
        refused()

    assert not bell.wait(0.6)


@pytest.mark.parametrize("either_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_connection_that_is_lost_is_made_anew_and_rings_for_what_was_missed(make, bell):
    with db.engine.connect() as connection:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'"
        assert len(connection.execute(text(others)).all()) == 1

    assert bell.wait(SOON)
    make.booking(make.event())
    assert bell.wait(SOON)


@pytest.mark.parametrize("either_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_notice_that_cannot_be_given_leaves_what_was_promised(make, app, outbox, caplog):
    def broken(_connection, _cursor, statement, *_rest):
        if "pg_notify" in statement:
            raise db.engine.dialect.dbapi.OperationalError("gone")

    event.listen(db.engine, "before_cursor_execute", broken)
    make.booking(make.event())
    event.remove(db.engine, "before_cursor_execute", broken)

    assert outbox() == ["places_booked"]


def test_one_that_is_out_of_order_says_so_and_ends_when_it_is_taken_down(app, monkeypatch, caplog):
    tried = threading.Event()

    def fail(self, connection):
        tried.set()
        raise OSError

    monkeypatch.setattr(Bell, "_listen", fail)
    monkeypatch.setattr(Bell, "_watch_file", fail)
    one = Bell(db.engine, OUTBOX)
    one.start()
    assert tried.wait(SOON)
    one.take_down()
    one.join(SOON)

    assert not one.is_alive()
    assert "the bell is out of order" in caplog.text
