"""Posting the outbox to a real relay: at least once, never silently dropped, and never twice by two workers."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from booking import jobs
from booking.db import db, transaction
from booking.domain import codes, messages
from booking.domain.errors import Refused
from booking.domain.messages import LEASE, TRIES, Message, MessageState
from tests.conftest import settings_for
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

    jobs.post_batch()
    assert states() == [MessageState.DUE] * 3

    relay.start()
    the_clock.forward(minutes=2)
    jobs.post_batch()
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
        "It could not be written: TemplateNotFound",
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
        yours = [message.id for message in messages.claim(9, at=noon + timedelta(seconds=89))]
    with transaction():
        after = [message.id for message in messages.claim(9, at=noon + LEASE)]

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


def test_a_relay_that_never_answers_is_given_up_in_time(make, url):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = settings_for(url, smtp_url=f"smtp://127.0.0.1:{port}", smtp_timeout_seconds=1)
        make.booking(make.event())
        current_app.config["SETTINGS"] = settings
        jobs.post_batch()

    [message] = rows()
    assert message.state == MessageState.DUE
    assert message.trouble.startswith("The relay could not be reached")


def test_no_transaction_is_open_while_the_network_is_waited_for(make, relay, monkeypatch):
    make.booking(make.event())
    seen = []
    honest = jobs.posting.Post.send

    def send(post, mail):
        seen.append(db.session().in_transaction())
        honest(post, mail)

    monkeypatch.setattr(jobs.posting.Post, "send", send)
    jobs.post_batch()

    assert seen == [False]
    assert isinstance(relay, Relay)
