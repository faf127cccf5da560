"""Settling: once nothing has been changed for a while, each person is told once what differs from what they knew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select

from booking.db import UtcDateTime, db
from booking.domain import access, audit, messages, people, places
from booking.domain.changes import facts
from booking.domain.changes.facts import Difference
from booking.domain.changes.pending import Change
from booking.domain.events import Event, Venue
from booking.domain.people import Person
from booking.domain.places import Booking, Place, State

BATCH = 20
LATELY = timedelta(days=14)
"""For so long the pages say what has changed."""
KEPT = timedelta(days=30)
HEARING = (State.CONFIRMED, State.OFFERED)
"""Whose bookings are told of changes. Who waits sees the facts on the page and in the offer; a held form, in the
confirmation."""


@dataclass
class Listener:
    """Somebody who is to hear of changes: who booked, or somebody of the party."""

    person: Person
    name: str
    booking_id: int
    knows_since: datetime | None
    """When they were told everything: as their booking was confirmed or, instead of a colleague, later; None for an
    offer."""
    place_id: int | None = None
    """Their own place, in a booking that somebody else made."""


@dataclass(frozen=True)
class Settling:
    """What is about to be told, when, and to how many of those who booked."""

    due_at: datetime
    people: int
    differences: list[Difference]


def tell_due(*, at: datetime) -> int:
    """Tell people what has settled; answer at how many events something had."""
    due = select(Change.event_id).where(Change.settled_at.is_(None), Change.due_at <= at).distinct().limit(BATCH)
    ids = db.session.scalars(due).all()
    if not ids:
        return 0
    for event in places.lock(*ids):
        settled = [change for change in pending(event) if change.due_at <= at]
        if settled:
            _settle(event, settled, by=None, at=at)
    return len(ids)


def forget_settled(*, at: datetime) -> int:
    """Delete what people knew before changes that were told long ago; answer how many that were."""
    old = delete(Change).where(Change.settled_at < at - KEPT).execution_options(synchronize_session=False)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]


def send_now(event_id: int, *, by: Person, at: datetime) -> Event:
    """Tell people at once what is settling; where nothing is, do nothing. Raises `NotFound`, `NotAllowed`."""
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    if changes := pending(event):
        _settle(event, changes, by=by, at=at)
    return event


def pending(event: Event) -> Sequence[Change]:
    """Answer the changes of an event of which nobody has been told yet, the first one first."""
    query = select(Change).where(Change.event_id == event.id, Change.settled_at.is_(None)).order_by(Change.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def unsettled(event: Event) -> Settling | None:
    """Answer what is about to be told at an event; None where nothing is, or nobody would be told."""
    changes = pending(event)
    people = sum(1 for _ in news(event, changes)) if changes else 0
    return Settling(changes[0].due_at, people, facts.between(known_before(changes), event)) if people else None


def lately(events: Iterable[Event], *, at: datetime) -> dict[int, list[Change]]:
    """Answer what has been changed at these events in the last two weeks, told or not, by the event's number."""
    # Publishing sets both: whatever has not been touched since then needs no question.
    ids = [one.id for one in events if one.updated_at >= at - LATELY and one.updated_at != one.published_at]
    found: dict[int, list[Change]] = {}
    for change in db.session.scalars(_LATELY, {"ids": ids, "since": at - LATELY}) if ids else ():
        found.setdefault(change.event_id, []).append(change)
    return found


def news_of(booking: Booking, person: Person, changes: Sequence[Change]) -> list[Difference]:
    """Answer what is different from what the booker, or somebody of the party, was told at first."""
    own = [place.booked_at for place in booking.live_places if place.person_id == person.id != booking.booker_id]
    since = own[0] if own else booking.confirmed_at
    known = known_before(change for change in changes if since is None or change.made_at >= since)
    return facts.between(known, booking.event)


def untold(event_id: int, *, at: datetime, since: datetime | None) -> dict[str, Any]:
    """Answer the facts as they are known to people who had been told, until this moment, of what changed `since`."""
    later = or_(Change.settled_at.is_(None), Change.settled_at >= at)
    changes = db.session.scalars(select(Change).where(Change.event_id == event_id, later).order_by(Change.id))
    return known_before(change for change in changes if since is None or change.made_at >= since)


