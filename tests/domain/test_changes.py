"""Changing what people have booked: what it does to the event, its calendar entries and those who come."""

from __future__ import annotations

import pytest

from booking.db import db, transaction
from booking.domain import events, finding
from booking.domain.events import Event
from tests.make import START


@pytest.fixture
def url(either_url):
    return either_url


def test_a_session_that_was_taken_away_is_no_part_of_the_event_and_still_known(make, noon):
    event = make.event(starts=(START, START.replace(day=17)))
    with transaction():
        event = db.session.get_one(Event, event.id)
        event.slots[0].removed_at = noon
        db.session.flush()
        db.session.expire(event)
        events.span(event)

    event = db.session.get_one(Event, event.id)
    [line] = finding.listed([event.id])

    assert [slot.starts_at for slot in event.slots] == [START.replace(day=17)] == [event.starts_at]
    assert [slot.starts_at for slot in event.removed_slots] == [START]
    assert [slot.starts_at for slot in line.slots] == [START.replace(day=17)]
