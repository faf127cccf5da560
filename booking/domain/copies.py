"""A copy of what is held about somebody, for themselves, as plain values that another program can read.

UK GDPR, Articles 15 and 20. Whom they booked for stands in it by name, as they gave it; nobody else's address does.
Codes and links are left out: whoever has them may act.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.codes import Code
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Hub, Person, Role
from booking.domain.places import Booking, Place
from booking.domain.reminders import Reminder
from booking.domain.schools import School
from booking.domain.sign_ins import SignIn

Asked = Select[*tuple[Any, ...]]


def of(person: Person) -> dict[str, Any]:
    """Answer all that the tables say of somebody; instants are in UTC, as ISO 8601 writes them."""
    [details] = _rows(_details().where(Person.id == person.id))
    return {
        "details": details,
        "roles": _rows(_roles().where(Role.person_id == person.id)),
        "bookings": _with_parties(_rows(_bookings(person))),
        "places": _rows(_places().where(or_(Place.person_id == person.id, Place.email == person.email))),
        "reminders": _rows(_reminders().where(Reminder.person_id == person.id)),
        "mails": _rows(_mails().where(or_(Message.person_id == person.id, Message.address == person.email))),
        "codes": _rows(select(Code.made_at, Code.ends_at, Code.used_at).where(Code.email == person.email)),
        "sign_ins": _rows(
            select(SignIn.began_at, SignIn.seen_at, SignIn.ended_at).where(SignIn.person_id == person.id)
        ),
        "acts": _rows(_acts().where(AuditEntry.actor_id == person.id)),
    }


def _details() -> Asked:
    told = (Person.name, Person.email, Person.job, School.name.label("school"), Person.unlisted_school, Person.zone)
    return select(*told, Person.first_seen_at, Person.unreachable_at).outerjoin(Person.school)


def _roles() -> Asked:
    hub = Hub.name.label("hub")
    return select(Role.name, hub, Role.given_at, Role.ended_at).outerjoin(Hub, Hub.id == Role.hub_id).order_by(Role.id)


def _bookings(person: Person) -> Asked:
    named = (Event.title.label("event"), Booking.booker_name.label("name"), Booking.booker_job.label("job"))
    said = (School.name.label("school"), Booking.unlisted_school, Booking.together, Booking.needs, Booking.answer)
    ways = (Booking.made_at, Booking.confirmed_at, Booking.offered_at, Booking.ended_at, Booking.end_reason)
    theirs = or_(Booking.booker_id == person.id, Booking.booker_email == person.email)
    query = select(Booking.id.label("number"), *named, *said, Booking.state, *ways).join(Booking.event)
    return query.outerjoin(Booking.school).where(theirs).order_by(Booking.id)


def _with_parties(bookings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    parties: dict[int, list[dict[str, Any]]] = {booking["number"]: [] for booking in bookings}
    guests = select(Place.booking_id, Place.name, Place.job, Place.ended_at).where(Place.booking_id.in_(parties))
    for guest in _rows(guests.order_by(Place.id)):
        parties[guest.pop("booking_id")].append(guest)
    return [booking | {"party": parties[booking["number"]]} for booking in bookings]


def _places() -> Asked:
    told = (Event.title.label("event"), Place.name, Place.job, Booking.state, Place.ended_at)
    joined = select(*told).join(Booking, Booking.id == Place.booking_id).join(Event, Event.id == Place.event_id)
    return joined.order_by(Place.id)


def _reminders() -> Asked:
    event = Event.title.label("event")
    joined = select(event, Reminder.kind, Reminder.send_at).join(Slot, Slot.id == Reminder.slot_id)
    return joined.join(Event, Event.id == Slot.event_id).order_by(Reminder.id)


def _mails() -> Asked:
    told = (Message.kind, Event.title.label("event"), Message.promised_at, Message.state, Message.ended_at)
    return select(*told).outerjoin(Event, Event.id == Message.event_id).order_by(Message.id)


def _acts() -> Asked:
    return select(AuditEntry.recorded_at, AuditEntry.act, AuditEntry.facts).order_by(AuditEntry.id)


def _rows(query: Asked) -> list[dict[str, Any]]:
    rows = db.session.execute(query).mappings()
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
