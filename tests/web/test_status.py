"""How it is running: an administrator of all hubs sees what is late, failed or gone, and does something about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import messages, workers
from booking.domain.audit import AuditEntry
from booking.domain.messages import Message, MessageState
from booking.domain.workers import Run
from booking.jobs import TIMETABLE, name_of
from booking.web.status_words import JOBS
from tests.make import NOON
from tests.web.reading import sign_in, words


@pytest.fixture
def martin(make, client):
    """An administrator of all hubs, signed in; what was told of that is gone."""
    person = make.person(name="Martin Hale")
    make.role(person, "administrator")
    sign_in(client, person)
    with transaction():
        db.session.query(Message).delete()
    return person


@pytest.fixture
def failed(make, martin):
    """A mail that the relay refused for good."""
    person = make.person(email="p.nair@school.example")
    with transaction():
        messages.tell(person, "places_booked", at=NOON)
        db.session.flush()
        [message] = messages.claim(1, at=NOON)
        messages.mark_unreachable(message.id, message.lease_token, "The relay said 550 no such mailbox", at=NOON)
    return message.id


def beat(*runs, at=NOON):
    with transaction():
        workers.beat("machine:7:abc", at=at, runs=runs)


def state(number):
    return db.session.get(Message, number).state


def test_every_job_of_the_timetable_is_said_in_words():
    assert [name for verb, _ in TIMETABLE if (name := name_of(verb)) not in JOBS] == []


class TestThePage:
    def test_when_everything_runs_it_says_so(self, client, martin):
        beat(Run("post", NOON, done=3), Run("places.lapse_due", NOON))

        said = words(client.get("/desk/status"))

        assert "Everything is running: a worker is there, and no mail is late or has failed." in said
        assert "Running since today, 12 noon machine:7:abc" in said
        assert "Send mail that is due today, 12 noon today, 12 noon" in said
        assert "Let places go that nobody confirmed today, 12 noon Nothing to do yet" in said

    def test_it_says_what_somebody_should_look_at(self, client, make, failed, the_clock):
        person = make.person()
        with transaction():
            messages.tell(person, "places_booked", at=NOON)
        beat(Run("closing.close_due", NOON, fault="ZeroDivisionError"))
        the_clock.forward(minutes=3)

        said = words(client.get("/desk/status"))

        assert "No worker has been seen in the last minute, so no mail goes." in said
        assert "1 mail should have gone by now." in said
        assert "1 mail failed: look at why, and try again or cancel." in said
        assert "“Send the list when booking closes” failed when it last ran: ZeroDivisionError." in said

    def test_before_any_worker_has_run_it_says_how_to_start_one(self, client, martin):
        said = words(client.get("/desk/status"))

        assert "No worker has run yet. Start one with flask worker" in said

    def test_mail_stands_in_a_chart_by_the_hour_and_in_its_table(self, client, make, martin):
        with transaction():
            for minutes in (0, 30, 95):
                told = messages.tell(martin, "places_booked", at=NOON)
                told.state, told.ended_at = MessageState.SENT, NOON - timedelta(minutes=minutes)

        page = client.get("/desk/status")

        assert "3 mails, by the hour (UK time)." in words(page)
        assert "today, 10am 1 today, 11am 1 today, 12 noon 1" in words(page)


class TestMail:
    def test_it_shows_what_failed_and_why_without_the_whole_address(self, client, failed):
        page = client.get("/desk/status/messages")

        assert f"Places booked Number {failed} p…@school.example" in words(page)
        assert "The relay said 550 no such mailbox" in words(page)
        assert "p.nair@school.example" not in page.text

    def test_it_is_tried_again_at_once_and_its_address_counts_as_reached(self, client, failed, martin):
        answer = client.post(f"/desk/status/messages/{failed}/another-try?standing=failed")

        assert (answer.status_code, answer.location) == (303, "/desk/status/messages?standing=failed")
        assert (state(failed), db.session.get(Message, failed).tries) == (MessageState.DUE, 0)
        assert db.session.get(Message, failed).person.unreachable_at is None
        act = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "message.retried")).one()
        assert act.actor_id == martin.id

    def test_it_is_cancelled_and_a_second_press_says_so(self, client, failed):
        for _ in range(2):
            client.post(f"/desk/status/messages/{failed}/cancellation")

        assert state(failed) == MessageState.CANCELLED
        assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.act == "message.cancelled")).all()) == 1
        assert "It was cancelled already" in words(client.get("/desk/status/messages"))

    def test_what_is_on_its_way_is_left_alone(self, client, make, martin):
        with transaction():
            messages.tell(martin, "places_booked", at=NOON)
        with transaction():
            [message] = messages.claim(1, at=NOON)
            number = message.id

        client.post(f"/desk/status/messages/{number}/cancellation")

        assert state(number) == MessageState.DUE
        assert "It is being sent at this moment" in words(client.get("/desk/status/messages?standing=due"))

    @pytest.mark.parametrize("standing", ["failed", "late", "due", "later", "sent", "cancelled", "nonsense"])
    def test_with_nothing_to_show_it_says_what_that_means(self, client, martin, standing):
        page = client.get(f"/desk/status/messages?standing={standing}")

        assert page.status_code == 200
        assert "No" in words(page)

    @pytest.mark.parametrize("number", [1, 29])
    def test_it_costs_the_same_for_one_mail_and_for_many(self, client, make, martin, statements, number):
        people = [make.person() for _ in range(number)]
        with transaction():
            for person in people:
                messages.tell(person, "places_booked", at=NOON).state = MessageState.FAILED
        statements.clear()

        client.get("/desk/status/messages")

        assert len(statements) == 5
