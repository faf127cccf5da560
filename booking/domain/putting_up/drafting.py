"""Drafting and editing: what an organiser writes before, and while, people can book."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select

from booking.db import db
from booking.domain import access, audit, places, reminders, roles
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotFound, Refused
from booking.domain.events import Event, EventPhase, EventYear, Kind, Programme, Slot, Venue, choosing, span
from booking.domain.people import Hub, Person, RoleName
from booking.domain.places import LIVE, Booking
from booking.domain.putting_up.plans import (
    LONGEST,
    LONGEST_OF_SESSION,
    SAID,
    Plan,
    Session,
    Words,
    booking_faults,
    must_be_sound,
    step_rows,
)
from booking.domain.roles import Reach

OFFERS_END_BEFORE = timedelta(hours=24)
"""Where nothing else is said, freed places are offered until so long before the first session."""
MOMENTS = ("opens_at", "closes_at", "offers_end_at")


class Booked(Refused):
    """Somebody has booked, so that what they booked is changed with notice, and not here."""

    code = "booked"


def draft(
    hub_id: int, kind: str, plan: Plan, *, key: str, by: Person, at: datetime, like: Event | None = None
) -> Event:
    """Write an event that nobody sees yet but those who run it; the same form key again answers the first.

    `like`: the event of which it is a copy; what no form shows comes along, when people are reminded. Raises `BadInput`
    with the field at fault, `NotFound`, `NotAllowed`.
    """
    _lock_hub(hub_id)
    access.must_organise(by, hub_id)
    if first := _drafted(hub_id, key):
        return first
    must_be_sound(plan.faults(at))
    event = Event(hub_id=hub_id, kind=Kind(kind), form_key=key, capacity=plan.capacity, updated_at=at)
    event.title = _short(plan.title, "title", LONGEST["title"], needed=True)
    event.max_per_school = plan.max_per_school
    _say(event, plan.words, at)
    _seat(event, plan, by=by, at=at)
    db.session.add(event)
    db.session.flush()
    if like:
        reminders.take_over(event, like, at=at)
    audit.record("event.drafted", event, by=by, at=at, event_id=event.id, hub_id=hub_id)
    _name_lead(event, _meet_lead(plan.words, at), by, at)
    return event


def edit(event_id: int, plan: Plan, *, by: Person, at: datetime) -> Event:
    """Change anything of an event that nobody has booked. Raises `Booked`, `BadInput`, `NotFound`, `NotAllowed`."""
    lead = _meet_lead(plan.words, at)
    event = _to_edit(event_id, by)
    if is_booked(event.id):
        raise Booked("Somebody has booked meanwhile. Dates, places and names are now changed with notice to them.")
    must_be_sound(plan.faults(at, event))
    before = _facts(event)
    event.title = _short(plan.title, "title", LONGEST["title"], needed=True)
    event.capacity, event.max_per_school = plan.capacity, plan.max_per_school
    words = _say(event, plan.words, at)
    _seat(event, plan, by=by, at=at)
    _note(event, before, words, by=by, at=at)
    _name_lead(event, lead, by, at)
    places.follow_end(event, by=by, at=at)
    return event


def describe(event_id: int, words: Words, *, by: Person, at: datetime) -> Event:
    """Change what is said of an event, and when booking opens and closes, while people are booked.

    Raises `BadInput`, `NotFound`, `NotAllowed`.
    """
    lead = _meet_lead(words, at)
    event = _to_edit(event_id, by)
    must_be_sound(booking_faults(words, event.starts_at, at, event))
    before = _facts(event)
    _note(event, before, _say(event, words, at), by=by, at=at)
    _name_lead(event, lead, by, at)
    places.follow_end(event, by=by, at=at)
    return event


def is_booked(event_id: int) -> bool:
    """Say whether anybody has booked, ever: their calendars have what is to be changed with notice."""
    known = or_(Booking.state.in_(LIVE), Booking.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(exists().where(Booking.event_id == event_id, known))))


def programmes(hub_id: int, kind: str) -> list[Programme]:
    """Answer the hub's programmes of a kind, the newest first."""
    query = select(Programme).where(Programme.hub_id == hub_id, Programme.kind == kind)
    return list(db.session.scalars(query.order_by(Programme.id.desc())))


def _to_edit(event_id: int, by: Person) -> Event:
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    if event.is_called_off:
        raise Refused("It was called off, and stays as it was.")
    return event


def _meet_lead(words: Words, at: datetime) -> Person | None:
    """Lock and answer who is to lead: before an event is locked, as whoever books does."""
    return roles.meet(words.lead.email, words.lead.name, at=at) if words.lead else None


def _name_lead(event: Event, lead: Person | None, by: Person, at: datetime) -> None:
    if lead:
        roles.give(lead, RoleName.LEAD, Reach(event.hub_id, event.id), by=by, at=at)


def _lock_hub(hub_id: int) -> None:
    """Let one draft of a hub be written at a time, so that a form sent twice finds its first answer."""
    if db.session.scalar(select(Hub.id).where(Hub.id == hub_id).with_for_update(key_share=True)) is None:
        raise NotFound("That hub does not exist.")


def _drafted(hub_id: int, key: str) -> Event | None:
    if not 16 <= len(key) <= 64:
        raise BadInput("This form is out of date. Check it and send it again.", "key")
    return db.session.scalar(select(Event).where(Event.form_key == key, Event.hub_id == hub_id))


