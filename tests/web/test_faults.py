"""What breaks around us: a full disk, a database that is damaged or gone. A polite page, nothing half done."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event as listening
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import OperationalError

from booking.db import Busy, db, transaction
from booking.domain.people import Person
from booking.domain.places import Booking, FormKey, new_form_key
from booking.jobs import OFTEN, Worker
from tests.make import NOON
from tests.web.reading import digits, fields, sign_in, words

TYPED = {"name": "Priya Nair", "email": "p.nair@alderbeck.example", "unlisted": "y", "coming": "y"}


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def disk(app, url):
    """The disk, to be filled: an SQLite file that may not grow, PostgreSQL's own answer to a full disk."""
    return FullFile() if url.startswith("sqlite") else FullServer()


class FullFile:
    def fill(self) -> None:
        self.limit = 1
        listening.listen(db.engine, "connect", self.connect)
        db.engine.dispose()
        with suppress(OperationalError):
            while True:  # until the last page is full as well
                with transaction() as session:
                    values = {"key": new_form_key(), "fingerprint": "0" * 64, "made_at": NOON}
                    session.execute(insert(FormKey).values(values))

    def make_room(self) -> None:
        self.limit = 1_000_000
        db.engine.dispose()

    def connect(self, connection, _record) -> None:
        connection.execute(f"PRAGMA max_page_count={self.limit}")  # never below the pages that there are


class FullServer:
    def fill(self) -> None:
        full = "BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END"
        with transaction() as session:
            session.execute(text(f"create function full_() returns trigger language plpgsql as '{_quoted(full)}'"))
            for table in ("place", "sign_in"):
                full = f"create trigger full_ before insert or update on {table} execute function full_()"
                session.execute(text(full))

    def make_room(self) -> None:
        with transaction() as session:
            session.execute(text("drop function full_ cascade"))


def _quoted(words: str) -> str:
    return words.replace("'", "''")


def bookings() -> int:
    return db.session.scalar(select(func.count(Booking.id)))


class TestAFullDisk:
    def test_nothing_is_half_done_what_was_typed_stands_in_the_form_and_the_same_form_books_later(
        self, client, make, disk
    ):
        event = make.event()
        address = f"/events/{event.id}/bookings"
        typed = fields(client.get(f"{address}/new")) | TYPED | {"needs": "A ramp. " * 200}
        disk.fill()

        page = client.post(address, data=typed)

        assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
        assert "We cannot save anything just now" in words(page)
        assert fields(page)["name"] == "Priya Nair"
        assert bookings() == 0
        disk.make_room()
        assert client.post(address, data=fields(page)).status_code == 303
        assert bookings() == 1

    def test_pages_can_still_be_read_also_by_somebody_signed_in(self, client, make, disk, the_clock):
        event, priya = make.event(), make.person()
        sign_in(client, priya)
        disk.fill()
        the_clock.forward(hours=1)

        assert client.get(f"/events/{event.id}").status_code == 200
        assert client.get("/my/bookings").status_code == 200

    def test_within_a_minute_the_machines_that_watch_are_told(self, app, client, make, disk, the_clock):
        with transaction() as session:
            session.execute(text("create table alembic_version (version_num varchar(32))"))
            session.execute(text("insert into alembic_version values ('not yet')"))
        Worker(app).once()
        assert client.get("/readyz").json["database"]
        the_clock.forward(seconds=61)

        told = client.get("/readyz")

        assert (told.status_code, told.json["worker"]) == (503, False)


class TestAnActThatIsNotKept:
    """The database fails at the last moment, the commit; a session is as it was, and the same page is sent again."""

    @pytest.fixture
    def last_moment(self, app):
        """Set, it lets every commit fail."""
        app.config["WTF_CSRF_ENABLED"] = True
        fails = threading.Event()

        def fail(_session):
            if fails.is_set():
                raise Busy

        listening.listen(db.session, "before_commit", fail)
        yield fails
        listening.remove(db.session, "before_commit", fail)

    def test_a_code_that_signs_in_is_sent_once_more_and_signs_in(self, client, make, last_moment):
        asked = fields(client.get("/sign-in")) | {"email": make.person().email}
        client.post("/sign-in", data=asked)
        typed = fields(client.get("/sign-in/code")) | {"code": digits()}

        last_moment.set()
        away = client.post("/sign-in/code", data=typed)
        last_moment.clear()
        again = client.post("/sign-in/code", data=fields(away))

        assert (away.status_code, again.status_code) == (503, 303)
        assert client.get("/my/bookings").status_code == 200

    def test_a_code_that_confirms_is_sent_once_more_and_confirms(self, client, make, last_moment):
        address = f"/events/{make.event().id}/bookings"
        page = client.post(address, data=fields(client.get(f"{address}/new")) | TYPED).location
        typed = fields(client.get(page)) | {"code": digits()}

        last_moment.set()
        away = client.post(page, data=typed)
        last_moment.clear()
        again = client.post(page, data=typed)

        assert (away.status_code, again.status_code) == (503, 303)
        assert "1 place is booked" in words(client.get(again.location))


