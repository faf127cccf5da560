"""Everything in one file and back again: while people book, whole or not at all, and without whom was erased."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text

from booking import jobs
from booking.db import db, transaction
from booking.domain import codes, erasing, verify
from booking.domain.messages import Message
from booking.domain.people import Hub, Person
from booking.domain.places import Booking
from tests import postgres
from tests.conftest import settings_for
from tests.racing import book


@pytest.fixture
def url(request, tmp_path, cluster):
    """An empty database, to be migrated: a backup says which migrations it has seen."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/booking.sqlite"
    url.number = getattr(url, "number", 0) + 1
    return cluster.create_database(f"backup_{os.getpid()}_{url.number}")


def pytest_generate_tests(metafunc):
    kinds = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
    metafunc.parametrize("url", kinds, indirect=True)


@pytest.fixture
def settings(url, relay):
    return settings_for(url, smtp_url=relay.url)


@pytest.fixture
def say(app, monkeypatch):
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{postgres._programs()}")
    upgrade()

    def run(*words: object, typed: str = "") -> tuple[int, str]:
        db.session.remove()
        db.engine.dispose()
        answer = app.test_cli_runner().invoke(args=[str(word) for word in words], input=typed)
        db.session.rollback()
        db.session.expire_all()
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer.exit_code, answer.output

    return run


def bookings() -> int:
    return db.session.scalar(select(func.count(Booking.id)))


def test_what_was_there_comes_back_and_what_came_later_is_gone(say, make, tmp_path):
    event, file = make.event(capacity=50), tmp_path / "kept"
    make.booking(event, size=3)
    assert say("backup", file)[0] == 0
    make.booking(event)

    code, said = say("restore", file, typed="replace\n")

    assert (code, bookings()) == (0, 1)
    assert "The database holds 1 events, 2 bookings" in said
    assert "checks hold" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("kept*")) == ["kept"]
    make.booking(event)
    assert verify.broken(at=make.event().updated_at) == []


def test_a_backup_made_while_people_book_is_of_one_moment(say, app, make, noon, tmp_path):
    event = make.event(capacity=1000).id
    people, stop = [make.person().id for _ in range(40)], threading.Event()

    def writer():
        with app.app_context():
            for person in people:
                if not stop.is_set():
                    book(event, person, noon)
            db.session.remove()

    writing = threading.Thread(target=writer)
    writing.start()
    file = tmp_path / "kept"
    answer = app.test_cli_runner().invoke(args=["backup", str(file)])  # in the midst of it
    stop.set()
    writing.join()
    assert answer.exit_code == 0, answer.output

    code, said = say("restore", file, "--force")

    assert (code, "checks hold" in said) == (0, True)
    assert 0 <= bookings() <= 40


def test_whoever_was_erased_since_is_erased_again(say, make, noon, tmp_path):
    event, file = make.event(), tmp_path / "kept"
    priya = make.person(name="Priya Nair", email="priya@school.example")
    make.booking(event, priya, size=2)
    say("backup", file)
    with transaction():
        erasing.erase(priya.id, by=None, at=noon + timedelta(hours=1))

    code, said = say("restore", file, "--force")

    assert (code, "1 who had been erased" in said) == (0, True)
    assert db.session.get(Person, priya.id).email is None
    assert db.session.get(type(event), event.id).taken == 1


def test_on_a_new_machine_the_erasures_come_in_a_file(say, make, noon, tmp_path):
    file, erased = tmp_path / "kept", tmp_path / "erased"
    priya = make.person(email="priya@school.example")
    say("backup", file)
    with transaction():
        erasing.erase(priya.id, by=None, at=noon + timedelta(hours=1))
    erased.write_text(say("people", "erased")[1])
    with transaction() as session:  # as if the machine were new, and knew nobody
        session.execute(text("delete from audit_entry"))
        session.execute(text("delete from person"))

    code, said = say("restore", file, "--erasures", erased, "--force")

    assert (code, "1 who had been erased" in said) == (0, True)
    assert db.session.get(Person, priya.id).email is None


