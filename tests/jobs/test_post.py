"""Posting the outbox to a real relay: at least once, never silently dropped, and never twice by two workers."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from booking import jobs
from booking.db import db, transaction
from booking.domain import codes, messages, places, reminders
from booking.domain.errors import Refused
from booking.domain.messages import LEASE, TRIES, Message, MessageState
from booking.domain.people import Person
from booking.mail import letters
from tests.conftest import settings_for
from tests.make import START
from tests.smtp import Relay


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def settings(url, relay):
    return settings_for(url, smtp_url=relay.url, smtp_timeout_seconds=2)


def rows():
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def states():
    return [message.state for message in rows()]


def ids(relay):
    return [received.message["Message-ID"] for received in relay.received]


def post() -> bool:
    """Post all that is due, as a worker does; answer whether the relay was there."""
    return letters.post_all(lambda: False).found_relay


def send_code(noon, address="priya@school.example"):
    with transaction():
        codes.send(address, at=noon, network="", limits=codes.Limits())


def test_what_is_promised_is_posted_once(make, relay):
    make.booking(make.event(), make.person(email="priya@school.example"), size=2)

    counts = [jobs.post_batch(), jobs.post_batch()]

    assert counts == [2, 0]
    assert sorted(received.recipients[0] for received in relay.received)[1] == "priya@school.example"
    assert states() == [MessageState.SENT, MessageState.SENT]


def test_an_act_that_was_refused_promises_nothing(make, relay, noon):
    def refused():
        with transaction():
            messages.tell(None, "code", at=noon, address="priya@school.example")
            raise Refused("no")

    with pytest.raises(Refused):
        refused()

    assert (jobs.post_batch(), relay.received) == (0, [])


def test_codes_go_first_and_leave_the_row_once_sent(make, relay, noon):
    make.booking(make.event(), size=3)
    send_code(noon)
    [digits] = [message.facts["code"] for message in rows() if message.kind == "code"]

    jobs.post_batch()

    [only] = relay.received
    assert digits in only.message["Subject"]
    assert digits not in str([message.facts for message in rows()])


def test_an_expired_code_is_not_sent_and_leaves_the_row(app, relay, noon, the_clock):
    send_code(noon)
    the_clock.forward(minutes=10)

    jobs.post_batch()

    [message] = rows()
    assert (relay.received, message.state, "code" in message.facts) == ([], MessageState.CANCELLED, False)


def test_a_relay_that_says_later_is_asked_again_with_the_same_message_id(make, relay, the_clock):
    make.booking(make.event())
    [expected] = [f"<{message.internet_id}@localhost>" for message in rows()]
    relay.refuse_with = "451 try again later"

    jobs.post_batch()
    [message] = rows()
    assert (message.state, message.trouble) == (MessageState.DUE, "The relay said 451 try again later")
    assert jobs.post_batch() == 0

    relay.refuse_with = None
    the_clock.forward(minutes=2)
    jobs.post_batch()
    assert (states(), ids(relay)) == ([MessageState.SENT], [expected])


def test_an_address_that_is_refused_for_good_fails_in_sight_and_blocks_nobody(make, relay):
    event = make.event()
    make.booking(event, make.person(email="gone@school.example"))
    make.booking(event, make.person(email="here@school.example"))
    relay.refused_recipients["gone@school.example"] = "550 no such mailbox gone@school.example"

    jobs.post_batch()

    gone, here = rows()
    assert (gone.state, here.state) == (MessageState.FAILED, MessageState.SENT)
    assert gone.trouble == "The relay said 550 no such mailbox (address)"


def test_a_relay_that_is_down_loses_nothing(make, relay, the_clock):
    make.booking(make.event(), size=3)
    relay.stop()

    assert post() is False
    assert states() == [MessageState.DUE] * 3
    assert [(message.tries, message.lease_token) for message in rows()] == [(1, None), (0, None), (0, None)]

    relay.start()
    the_clock.forward(minutes=2)
    assert post() is True
    assert (states(), len(relay.received)) == ([MessageState.SENT] * 3, 3)


def test_what_cannot_be_sent_ends_in_sight_after_its_tries(make, relay, the_clock):
    make.booking(make.event())
    relay.refuse_with = "451 never"

    for _ in range(TRIES):
        jobs.post_batch()
        the_clock.forward(hours=12)

    [message] = rows()
    assert (message.state, message.tries, relay.refusals) == (MessageState.FAILED, TRIES, TRIES)


def test_what_cannot_be_written_blocks_nobody(make, relay, noon):
    person = make.person()
    with transaction():
        messages.tell(person, "no_such_kind", at=noon)
    make.booking(make.event())

    jobs.post_batch()

    odd, good = rows()
    assert (odd.state, odd.trouble, good.state) == (
        MessageState.DUE,
        "It could not be written: KeyError",
        MessageState.SENT,
    )


def test_a_worker_whose_lease_has_passed_writes_nothing(make, noon):
    make.booking(make.event())
    with transaction():
        [slow] = messages.claim(5, at=noon)
    old = slow.lease_token
    with transaction():
        [again] = messages.claim(5, at=noon + LEASE)

    with transaction():
        late = messages.mark_sent(slow.id, old, at=noon + LEASE)
        troubled = messages.mark_troubled(slow.id, old, "late", at=noon + LEASE)
    with transaction():
        first = messages.mark_sent(again.id, again.lease_token, at=noon + LEASE)

    assert (late, troubled, first) == (False, False, True)


def test_a_claim_is_nobody_elses_until_its_lease_ends(make, noon):
    make.booking(make.event(), size=3)

    with transaction():
        mine = [message.id for message in messages.claim(2, at=noon)]
    with transaction():
        yours = [message.id for message in messages.claim(9, at=noon + LEASE - timedelta(seconds=1))]
    after = []
    for _ in range(2):
        with transaction():
            after += [message.id for message in messages.claim(9, at=noon + LEASE)]

    assert (len(mine), len(yours), set(mine) & set(yours), sorted(after)) == (2, 1, set(), sorted(mine))


def test_three_workers_send_each_message_once(app, make, relay):
    event = make.event(capacity=100)
    for _ in range(20):
        make.booking(event, size=2)

    def work():
        with app.app_context():
            while jobs.post_batch():
                pass
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(ids(relay)) == len(set(ids(relay))) == 40
    assert set(states()) == {MessageState.SENT}


@contextmanager
def odd_relay(answer: bytes, every_seconds: float = 0) -> Iterator[str]:
    """Answer the address of a relay that says these bytes to whoever connects, one by one, and nothing else."""
    over = threading.Event()

    def talk(visitor: socket.socket) -> None:
        with visitor:
            for byte in answer:
                try:
                    visitor.sendall(bytes([byte]))
                except OSError:
                    return
                if over.wait(every_seconds):
                    return
            over.wait(20)

    def welcome() -> None:
        while not over.is_set():
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=[visitor], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=welcome, daemon=True).start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("answer", "every_seconds"),
    [(b"", 0), (b"220 hello\r\n" + b"250-and so on\r\n" * 50, 0.02)],
    ids=["silent", "dripping"],
)
def test_a_relay_that_hangs_is_given_up_in_time_and_only_one_message_has_waited(make, url, answer, every_seconds):
    make.booking(make.event(), size=3)
    with odd_relay(answer, every_seconds) as address:
        current_app.config["SETTINGS"] = settings_for(url, smtp_url=address, smtp_timeout_seconds=1)
        assert post() is False

    assert states() == [MessageState.DUE] * 3
    assert [message.trouble[:31] for message in rows()] == ["The relay could not be reached:", "", ""]
    assert [message.lease_token for message in rows()] == [None] * 3


def test_a_relay_that_takes_a_mail_and_hangs_up_gets_one_copy_more_with_the_same_message_id(make, relay, the_clock):
    make.booking(make.event(), size=3)
    relay.drops = 1

    assert post() is False
    the_clock.forward(minutes=2)
    assert post() is True

    assert set(states()) == {MessageState.SENT}
    assert sorted(Counter(ids(relay)).values()) == [1, 1, 2]


def test_a_slow_relay_ends_the_batch_so_that_a_code_waits_for_one_mail_only(app, make, relay, noon, the_clock):
    make.booking(make.event(), size=3)

    def meanwhile():
        the_clock.forward(seconds=3)
        with app.app_context():
            if not relay.received:
                send_code(noon)
            db.session.remove()

    relay.before_keeping = meanwhile
    post()

    kinds = [message["Subject"].partition(" ")[2][:8] for message in (one.message for one in relay.received)]
    assert (len(kinds), kinds.index("is your ")) == (4, 1)
    assert [message.tries for message in rows()] == [1, 1, 1, 1]


def test_a_mail_that_its_lease_might_not_outlast_is_not_begun(make, relay, noon, the_clock, monkeypatch):
    make.booking(make.event())
    honest = letters.posting.Post.open

    def slowly(post):
        the_clock.forward(seconds=LEASE.total_seconds() - 1)
        honest(post)

    monkeypatch.setattr(letters.posting.Post, "open", slowly)
    jobs.post_batch()

    assert (relay.received, [message.tries for message in rows()]) == ([], [0])


def test_what_a_dead_worker_left_travels_alone_and_ends_in_sight_after_its_tries(make, relay, noon, the_clock):
    make.booking(make.event(), size=2)
    for number in range(TRIES):
        with transaction():
            claimed = messages.claim(5, at=the_clock.at)
        assert len(claimed) == (2 if number == 0 else 1)
        the_clock.forward(seconds=LEASE.total_seconds())

    post()

    poison, other = rows()
    assert (poison.state, poison.trouble) == (MessageState.FAILED, "Every worker that tried it stopped.")
    assert (other.state, len(relay.received)) == (MessageState.SENT, 1)


def test_a_reminder_of_what_was_given_up_is_not_sent(make, relay, the_clock):
    booking = make.booking(make.event())
    post()
    the_clock.at = START - timedelta(days=7)
    with transaction():
        reminders.promise_due(at=the_clock.at)
        places.cancel(booking.id, by=booking.booker, at=the_clock.at)

    post()

    [reminder] = [message for message in rows() if message.kind == "reminder"]
    assert (reminder.state, reminder.trouble) == (MessageState.CANCELLED, "Nothing of it was true any more.")
    assert [message["Subject"][:8] for message in (one.message for one in relay.received)] == ["Booked: ", "Cancelle"]


class TestAnAddressThatIsRefused:
    @pytest.fixture
    def gone(self, make, relay):
        relay.refused_recipients["gone@school.example"] = "550 no such mailbox"
        person = make.person(email="gone@school.example")
        make.booking(make.event(), person)
        post()
        return person.id

    def is_marked(self, number):
        db.session.rollback()
        db.session.expire_all()
        return db.session.get(Person, number).unreachable_at is not None

    def test_it_is_marked_on_the_person_and_not_tried_with_other_mail(self, make, relay, gone):
        assert self.is_marked(gone)
        make.booking(make.event(), db.session.get(Person, gone))
        refusals = relay.refusals

        post()

        assert (relay.refusals, rows()[-1].state) == (refusals, MessageState.FAILED)
        assert rows()[-1].trouble == "The address was refused for good before."

    def test_a_code_is_tried_all_the_same_and_ends_the_mark_once_it_is_taken(self, relay, noon, the_clock, gone):
        send_code(noon, "gone@school.example")
        post()
        assert (rows()[-1].state, self.is_marked(gone)) == (MessageState.FAILED, True)

        relay.refused_recipients.clear()
        send_code(the_clock.forward(minutes=1), "gone@school.example")
        post()
        assert (rows()[-1].state, self.is_marked(gone)) == (MessageState.SENT, False)

    def test_what_the_relay_says_of_a_mails_content_marks_nobody(self, make, relay):
        person = make.person()
        make.booking(make.event(), person)
        relay.refuse_with = "554 looks like spam"

        post()

        assert (states(), self.is_marked(person.id)) == ([MessageState.FAILED], False)


def test_no_transaction_is_open_while_the_network_is_waited_for(make, relay, monkeypatch):
    make.booking(make.event())
    seen = []
    honest = letters.posting.Post.send

    def send(post, mail):
        seen.append(db.session().in_transaction())
        honest(post, mail)

    monkeypatch.setattr(letters.posting.Post, "send", send)
    jobs.post_batch()

    assert seen == [False]
    assert isinstance(relay, Relay)


def test_a_relay_that_is_down_for_an_hour_delays_all_mail_and_ends_old_codes(make, relay, the_clock, noon):
    make.booking(make.event(), size=3)
    send_code(noon)
    relay.stop()
    for _ in range(60):
        post()
        the_clock.forward(minutes=1)
    relay.start()

    for _ in range(60):
        post()
        the_clock.forward(minutes=1)

    assert sorted(states()) == [MessageState.CANCELLED, *[MessageState.SENT] * 3]
    assert len(relay.received) == len(set(ids(relay))) == 3
