"""Order and chance: whatever two workers and the clock do, a message has one owner at a time and ends once."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from booking import create_app
from booking.db import db, transaction
from booking.domain import messages
from booking.domain.messages import LEASE, Message, MessageState, Urgency
from tests.conftest import settings_for
from tests.make import NOON, Make

LETTERS = 4
steps = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.integers(0, 1), st.integers(1, 3)),
        st.tuples(st.sampled_from(["sent", "troubled", "given back"]), st.integers(0, 1), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.just(0), st.sampled_from([1, 44, 45, 90, 4000])),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_in_any_order_of_claims_marks_and_waits_each_message_is_sent_at_most_once(empty_sqlite, steps):
    folder = Path(tempfile.mkdtemp())
    (folder / "it.sqlite").write_bytes(empty_sqlite)
    app = create_app(settings_for(f"sqlite:///{folder}/it.sqlite"))
    try:
        with app.app_context():
            _play(steps)
            db.session.remove()
            db.engine.dispose()
    finally:
        shutil.rmtree(folder)


def _play(steps):
    """Let two workers do these steps; what the model believes must be what the rows say, at every step."""
    person = Make().person()
    with transaction():
        for _ in range(LETTERS):
            messages.tell(person, "invited", at=NOON, urgency=Urgency.NEWS)
    at, hands, sent = NOON, ({}, {}), Counter()
    for what, who, number in steps:
        mine, others = hands[who], hands[1 - who]
        if what == "wait":
            at += timedelta(seconds=number)
        elif what == "claim":
            with transaction():
                claimed = [(one.id, one.lease_token) for one in messages.claim(number, at=at)]
            for letter, token in claimed:
                held = [until for hand in hands for key, (_, until) in hand.items() if key == letter]
                assert all(until <= at for until in held), "claimed while another lease lives"
                mine.pop(letter, None)
                mine[letter] = (token, at + LEASE)
        elif mine:
            letter = list(mine)[number % len(mine)]
            token, until = mine.pop(letter)
            is_lost = letter in others and others[letter][1] > until
            with transaction():
                written = _mark(what, letter, token, at)
            assert not (written and is_lost), "written by a worker that had lost it"
            sent[letter] += written and what == "sent"
    assert all(times <= 1 for times in sent.values())
    states = dict(db.session.execute(select(Message.id, Message.state)).all())
    assert {letter for letter, times in sent.items() if times} == {
        letter for letter, state in states.items() if state == MessageState.SENT
    }


def _mark(what, letter, token, at):
    if what == "sent":
        return messages.mark_sent(letter, token, at=at)
    if what == "troubled":
        return messages.mark_troubled(letter, token, "busy", at=at)
    messages.give_back([letter], token)
    return False
