"""Putting events up: drafting, editing and copying them, publishing them, and what to know while dates are chosen."""

from booking.domain.putting_up.clashes import clashes
from booking.domain.putting_up.days import of_day, programme_organised_by
from booking.domain.putting_up.drafting import Booked, describe, draft, edit, is_booked, programmes
from booking.domain.putting_up.plans import (
    LONGEST,
    LONGEST_OF_SESSION,
    MOST_PLACES,
    MOST_SESSIONS,
    SAID,
    Lead,
    Plan,
    Session,
    Step,
    Words,
    another_day,
    booking_faults,
    ordinary,
    plan_of,
    same_day,
)
from booking.domain.putting_up.publishing import missing, publish, unpublish

__all__ = [
    "LONGEST",
    "LONGEST_OF_SESSION",
    "MOST_PLACES",
    "MOST_SESSIONS",
    "SAID",
    "Booked",
    "Lead",
    "Plan",
    "Session",
    "Step",
    "Words",
    "another_day",
    "booking_faults",
    "clashes",
    "describe",
    "draft",
    "edit",
    "is_booked",
    "missing",
    "of_day",
    "ordinary",
    "plan_of",
    "programme_organised_by",
    "programmes",
    "publish",
    "same_day",
    "unpublish",
]