def settle_silently(event: Event, *, at: datetime) -> None:
    """End what is settling without a word: the event is called off, and that is what people hear."""
    for change in pending(event):
        change.settled_at = at


def known_before(changes: Iterable[Change]) -> dict[str, Any]:
    """Answer the facts as they were before these changes: those of the event, and those of each session by number."""
    known: dict[str, Any] = {}
    for change in changes:
        if change.slot_id is None:
            known.setdefault("event", change.before)
        else:
            known.setdefault("slots", {}).setdefault(str(change.slot_id), change.before)
    return known


def listeners(event: Event) -> list[Listener]:
    """Answer everybody who has a place at the event or an offer of one, and who booked for others; each once."""
    found: dict[int, Listener] = {}
    at_event = (Booking.event_id == event.id, Booking.state.in_(HEARING))
    booked = select(Booking, Person).join(Person, Person.id == Booking.booker_id).where(*at_event).order_by(Booking.id)
    for booking, person in db.session.execute(booked):
        found.setdefault(person.id, Listener(person, booking.booker_name, booking.id, booking.confirmed_at))
    seated = select(Place, Person, Booking).join(Person, Person.id == Place.person_id).join(Place.booking)
    seated = seated.where(*at_event, Place.ended_at.is_(None), Place.person_id != Booking.booker_id)
    for place, person, booking in db.session.execute(seated.order_by(Place.id)):
        one = found.setdefault(person.id, Listener(person, place.name, booking.id, place.booked_at))
        one.place_id = place.id
    return [one for one in found.values() if one.person.email]


def news(event: Event, changes: Sequence[Change]) -> Iterator[tuple[Listener, dict[str, Any]]]:
    """Answer to whom something is new, each with the facts as they know them."""
    for one in listeners(event):
        known = known_before(change for change in changes if not one.knows_since or change.made_at >= one.knows_since)
        if facts.between(known, event):
            yield one, known


def _settle(event: Event, changes: Sequence[Change], *, by: Person | None, at: datetime) -> None:
    told: set[int] = set()
    if event.is_published and not event.is_called_off:
        told |= _tell_those_booked(event, changes, at)
        told |= _tell_those_who_run_it(event, changes, told, at)
    for change in changes:
        change.settled_at = at
    audit.record("event.changes_told", event, by=by, at=at, event_id=event.id, hub_id=event.hub_id, people=len(told))


def _tell_those_booked(event: Event, changes: Sequence[Change], at: datetime) -> set[int]:
    told = set()
    for one, known in news(event, changes):
        _tell(event, one.person, known, at=at, name=one.name, booking=one.booking_id, place=one.place_id)
        told.add(one.person.id)
    return told


def _tell_those_who_run_it(event: Event, changes: Sequence[Change], told: set[int], at: datetime) -> set[int]:
    """Tell whoever leads the event, and the hosts of the schools where it is and was to be."""
    known = known_before(changes)
    if not facts.between(known, event):
        return set()
    running = [*people.leads(event.id), *people.hosts(event.hub_id, {*event.host_urns, *_former_hosts(known)})]
    persons = {person.id: person for person in running if person.id not in told}
    for person in persons.values():
        _tell(event, person, known, at=at)
    return set(persons)


def _former_hosts(known: dict[str, Any]) -> set[int]:
    venues = {stored["venue_id"] for stored in known.get("slots", {}).values() if stored}
    urns = select(Venue.school_urn).where(Venue.id.in_(venues), Venue.school_urn.is_not(None))
    return {urn for urn in db.session.scalars(urns) if urn}


def _tell(event: Event, person: Person, known: dict[str, Any], *, at: datetime, **links: Any) -> None:
    messages.tell(person, "event_changed", at=at, hub_id=event.hub_id, event_id=event.id, known=known, **links)


# Written once: putting a statement together costs as much as running it.
_LATELY = (
    select(Change)
    .where(
        Change.event_id.in_(bindparam("ids", expanding=True)),
        Change.made_at >= bindparam("since", type_=UtcDateTime()),
    )
    .order_by(Change.id)
)