class TestAFileThatIsDamaged:
    @pytest.fixture
    def url(self, sqlite_url):
        return sqlite_url

    def test_it_is_a_polite_page_and_a_fault_that_watchers_see(self, app, client, make, url):
        event = make.event()
        _harm(Path(url.removeprefix("sqlite:///")))

        pages = [client.get(f"/events/{event.id}"), client.get("/readyz"), client.get("/healthz")]

        assert [page.status_code for page in pages] == [503, 503, 200]
        assert "Booking is not working just now" in pages[0].text


def _harm(path: Path) -> None:
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    path.write_bytes(b"\x5a" * path.stat().st_size)


@pytest.mark.postgres
class TestAServerThatOnlyReads:
    """A standby that has not taken over yet."""

    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_it_is_a_polite_page(self, client, make):
        event = make.event()
        address = f"/events/{event.id}/bookings"
        typed = fields(client.get(f"{address}/new")) | TYPED
        name = db.session.scalar(text("select current_database()"))
        with transaction() as session:
            session.execute(text(f"alter database {name} set default_transaction_read_only = on"))
        db.engine.dispose()

        page = client.post(address, data=typed)

        assert (page.status_code, fields(page)["name"]) == (503, "Priya Nair")


@pytest.mark.postgres
class TestADatabaseThatIsGone:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_what_was_typed_stands_in_the_page_and_is_sent_again_from_there(self, client, make, cluster, url):
        event = make.event()
        address = f"/events/{event.id}/bookings"
        typed = fields(client.get(f"{address}/new")) | TYPED | {"needs": "Two lines:\n<a ramp>"}
        name, away = db.engine.url.database, f"{db.engine.url.database}_away"
        db.session.remove()
        db.engine.dispose()
        cluster.rename_database(name, away)

        page = client.post(address, data=typed)

        assert (page.status_code, page.headers["Retry-After"], page.headers["Cache-Control"]) == (503, "60", "no-store")
        assert "What you typed is kept on this page" in words(page)
        assert {name: fields(page)[name] for name in TYPED} == TYPED
        assert "Two lines:\n&lt;a ramp&gt;" in page.text
        cluster.rename_database(away, name)
        assert client.post(address, data=fields(page)).status_code == 303
        assert bookings() == 1

    def test_an_error_whose_own_page_would_need_the_database_is_answered_in_words_too(
        self, app, client, make, cluster, url
    ):
        app.config["WTF_CSRF_ENABLED"] = True
        address = f"/events/{make.event().id}/bookings"
        name, away = db.engine.url.database, f"{db.engine.url.database}_away"
        db.session.remove()
        db.engine.dispose()
        cluster.rename_database(name, away)

        stale = client.post(address, data=TYPED)

        cluster.rename_database(away, name)
        assert (stale.status_code, fields(stale)["name"]) == (503, "Priya Nair")


class TestWhatIsLoggedOfAFault:
    """What happened and where, and nothing of what a row or a statement holds."""

    @pytest.fixture(autouse=True)
    def fault(self, make, monkeypatch):
        make.person(name="Priya Nair", email="priya@larkmead.example")
        monkeypatch.setattr("booking.domain.codes.send", self.write_twice)
        monkeypatch.setattr("booking.jobs.TIMETABLE", [(self.write_twice, OFTEN)])

    def write_twice(self, *_given, at, **_more):
        row = {"name": "Priya Nair", "email": "priya@larkmead.example", "first_seen_at": at}
        db.session.execute(insert(Person).values(row))

    @pytest.mark.parametrize(
        "act",
        [
            lambda client: client.post("/sign-in", data={"email": "priya@larkmead.example"}),
            lambda client: Worker(client.application).once(),
        ],
        ids=["in a page", "in a job"],
    )
    def test_says_no_name_and_no_address(self, client, caplog, act):
        act(client)

        assert "IntegrityError" in caplog.text
        assert "in write_twice" in caplog.text
        assert [word for word in ("Priya", "priya", "larkmead") if word in caplog.text] == []
