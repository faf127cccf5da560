"""Recounting: what the rules of booking promise, asked of the database as it is, without writing anything.

Each check answers a sentence for each thing that breaks a rule, with its number or its chapter in docs/rules.md. It
names the thing by its number, never a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from booking.domain.verify import bookings, line, mail, people, sessions, taking

CHECKS: tuple[Callable[[datetime], Iterable[str]], ...] = (
    taking.taken,
    taking.oversold,
    taking.party_sizes,
    taking.twice,
    taking.school_limits,
    bookings.held_as_text,
    bookings.confirmed_people,
    bookings.ended,
    bookings.places_of_ended,
    bookings.history,
    sessions.called_off,
    line.positions,
    sessions.times,
    sessions.spans,
    sessions.sequences,
    sessions.settling,
    bookings.overdue_holds,
    line.overdue_offers,
    line.late_offers,
    line.idle_places,
    line.parked,
    mail.overdue_mail,
    mail.unpromised_reminders,
    mail.stray_reminders,
    mail.kept_codes,
    people.old_needs,
    people.roles,
    people.erased,
    bookings.used_codes,
)

LATE = (
    sessions.settling,
    bookings.overdue_holds,
    line.overdue_offers,
    mail.overdue_mail,
    mail.unpromised_reminders,
    people.old_needs,
)
"""What is wrong only because time has passed and no worker has done its part."""


def broken(*, at: datetime) -> list[str]:
    """Answer a sentence for each thing that breaks a rule at this instant; none is right."""
    return [sentence for check in CHECKS for sentence in check(at)]
