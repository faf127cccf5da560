"""A small storm over real processes, and the judge of storms: it finds what was promised to somebody and is not so."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text, update

from benchmarks.storm.ledger import Found, Ledger
from benchmarks.storm.reckoning import reckon
from benchmarks.storm.stage import Given
from benchmarks.storm.storm import weathered
from booking.db import db, transaction
from booking.domain.events import Event
from booking.domain.messages import Message
from tests.postgres import Missing
from tests.smtp import Received

SMALL = {"worker": "hasty", "events": 2, "places": 3, "people": 12, "acts": 24, "faults": 4, "fault_every": 0.5}


class TestASmallStorm:
    @pytest.fixture
    def the_clock(self):
        """The machine's own: other processes keep time here."""

    @pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
    def test_everything_that_anybody_was_told_is_so(self, kind):
        try:
            told = weathered(Given(database=kind, **SMALL))
        except Missing as missing:
            pytest.skip(str(missing))

        assert told.found.wrong == []
        assert told.faults.total() > 0
        assert {"told confirmed", "told waiting"} <= set(told.ledger.acts)
        assert told.found.mails > 0


class TestWhatPeopleWereTold:
    @pytest.fixture
    def ledger(self):
        return Ledger()

    @pytest.mark.parametrize("told", ["typed", "confirmed", "waiting", "offered", "cancelled", "declined"])
    def test_a_booking_that_is_not_there_is_found_whatever_it_was(self, ledger, told):
        ledger.tell(7, told)

        assert ledger.untrue({}, places=20) == [f"Booking 7 was told {told}, and is not there."]

    @pytest.mark.parametrize(
        ("told", "is_now"),
        [
            ("confirmed", "cancelled"),
            ("cancelled", "confirmed"),
            ("declined", "confirmed"),
            ("declined", "waiting"),
            ("waiting", "cancelled"),
            ("offered", "declined"),
            ("typed", "cancelled"),
        ],
    )
    def test_a_booking_that_is_something_else_is_found(self, ledger, told, is_now):
        ledger.tell(7, told)

        assert ledger.untrue({7: Found(is_now, event=1)}, places=20) == [f"Booking 7 was told {told}, and is {is_now}."]

    def test_what_was_asked_and_never_answered_may_be_so_or_not(self, ledger):
        ledger.tell(7, "confirmed")
        ledger.ask(7, "cancelled")

        assert [ledger.untrue({7: Found(one, event=1)}, places=20) for one in ("confirmed", "cancelled")] == [[], []]
        assert ledger.untrue({7: Found("waiting", event=1)}, places=20) != []

    def test_an_answer_makes_it_certain(self, ledger):
        ledger.tell(7, "confirmed")
        ledger.ask(7, "cancelled")
        ledger.tell(7, "cancelled")

        assert ledger.untrue({7: Found("confirmed", event=1)}, places=20) != []

    def test_a_page_that_contradicts_the_one_before_is_found(self, ledger):
        ledger.tell(7, "confirmed")
        ledger.tell(7, "waiting")

        assert "Booking 7 was told confirmed, and then waiting." in ledger.untrue({7: Found("waiting", 1)}, places=20)

    @pytest.mark.parametrize("there", [{"priya"}, {"priya", "grace"}, {"somebody else"}])
    def test_a_colleague_who_should_come_instead_and_does_not_is_found(self, ledger, there):
        ledger.tell(7, "confirmed")
        ledger.swap(7, left="priya", came="grace")
        found = {7: Found("confirmed", 1, frozenset(there))}

        assert ledger.untrue(found, places=20) == ["In booking 7 a colleague was to come instead, and does not."]

    def test_more_people_with_a_place_than_places_are_found(self, ledger):
        found = {number: Found("confirmed", 1, frozenset({f"teacher{number}"})) for number in (1, 2, 3)}
        for number in found:
            ledger.tell(number, "confirmed")

        assert ledger.untrue(found, places=3) == []
        assert ledger.untrue(found, places=2) == ["Event 1 has 2 places, and 3 people were told that they have one."]


class TestTheReckoning:
    """On a database as it is after a storm in which one thing went wrong."""

    @pytest.fixture
    def wrong(self, noon):
        """Answer what is found; mail apart, which nobody sent here."""

        def look(ledger=None):
            found = reckon(ledger or Ledger(), [], places=1, copies=0)
            return [sentence for sentence in found.wrong if not sentence.startswith("Message")]

        return look

    @pytest.fixture
    def event(self, make, noon):
        return make.event(capacity=1, starts=(noon + timedelta(days=3650),))

    def test_nothing_is_wrong_after_what_happened_as_it_was_told(self, make, event, wrong):
        ledger = Ledger()
        ledger.tell(make.booking(event).id, "confirmed")
        ledger.tell(make.waiting(event).id, "waiting")

        assert wrong(ledger) == []

    def test_an_acknowledged_booking_that_was_lost(self, make, event, wrong):
        ledger = Ledger()
        ledger.tell(make.booking(event).id + 1, "confirmed")

        assert wrong(ledger) == ["Booking 2 was told confirmed, and is not there."]

    def test_a_cancellation_that_was_lost(self, make, event, wrong):
        ledger = Ledger()
        ledger.tell(make.booking(event).id, "cancelled")

        assert wrong(ledger) == ["Booking 1 was told cancelled, and is confirmed."]

    def test_somebody_who_waits_beside_a_free_place(self, make, event, wrong):
        make.booking(event)
        make.waiting(event)
        with transaction() as session:
            session.execute(update(Event).values(capacity=2))

        assert "At event 1 somebody waits beside 1 free places." in wrong()

    def test_places_that_are_counted_wrongly(self, make, event, wrong):
        make.booking(event)
        with transaction() as session:
            session.execute(text("update event set taken = 0"))

        assert wrong() != []

    def test_mail_that_never_came_and_mail_that_nobody_promised(self, make, event):
        make.booking(event)
        with transaction() as session:
            session.execute(update(Message).values(state="sent"))

        found = reckon(Ledger(), [arrived("stranger")], places=1, copies=0)

        assert found.wrong == [
            "Message 1 (places_booked) counts as sent, and never came.",
            "A mail came that no row promised: stranger.",
        ]

    def test_more_copies_than_faults_explain(self, make, event):
        make.booking(event)
        with transaction() as session:
            session.execute(update(Message).values(state="sent"))
        copies = [arrived(db.session.get_one(Message, 1).internet_id)] * 3

        assert reckon(Ledger(), copies, places=1, copies=2).wrong == []
        assert reckon(Ledger(), copies, places=1, copies=1).wrong == ["2 extra copies came, and faults explain 1."]

    @pytest.mark.parametrize("state", ["due", "failed"])
    def test_mail_that_is_not_sent(self, make, event, state):
        make.booking(event)
        with transaction() as session:
            session.execute(update(Message).values(state=state))

        assert reckon(Ledger(), [], places=1, copies=0).wrong == [f"Message 1 (places_booked) is {state}."]


def arrived(internet_id):
    """A mail as the relay has kept it."""
    message = EmailMessage()
    message["Message-ID"] = f"<{internet_id}@localhost>"
    return Received("", (), b"", message)
