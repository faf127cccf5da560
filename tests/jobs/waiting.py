"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

from booking.db import db


def wait_until(question: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as the answer is yes, each time from a fresh look at the database."""
    latest = time.monotonic() + seconds
    while time.monotonic() < latest:
        db.session.rollback()
        db.session.expire_all()
        if question():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
