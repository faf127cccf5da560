"""Alive and ready, for the machines that watch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_migrate import upgrade

from booking import create_app
from booking.db import db, transaction
from booking.domain import workers
from tests.conftest import Client, settings_for


@pytest.fixture
def migrated(tmp_path):
    app = create_app(settings_for(f"sqlite:///{tmp_path}/migrated.sqlite"))
    app.test_client_class = Client
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_ready_needs_a_worker_seen_in_the_last_minute(migrated, the_clock):
    client = migrated.test_client()
    assert (client.get("/readyz").status_code, client.get("/readyz").json["worker"]) == (503, False)

    with transaction():
        workers.beat("one", at=the_clock.at)
    assert client.get("/readyz").json == {"ready": True, "database": True, "migrations": True, "worker": True}

    the_clock.forward(seconds=61)
    assert client.get("/readyz").status_code == 503


def test_ready_needs_the_migrations(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["migrations"], answer.json["database"]) == (503, False, True)


def test_alive_asks_nothing_of_the_database(client, statements):
    assert client.get("/healthz").json == {"alive": True}
    assert statements == []


def test_workers_not_seen_for_a_day_are_forgotten(app, noon):
    for name, hours in [("old", 25), ("young", 1)]:
        with transaction():
            workers.beat(name, at=noon - timedelta(hours=hours))
    with transaction():
        workers.beat("here", at=noon)

    assert sorted(worker.name for worker in db.session.query(workers.Worker)) == ["here", "young"]
