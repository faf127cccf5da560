"""Recounting: what the rules of booking promise, asked of the database as it is, without writing anything.

Each check answers a sentence for each thing that breaks a rule; it names the thing by its number, never a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from booking.db import db
from booking.domain import places, reminders
from booking.domain.audit import AuditEntry
from booking.domain.changes import Change
from booking.domain.codes import Code
from booking.domain.events import Event, Slot
from booking.domain.messages import Message, MessageState
from booking.domain.people import REMOVED, Person, Role
from booking.domain.places import LIVE, MOST_LAPSES, TAKING, Booking, Place, State
from booking.domain.reminders import Reminder
from booking.domain.schools import School

OVERDUE = timedelta(minutes=30)
"""A lease is 45 seconds and every sweep runs within a minute: what is later than this has nobody to do it."""
NEEDS_KEPT = timedelta(days=31)
"""30 days after the event, and a day for the timetable."""


def broken(*, at: datetime) -> list[str]:
    """Answer a sentence for each thing that breaks a rule at this instant; none is right."""
    return [sentence for check in CHECKS for sentence in check(at)]


def _taken(_at: datetime) -> Iterable[str]:
    counted = (
        select(Booking.event_id, func.sum(Booking.party_size).label("places"))
        .where(Booking.state.in_(TAKING))
        .group_by(Booking.event_id)
        .subquery()
    )
    places = func.coalesce(counted.c.places, 0)
    query = select(Event.id, Event.taken, places).outerjoin(counted, counted.c.event_id == Event.id)
    for number, taken, found in db.session.execute(query.where(Event.taken != places)):
        yield f"Event {number} says that {taken} places are taken, and its bookings keep {found} (rule 1)."


def _oversold(_at: datetime) -> Iterable[str]:
    query = select(Event.id, Event.taken, Event.capacity + Event.extra)
    for number, taken, room in db.session.execute(query.where(Event.taken > Event.capacity + Event.extra)):
        yield f"Event {number} has {room} places, and {taken} are taken (rule 1)."


def _party_sizes(_at: datetime) -> Iterable[str]:
    places = func.count(Place.id)
    query = (
        select(Booking.id, Booking.party_size, places)
        .outerjoin(Place, and_(Place.booking_id == Booking.id, Place.ended_at.is_(None)))
        .where(Booking.state.in_(LIVE))
        .group_by(Booking.id, Booking.party_size)
        .having(Booking.party_size != places)
    )
    for number, size, found in db.session.execute(query):
        yield f"Booking {number} says that it is for {size}, and has {found} live places (rule 1)."


def _twice(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.event_id, Place.person_id, func.count(Place.id))
        .where(Place.ended_at.is_(None), Place.person_id.is_not(None))
        .group_by(Place.event_id, Place.person_id)
        .having(func.count(Place.id) > 1)
    )
    for event, person, number in db.session.execute(query):
        yield f"Person {person} has {number} live places at event {event} (rule 2)."


def _school_limits(_at: datetime) -> Iterable[str]:
    total = func.sum(Booking.party_size)
    query = (
        select(Event.id, Event.max_per_school, School.family_urn, total)
        .join(Booking, Booking.event_id == Event.id)
        .join(School, School.urn == Booking.school_urn)
        .where(Booking.state.in_(TAKING), Event.max_per_school.is_not(None))
        .group_by(Event.id, Event.max_per_school, School.family_urn)
        .having(total > Event.max_per_school)
    )
    for event, most, urn, found in db.session.execute(query):
        yield f"School {urn} has {found} places at event {event}, of at most {most} (rule 3)."


def _held_as_text(_at: datetime) -> Iterable[str]:
    known = select(Place.booking_id).where(Place.person_id.is_not(None))
    query = select(Booking.id).where(
        Booking.state == State.HELD, or_(Booking.booker_id.is_not(None), Booking.id.in_(known))
    )
    for number in db.session.scalars(query):
        yield f"Booking {number} is held, and knows people whose address is not proven (life of a booking)."


def _confirmed_people(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.id, Place.booking_id)
        .join(Booking, Booking.id == Place.booking_id)
        .where(Booking.state == State.CONFIRMED, Place.ended_at.is_(None), Place.person_id.is_(None))
    )
    for place, booking in db.session.execute(query):
        yield f"Place {place} of confirmed booking {booking} is nobody's (life of a booking)."


def _ended(_at: datetime) -> Iterable[str]:
    query = select(Booking.id).where((Booking.ended_at.is_(None)) != Booking.state.in_(LIVE))
    for number in db.session.scalars(query):
        yield f"Booking {number} is live and has ended, or neither (life of a booking)."


def _places_of_ended(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.id, Place.booking_id)
        .join(Booking, Booking.id == Place.booking_id)
        .where(Booking.state.not_in(LIVE), Place.ended_at.is_(None))
    )
    for place, booking in db.session.execute(query):
        yield f"Place {place} is live, and its booking {booking} is over (life of a booking)."


def _history(_at: datetime) -> Iterable[str]:
    """The state is what the last act on the booking led to."""
    last = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.subject == "booking", AuditEntry.facts["after"].as_string().is_not(None))
        .group_by(AuditEntry.subject_id)
    )
    after = select(AuditEntry.subject_id, AuditEntry.facts["after"].as_string().label("after"))
    led = after.where(AuditEntry.id.in_(last)).subquery()
    query = select(Booking.id, Booking.state, led.c.after).outerjoin(led, led.c.subject_id == Booking.id)
    for number, state, found in db.session.execute(
        query.where(or_(led.c.after.is_(None), led.c.after != Booking.state))
    ):
        yield f"Booking {number} is {state}, and its trail ends with {found or 'nothing'} (rule 29)."


def _called_off(_at: datetime) -> Iterable[str]:
    query = (
        select(Booking.id, Event.id)
        .join(Event, Event.id == Booking.event_id)
        .where(Event.called_off_at.is_not(None), Booking.state.in_(LIVE))
    )
    for booking, event in db.session.execute(query):
        yield f"Booking {booking} is live, and event {event} is called off (rule 17)."


def _positions(_at: datetime) -> Iterable[str]:
    query = (
        select(Booking.event_id, Booking.position)
        .where(Booking.state == State.WAITING)
        .group_by(Booking.event_id, Booking.lapses, Booking.position)
        .having(func.count(Booking.id) > 1)
    )
    for event, position in db.session.execute(query):
        yield f"Two bookings wait in position {position} for event {event} (rule 8)."


def _times(_at: datetime) -> Iterable[str]:
    published = select(Event.id).where(Event.published_at.is_not(None))
    wrong = or_(Event.closes_at.is_(None), Event.opens_at >= Event.closes_at, Event.closes_at > Event.starts_at)
    for number in db.session.scalars(published.where(wrong)):
        yield f"Event {number} does not open before it closes, and close before it starts (rule 15)."


def _spans(_at: datetime) -> Iterable[str]:
    """An event starts with its first session, and ends with the last one once every date is known."""
    of_event = select(Slot).where(Slot.event_id == Event.id, Slot.removed_at.is_(None))
    first = of_event.with_only_columns(func.min(Slot.starts_at)).scalar_subquery()
    last = of_event.with_only_columns(func.max(Slot.ends_at)).scalar_subquery()
    open_dates = of_event.with_only_columns(Slot.id).where(Slot.starts_at.is_(None)).exists()
    end = case((open_dates, None), else_=last)
    wrong = or_(Event.starts_at.is_distinct_from(first), Event.ends_at.is_distinct_from(end))
    for number in db.session.scalars(select(Event.id).where(wrong)):
        yield f"Event {number} does not start when the first of its sessions does, or end with the last (rule 16)."


def _sequences(_at: datetime) -> Iterable[str]:
    """No calendar entry has a lower number than its trail says that it had."""
    noted = func.max(AuditEntry.facts["sequence"].as_integer())
    query = (
        select(Slot.id, Slot.sequence, noted)
        .join(AuditEntry, and_(AuditEntry.subject == "slot", AuditEntry.subject_id == Slot.id))
        .group_by(Slot.id, Slot.sequence)
        .having(noted > Slot.sequence)
    )
    for number, sequence, found in db.session.execute(query):
        yield f"Session {number} has the calendar sequence {sequence}, and had {found} before (rule 16)."


def _settling(at: datetime) -> Iterable[str]:
    query = select(Change.event_id).where(Change.settled_at.is_(None), Change.due_at < at - OVERDUE).distinct()
    for number in db.session.scalars(query):
        yield f"People should have been told long ago what changed at event {number}: is a worker running? (rule 16)"


def _overdue_holds(at: datetime) -> Iterable[str]:
    query = select(Booking.id).where(Booking.state == State.HELD, Booking.held_until < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"Booking {number} should have lapsed long ago: is a worker running? (rule 9)"


def _overdue_offers(at: datetime) -> Iterable[str]:
    query = select(Booking.id).where(Booking.state == State.OFFERED, Booking.offer_ends_at < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"The offer to booking {number} should have ended long ago: is a worker running? (rule 9)"


def _late_offers(_at: datetime) -> Iterable[str]:
    stop = func.coalesce(Event.offers_end_at, Event.starts_at)
    query = select(Booking.id).join(Event, Event.id == Booking.event_id)
    late = or_(Booking.offer_ends_at > stop, Booking.offer_ends_at > Event.starts_at)
    for number in db.session.scalars(query.where(Booking.state == State.OFFERED, late)):
        yield f"The offer to booking {number} ends after the offers of its event do (rule 10)."


def _idle_places(at: datetime) -> Iterable[str]:
    for event in places.idle(at=at):
        yield f"Event {event.id} has places left, and somebody who could have them waits (rule 9)."


def _parked(_at: datetime) -> Iterable[str]:
    wrong = or_(
        and_(Booking.state == State.PARKED, Booking.lapses < MOST_LAPSES),
        and_(Booking.state.in_([State.WAITING, State.OFFERED]), Booking.lapses >= MOST_LAPSES),
    )
    for number, lapses in db.session.execute(select(Booking.id, Booking.lapses).where(wrong)):
        yield f"Booking {number} let {lapses} offers pass, and is parked, or is not (life of a booking)."


def _overdue_mail(at: datetime) -> Iterable[str]:
    query = select(Message.id).where(Message.state == MessageState.DUE, Message.due_at < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"Message {number} should have been tried long ago: is a worker running? (rule 20)"


def _unpromised_reminders(at: datetime) -> Iterable[str]:
    for slot, kind, number in reminders.missing(at=at, late=OVERDUE):
        yield f"{number} people wait for reminder {kind} of session {slot}: is a worker running? (rule 21)"


def _stray_reminders(_at: datetime) -> Iterable[str]:
    query = select(Reminder.id).outerjoin(Message, Message.id == Reminder.message_id)
    for number in db.session.scalars(query.where(Message.person_id.is_distinct_from(Reminder.person_id))):
        yield f"Reminder {number} stands in no mail to its person (rule 21)."


def _kept_codes(at: datetime) -> Iterable[str]:
    query = select(Message.id).where(Message.kind == "code", Message.state != MessageState.DUE)
    for number in db.session.scalars(query.where(Message.facts["code"].as_string().is_not(None))):
        yield f"Message {number} is over, and still has its code (rule 20)."


def _old_needs(at: datetime) -> Iterable[str]:
    query = select(Booking.id).join(Event, Event.id == Booking.event_id)
    for number in db.session.scalars(query.where(Booking.needs != "", Event.ends_at < at - NEEDS_KEPT)):
        yield f"Booking {number} still says what was needed, a month after the event (rule 24)."


def _roles(_at: datetime) -> Iterable[str]:
    query = (
        select(Role.id)
        .join(Event, Event.id == Role.event_id)
        .where(Role.ended_at.is_(None), Role.hub_id != Event.hub_id)
    )
    for number in db.session.scalars(query):
        yield f"Role {number} leads an event of another hub (rule 24)."


def _erased(_at: datetime) -> Iterable[str]:
    query = select(Person.id).where(Person.erased_at.is_not(None))
    for number in db.session.scalars(query.where(or_(Person.email.is_not(None), Person.name != REMOVED))):
        yield f"Person {number} was erased, and is still known by a name or an address (erasing)."


def _used_codes(_at: datetime) -> Iterable[str]:
    query = select(Code.id).join(Booking, Booking.id == Code.booking_id)
    proven = and_(Code.used_at.is_not(None), Booking.state == State.HELD)
    for number in db.session.scalars(query.where(proven)):
        yield f"Code {number} was used, and its booking is still held (life of a booking)."


CHECKS: tuple[Callable[[datetime], Iterable[str]], ...] = (
    _taken,
    _oversold,
    _party_sizes,
    _twice,
    _school_limits,
    _held_as_text,
    _confirmed_people,
    _ended,
    _places_of_ended,
    _history,
    _called_off,
    _positions,
    _times,
    _spans,
    _sequences,
    _settling,
    _overdue_holds,
    _overdue_offers,
    _late_offers,
    _idle_places,
    _parked,
    _overdue_mail,
    _unpromised_reminders,
    _stray_reminders,
    _kept_codes,
    _old_needs,
    _roles,
    _erased,
    _used_codes,
)

LATE = (_settling, _overdue_holds, _overdue_offers, _overdue_mail, _unpromised_reminders, _old_needs)
"""What is wrong only because time has passed and no worker has done its part."""