def test_mail_that_was_due_then_waits_for_somebodys_word(say, make, noon, relay, tmp_path):
    event, file = make.event(), tmp_path / "kept"
    make.booking(event, make.person(email="priya@school.example"))
    with transaction():
        codes.send("ben@school.example", at=noon, network="", limits=codes.Limits())
    [due, code] = db.session.scalars(select(Message).order_by(Message.id))
    say("backup", file)

    said = say("restore", file, "--force")[1]

    assert "1 mail due when the backup was made may have gone since, and will not go now." in said
    assert f"flask outbox retry {due.id}\n" in said
    jobs.post_batch()
    assert relay.received == []
    assert "It came back with a backup" in say("outbox", "list")[1]
    say("outbox", "retry", due.id, code.id)
    jobs.post_batch()
    assert [received.recipients for received in relay.received] == [("priya@school.example",)]


def test_mail_to_whom_was_erased_since_waits_for_nothing_and_what_the_erasing_promises_goes(say, make, noon, tmp_path):
    event, file = make.event(capacity=1), tmp_path / "kept"
    priya, ruth = make.person().id, make.person().id
    make.booking(event, db.session.get(Person, priya))
    make.waiting(event, db.session.get(Person, ruth))
    say("backup", file)
    with transaction():
        erasing.erase(priya, by=None, at=noon + timedelta(hours=1))

    said = say("restore", file, "--force")[1]

    query = select(Message.kind, Message.state).where(Message.person_id == ruth).order_by(Message.id)
    assert db.session.execute(query).all() == [("joined_waiting_list", "failed"), ("place_offered", "due")]
    assert "1 mail due when the backup was made" in said


@pytest.mark.parametrize("harm", ["cut short", "overwritten", "empty"])
def test_a_damaged_file_changes_nothing_and_says_so(say, make, tmp_path, harm):
    file = tmp_path / "kept"
    for _ in range(40):
        make.person()
    say("backup", file)
    whole = file.read_bytes()
    middle = len(whole) // 2
    harmed = {
        "cut short": whole[:middle],
        "overwritten": whole[: middle - 20_000] + b"\x5a" * 40_000 + whole[middle + 20_000 :],
        "empty": b"",
    }
    file.write_bytes(harmed[harm])
    make.hub(name="Later")

    code, said = say("restore", file, "--force")

    assert code == 1
    assert said.startswith("Error: Nothing was changed. ")
    assert db.session.scalar(select(Hub.name)) == "Later"


def test_a_backup_of_the_other_kind_of_database_says_so(say, url, make, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"PGDMP and so on" if url.startswith("sqlite") else b"SQLite format 3\0 and so on")

    code, said = say("restore", other, "--force")

    assert (code, "It is a backup of" in said) == (1, True)


def test_a_database_in_use_is_not_replaced(say, url, make, tmp_path):
    file = tmp_path / "kept"
    say("backup", file)
    make.hub(name="Later")
    elsewhere = create_engine(url)
    with elsewhere.connect() as using:
        using.execute(text("select 1 from hub")).all()
        code, said = say("restore", file, typed="replace\n")
    elsewhere.dispose()

    assert (code, "The database is in use" in said) == (1, True)
    assert db.session.scalar(select(Hub.name)) == "Later"


def test_it_is_not_replaced_without_the_word(say, make, tmp_path):
    file = tmp_path / "kept"
    say("backup", file)
    make.event(hub=make.hub(name="Later"))

    code, said = say("restore", file, typed="yes\n")

    assert (code, "Nothing was changed." in said) == (1, True)
    assert db.session.scalar(select(Hub.name)) == "Later"


def test_a_backup_never_overwrites_a_file(say, tmp_path):
    file = tmp_path / "kept"
    file.write_text("something else")

    assert say("backup", file)[0] == 1
    assert file.read_text() == "something else"


def test_a_backup_of_a_newer_version_is_refused(say, tmp_path):
    with transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999_future'"))
    say("backup", tmp_path / "kept")

    code, said = say("restore", tmp_path / "kept", "--force")

    assert (code, "a version that this one does not know (9999_future)" in said) == (1, True)


def test_what_breaks_a_rule_is_named_after_it_came_back(say, make, tmp_path):
    make.event()
    with transaction() as session:
        session.execute(text("update event set taken = 7"))
    say("backup", tmp_path / "kept")

    code, said = say("restore", tmp_path / "kept", "--force")

    assert (code, "says that 7 places are taken" in said) == (1, True)


def test_a_folder_that_is_not_there_is_said_in_words(say, tmp_path):
    code, said = say("backup", tmp_path / "nowhere" / "kept")

    assert (code, "There is no backup." in said) == (1, True)
