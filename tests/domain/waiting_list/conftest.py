"""Events with a line, on both databases."""

from __future__ import annotations

import pytest

from booking.db import db
from booking.domain.places import Booking
from tests.domain.waiting_list.acts import cancel


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def full(make):
    """An event of two places, both booked by one person each; answers (event, one, other)."""
    event = make.event(capacity=2)
    return event, make.booking(event), make.booking(event)


@pytest.fixture
def offered(make, noon, full):
    """Somebody to whom a place is offered, and who waits behind; answers (event, offered, next)."""
    event, one, _ = full
    first, second = make.waiting(event, size=1), make.waiting(event)
    cancel(one, noon)
    return event, db.session.get_one(Booking, first.id), db.session.get_one(Booking, second.id)
