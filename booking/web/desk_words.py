"""What the audit trail says to an organiser: each act in words, the people by the names they have today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.places import Booking
from booking.wording import count

ACTS = {
    "booking.book": "Booked {places}",
    "booking.hold": "Held {places}, until the address is confirmed",
    "booking.ask": "Asked for {places}; they are taken when the address is confirmed",
    "booking.prove": "Confirmed {places}",
    "booking.drop": "Left {places} out: everybody has a place already",
    "booking.lapse": "Gave {places} back: nobody confirmed the address in time",
    "booking.cancel": "Cancelled {places}",
    "booking.needs_changed": "Changed what is needed on the day",
    "place.released": "Gave up one place",
    "place.swapped": "Sent a colleague instead",
    "event.called_off": "Called the event off",
    "event.closed": "Closed booking with {taken} taken, and sent the list",
}


@dataclass(frozen=True)
class Line:
    """One act, as it is shown."""

    entry: AuditEntry
    who: str
    words: str
    booking: Booking | None


def trail(entries: Sequence[AuditEntry]) -> list[Line]:
    """Answer the lines for these entries; their bookings are read at once."""
    ids = {number for entry in entries if (number := _booking_id(entry))}
    found = {one.id: one for one in db.session.scalars(select(Booking).where(Booking.id.in_(ids)))} if ids else {}
    return [Line(entry, _who(entry), _words(entry), found.get(_booking_id(entry) or 0)) for entry in entries]


def _booking_id(entry: AuditEntry) -> int | None:
    number: int | None = entry.subject_id if entry.subject == "booking" else entry.facts.get("booking")
    return number


def _words(entry: AuditEntry) -> str:
    sentence = ACTS.get(entry.act, entry.act.replace(".", ": ").replace("_", " ").capitalize())
    facts = entry.facts
    said = sentence.format(
        places=count(facts.get("places", 0), "place"),
        taken=count(facts.get("taken", 0), "place"),
    )
    return f"{said}, within the notice period" if facts.get("late") else said


def _who(entry: AuditEntry) -> str:
    if entry.actor:
        return entry.actor.name
    return "Somebody not signed in" if entry.act in ("booking.hold", "booking.ask") else "The timetable"
