"""One way to write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DataError, InternalError, OperationalError

from booking.db import UtcDateTime, db, end_reading, transaction
from booking.domain.people import Hub


@pytest.fixture
def url(either_url):
    return either_url


def test_a_transaction_is_entered_once(app):
    with pytest.raises(RuntimeError, match="once"), transaction(), transaction():
        pass


def test_entering_forgets_what_was_read_before(app, url, make):
    hub = make.hub(area="before")
    elsewhere = create_engine(url)
    with elsewhere.begin() as connection:
        connection.execute(text("update hub set area = 'after'"))
    elsewhere.dispose()
    assert hub.area == "before"

    with transaction():
        assert hub.area == "after"


def test_what_is_read_for_one_page_is_all_of_one_moment(app, url, make):
    make.hub(area="before")
    assert db.session.scalar(select(Hub.area)) == "before"
    elsewhere = create_engine(url)
    with elsewhere.begin() as connection:
        connection.execute(text("update hub set area = 'after'"))
    elsewhere.dispose()

    assert db.session.scalar(select(Hub.area)) == "before"
    db.session.rollback()
    assert db.session.scalar(select(Hub.area)) == "after"


def test_what_was_changed_on_a_page_only_to_be_shown_is_not_kept(app, url, make):
    hub = make.hub(area="before")
    hub.area = "after"
    end_reading()

    assert db.session.scalar(select(Hub.area)) == "before"


def test_what_raises_keeps_nothing(make):
    hub = make.hub(area="before")

    def fault():
        with transaction():
            hub.area = "after"
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fault()

    assert db.session.scalar(select(Hub.area)) == "before"


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2027, 3, 1), None)


@pytest.mark.postgres
class TestAWriterOnPostgreSQL:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_it_sees_what_others_kept_meanwhile_because_that_is_what_its_locks_wait_for(self, app, url, make):
        make.hub(area="before")
        elsewhere = create_engine(url)

        with transaction():
            assert db.session.scalar(select(Hub.area)) == "before"
            with elsewhere.begin() as connection:
                connection.execute(text("update hub set area = 'after'"))
            assert db.session.scalar(select(Hub.area)) == "after"
        elsewhere.dispose()


@pytest.mark.postgres
class TestWhatIsOnlyReadOnPostgreSQL:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_what_pages_ask_again_and_again_stays_prepared(self, app, client, make):
        event = make.event()

        def look():  # in a thread of its own, where each request ends as it does on a server
            for _ in range(8):
                assert client.get(f"/events/{event.id}").status_code == 200
            with app.app_context():
                asked = "select count(*) from pg_prepared_statements where statement like '%FROM event%'"
                return db.session.scalar(text(asked))

        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(look).result() == 1

    def test_columns_are_described_once_somebody_asks(self, app):
        with db.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("select 1 as one, 'b'::text as two")
            one, two = cursor.description

        assert [(one.name, one.type_code), (two.name, two.type_code)] == [("one", 23), ("two", 25)]

    def test_nothing_is_written_outside_a_transaction(self, app, make):
        hub = make.hub(area="before")
        with pytest.raises(InternalError, match="read-only"):
            db.session.execute(update(Hub).values(area="after"))
        db.session.rollback()

        with transaction():
            db.session.get_one(Hub, hub.id).area = "after"
        assert db.session.scalar(select(Hub.area)) == "after"


@pytest.mark.postgres
class TestAConnectionWhoseServerWentAway:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_one_that_had_rested_is_replaced_before_use(self, app, monkeypatch):
        _lose_the_servers_side()

        monkeypatch.setattr("booking.engines.IDLE_SECONDS", 0)

        assert db.session.scalar(text("select 1")) == 1

    def test_one_that_was_just_used_fails_once(self, app):
        _lose_the_servers_side()

        with pytest.raises(OperationalError):
            db.session.scalar(text("select 1"))
        db.session.rollback()
        assert db.session.scalar(text("select 1")) == 1


def _lose_the_servers_side():
    process = db.session.scalar(text("select pg_backend_pid()"))
    db.session.rollback()
    elsewhere = create_engine(db.engine.url)
    with elsewhere.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:process)"), {"process": process})
    elsewhere.dispose()


@pytest.mark.postgres
class TestAValueThatPostgresCannotRead:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_is_not_quoted_in_the_fault(self, app):
        with pytest.raises(DataError, match="SQLSTATE 22P02") as fault:
            db.session.execute(text("select cast(cast(:value as text) as integer)"), {"value": "Priya"})

        assert "Priya" not in f"{fault.value} {fault.value.orig}"
