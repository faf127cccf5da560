"""Room: the one invariant. Never more places than there are, and the two verbs that change how many are taken."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db, must_be_writing
from booking.domain.errors import Full, NotFound, SchoolLimit
from booking.domain.events import Event, Slot
from booking.domain.places.bookings import Booking
from booking.domain.places.states import TAKING
from booking.domain.schools import School


def lock(*event_ids: int) -> list[Event]:
    """Lock events, in order of id, and answer them as they now are.

    Whoever takes, frees or joins calls it before writing any row that refers to the event: a foreign key to a row that
    is locked afterwards is how PostgreSQL deadlocks. Raises `NotFound`, and `RuntimeError` outside a transaction.
    """
    must_be_writing()
    wanted = sorted(set(event_ids))
    events = list(db.session.scalars(_LOCKED, {"ids": wanted}))
    if len(events) < len(wanted):
        raise NotFound("That event does not exist.")
    return events


def lock_due(due: Select[int]) -> list[Event]:
    """Lock the events of a query of numbers, and answer those still in it: somebody may have changed one meanwhile."""
    ids = db.session.scalars(due).all()
    locked = lock(*ids) if ids else []
    still = set(db.session.scalars(due.where(Event.id.in_(ids)))) if ids else set()
    return [event for event in locked if event.id in still]


def must_have(event: Event, places: int) -> None:
    """Raise `Full` unless so many places of a locked event are left."""
    if places > event.places_left:
        raise Full(_too_few(event, places))


def take(event: Event, places: int) -> None:
    """Take places of a locked event. Raises `Full`."""
    must_have(event, places)
    event.taken += places


def free(event: Event, places: int) -> None:
    """Give places of a locked event back. What it has beyond its capacity goes first, before anybody is offered one."""
    event.taken -= places
    event.extra -= min(event.extra, places)


def exceed(event: Event, places: int) -> int:
    """Make room in a locked event for so many, beyond its capacity where it must be; answer by how many it grew."""
    more = max(0, places - event.places_left)
    event.extra += more
    return more


def must_fit_school(event: Event, school: School | None, places: int) -> None:
    """Raise `SchoolLimit` if the school, with all that it was before, would have more places than one school may."""
    if event.max_per_school is None or school is None:
        return
    left = event.max_per_school - of_school(event, school)
    if places <= left:
        return
    if left <= 0:
        raise SchoolLimit(
            f"{school.name} has all of the {_places(event.max_per_school)} that one school may have here."
        )
    raise SchoolLimit(
        f"{school.name} may have {_places(left)} more here: up to {event.max_per_school} from one school."
    )


def of_school(event: Event, school: School) -> int:
    """Answer how many places the school's family has taken at the event."""
    query = (
        select(func.coalesce(func.sum(Booking.party_size), 0))
        .join(School, School.urn == Booking.school_urn)
        .where(Booking.event_id == event.id, Booking.state.in_(TAKING), School.family_urn == school.family_urn)
    )
    return int(db.session.scalar(query) or 0)


def of_families(event: Event) -> dict[int, int]:
    """Answer how many places each school's family has taken at the event, by `family_urn`."""
    query = (
        select(School.family_urn, func.sum(Booking.party_size))
        .join(School, School.urn == Booking.school_urn)
        .where(Booking.event_id == event.id, Booking.state.in_(TAKING))
        .group_by(School.family_urn)
    )
    return {family: int(places) for family, places in db.session.execute(query)}


def booking_of(booking_id: int) -> Booking:
    """Lock the event of a booking, then answer the booking as it now is. Raises `NotFound`."""
    event_id = db.session.scalar(select(Booking.event_id).where(Booking.id == booking_id))
    if event_id is None:
        raise NotFound("That booking does not exist.")
    lock(event_id)
    query = (
        select(Booking)
        .where(Booking.id == booking_id)
        .options(
            joinedload(Booking.school),
            joinedload(Booking.booker),
            selectinload(Booking.places),
            joinedload(Booking.event).selectinload(Event.slots).joinedload(Slot.venue),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one()


def _too_few(event: Event, places: int) -> str:
    if event.is_full:
        return "The last place has just gone." if places == 1 else "The last places have just gone."
    verb = "is" if event.places_left == 1 else "are"
    return f"Only {_places(event.places_left)} {verb} left, and you asked for {places}."


def _places(number: int) -> str:
    return "1 place" if number == 1 else f"{number} places"


# Written once: putting a statement together costs as much as running it.
_LOCKED = (
    select(Event)
    .where(Event.id.in_(bindparam("ids", expanding=True)))
    .order_by(Event.id)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