def _say(event: Event, words: Words, at: datetime) -> list[str]:
    """Write the words and moments; answer which of the words are new."""
    changed = [name for name in SAID if getattr(event, name) != getattr(words, name)]
    for name in changed:
        said = getattr(words, name)
        setattr(event, name, _short(said, name, LONGEST[name]) if isinstance(said, str) else said)
    if event.closes_at != words.closes_at:
        event.closing_told_at = None  # the list goes out again when it closes
    for name in MOMENTS:
        setattr(event, name, getattr(words, name))
    event.programme_id = _programme(event, words.programme)
    event.phases = _kept(event.phases, "phase", words.phases, EventPhase)
    event.years = _kept(event.years, "year", words.years, EventYear)
    event.updated_at = at
    return changed


def _programme(event: Event, chosen: int | str | None) -> int | None:
    if not isinstance(chosen, str):
        known = db.session.get(Programme, chosen) if chosen else None
        if chosen and (known is None or known.hub_id != event.hub_id or known.kind != event.kind):
            raise NotFound("That programme does not exist.")
        return chosen
    title = _short(chosen, "programme_title", LONGEST["title"], needed=True)
    new = Programme(hub_id=event.hub_id, kind=event.kind, title=title)
    db.session.add(new)
    db.session.flush()
    return new.id


def _kept(rows: list[Any], name: str, wanted: frozenset[Any], model: type[Any]) -> list[Any]:
    """Answer the rows for what is wanted, those that there are among them."""
    stand = {getattr(row, name): row for row in rows}
    return [stand.get(one) or model(**{name: one}) for one in sorted(wanted)]


def _seat(event: Event, plan: Plan, *, by: Person, at: datetime) -> None:
    """Give the event its slots: those that stay keep their calendar's identity, and count what moved."""
    stand = {slot.id: slot for slot in event.slots}
    venues: dict[choosing.Where, Venue] = {}
    for number, planned in enumerate(plan.sessions, 1):
        if planned.where and planned.where not in venues:
            venues[planned.where] = choosing.settle(planned.where, event.hub_id, by=by, at=at)
            db.session.flush()  # a new venue has its number only now
        slot = stand.pop(planned.slot_id or 0, None)
        if slot is None:
            slot = Slot(sequence=0, agenda=[], revised_at=at)
            event.slots.append(slot)
        slot.number = number
        _place(slot, planned, venues.get(planned.where) if planned.where else None, at)
    for gone in stand.values():
        _remove(gone, event, at)
    if event.id:
        db.session.flush()
        db.session.refresh(event, ["slots"])
    span(event)
    if event.offers_end_at is None and event.starts_at and event.closes_at:
        event.offers_end_at = max(event.closes_at, event.starts_at - OFFERS_END_BEFORE)


def _remove(slot: Slot, event: Event, at: datetime) -> None:
    """Take a session away: one that calendars may know stays in them as cancelled."""
    if event.is_published or _was_published(event):
        slot.removed_at, slot.revised_at = at, at
        slot.sequence += 1
    else:
        db.session.delete(slot)


def _was_published(event: Event) -> bool:
    taken_off = select(AuditEntry.id).where(AuditEntry.event_id == event.id, AuditEntry.act == "event.unpublished")
    return db.session.scalar(taken_off.limit(1)) is not None


def _place(slot: Slot, planned: Session, venue: Venue | None, at: datetime) -> None:
    told: Mapping[str, Any] = {
        "starts_at": planned.starts_at,
        "ends_at": planned.ends_at,
        "zone": venue.zone if venue else planned.zone,
        "venue_id": venue.id if venue else None,
        "room": _short(planned.room, "room", LONGEST_OF_SESSION["room"]),
    }
    if slot.id and any(getattr(slot, name) != value for name, value in told.items()):
        slot.sequence += 1
        slot.revised_at = at
    slot.set_times(planned.starts_at, planned.ends_at)
    slot.zone, slot.room = told["zone"], told["room"]
    slot.venue, slot.venue_id = venue, told["venue_id"]
    slot.title = _short(planned.title, "title", LONGEST_OF_SESSION["title"], needed=True)
    slot.expected = _short(planned.expected, "expected", LONGEST_OF_SESSION["expected"])
    slot.join_url = _short(planned.join_url, "join_url", LONGEST_OF_SESSION["join_url"])
    slot.agenda = step_rows(planned.agenda)


def _short(text: str, name: str, most: int, *, needed: bool = False) -> str:
    if needed and not text.strip():
        raise BadInput("Enter a title", name)
    if len(text) > most:
        raise BadInput(f"Shorten it to {most} characters", name)
    return text


def _facts(event: Event) -> dict[str, Any]:
    """Answer what the audit compares: numbers, moments and titles, which are nobody's name."""
    facts: dict[str, Any] = {"title": event.title, "capacity": event.capacity, "max_per_school": event.max_per_school}
    facts |= {name: _iso(getattr(event, name)) for name in MOMENTS}
    for slot in event.slots:
        facts[f"{slot.number}.starts_at"], facts[f"{slot.number}.ends_at"] = _iso(slot.starts_at), _iso(slot.ends_at)
        facts[f"{slot.number}.venue"] = str(slot.venue) if slot.venue else None
    return facts


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="minutes") if instant else None


def _note(event: Event, before: dict[str, Any], words: list[str], *, by: Person, at: datetime) -> None:
    after = _facts(event)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = ({name: side.get(name) for name in changed} for side in (before, after))
    facts = {**dict(zip(("before", "after"), told, strict=True)), "words": words}
    audit.record("event.edited", event, by=by, at=at, event_id=event.id, hub_id=event.hub_id, **facts)
