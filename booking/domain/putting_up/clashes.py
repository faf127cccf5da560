"""What to know while dates are chosen: holidays, who and what is busy then, and what else is near. It stops nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from booking import wording
from booking.db import db
from booking.domain import working_days
from booking.domain.events import Event, EventPhase, Slot, Venue
from booking.domain.events.choosing import AtSchool, Known, Where
from booking.domain.people import Person, Role, RoleName, normalise
from booking.domain.putting_up.plans import Plan, Session
from booking.domain.schools import School
from booking.domain.working_days import Holiday

METRES_A_MILE = 1609.344
NEAR_MILES = 20
"""Teachers travel so far: two events for them on one day share an audience."""
MOST_NEAR = 200
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spot:
    """Where a session is, as far as it is known."""

    name: str = ""
    venue_id: int | None = None
    school_urn: int | None = None
    easting: int | None = None
    northing: int | None = None


class Clashes:
    """One look at a plan: everything is read at once, however many sessions it has."""

    def __init__(self, plan: Plan, *, hub_id: int, event_id: int | None) -> None:
        self.plan, self.hub_id, self.event_id = plan, hub_id, event_id
        self.dated = [
            (number, one, one.starts_at.astimezone(ZoneInfo(one.zone)).date())
            for number, one in enumerate(plan.sessions, 1)
            if one.starts_at and one.ends_at
        ]

    def sentences(self) -> list[str]:
        """Answer what to know, session by session, in words for whoever chooses; nothing while no date is known."""
        if not self.dated:
            return []
        self.spots = _spots({one.where for _, one, _ in self.dated if one.where}, self.hub_id)
        self.closed = self._holidays()
        self.lead, self.led = self._lead()
        self.busy = db.session.scalars(self._then(self._is_taken())).unique().all()
        self.near = db.session.scalars(self._then(self._is_alike()).limit(MOST_NEAR)).unique().all()
        several = len(self.plan.sessions) > 1
        return [
            f"Session {number}: {sentence}" if several else sentence
            for number, one, day in self.dated
            for sentence in self._of(one, day)
        ]

    def _of(self, session: Session, day: date) -> Iterator[str]:
        spot = self._spot(session)
        if why := working_days.why_not(day, [one for one in self.closed if one.school_urn is None]):
            yield f"{wording.date_words(day)} is {_why_words(day, why)}."
        for holiday in self.closed:
            if holiday.school_urn and holiday.school_urn == spot.school_urn and day in holiday:
                yield f"{spot.name} is closed that day: {holiday.name}."
        for slot in self.busy:
            if _overlap(slot, session):
                yield from self._why_busy(slot, spot)
        yield from self._near(session, spot, day)

    def _why_busy(self, slot: Slot, spot: Spot) -> Iterator[str]:
        if slot.starts_at is None or slot.ends_at is None:
            return
        at = wording.times(slot.starts_at, slot.ends_at, slot.zone)
        if spot.venue_id and slot.venue_id == spot.venue_id:
            yield f"{spot.name} is taken then by “{slot.event.title}”, {at}."
        if slot.event_id in self.led:
            yield f"{self.lead} leads “{slot.event.title}” then, {at}."

    def _near(self, session: Session, spot: Spot, day: date) -> Iterator[str]:
        told: set[int] = set()
        for slot in self.near:
            miles = _miles(spot, slot.venue)
            if slot.event_id in told or miles is None or miles > NEAR_MILES or slot.local_start is None:
                continue
            if slot.starts_at and slot.local_start.date() == day:
                told.add(slot.event_id)
                away = "at the same place" if miles < 1 else f"{wording.count(round(miles), 'mile')} away"
                at = wording.time(slot.starts_at, slot.zone)
                yield f"“{slot.event.title}” is for the same phase that day, {away}, at {at}."

    def _spot(self, session: Session) -> Spot:
        return self.spots.get(session.where, Spot()) if session.where else Spot()

    def _holidays(self) -> Sequence[Holiday]:
        days = [day for *_, day in self.dated]
        urns = [spot.school_urn for spot in self.spots.values() if spot.school_urn]
        query = select(Holiday).where(
            Holiday.hub_id == self.hub_id,
            or_(Holiday.school_urn.is_(None), Holiday.school_urn.in_(urns)),
            Holiday.begins_on <= max(days),
            Holiday.ends_on >= min(days),
        )
        return db.session.scalars(query.order_by(Holiday.begins_on, Holiday.id)).all()

    def _lead(self) -> tuple[str, set[int]]:
        """Answer who leads the event, or is to, and what else they lead."""
        live = and_(Role.name == RoleName.LEAD, Role.ended_at.is_(None))
        if self.plan.words.lead:
            who = select(Person.id).where(Person.email == normalise(self.plan.words.lead.email))
        else:
            who = select(Role.person_id).where(live, Role.event_id == (self.event_id or 0))
        roles = db.session.scalars(select(Role).where(live, Role.person_id.in_(who)).options(joinedload(Role.person)))
        found = roles.all()
        return wording.listed(sorted({role.person.name for role in found})), {
            role.event_id for role in found if role.event_id and role.event_id != self.event_id
        }

    def _then(self, condition: ColumnElement[bool]) -> Select[Slot]:
        """Answer the query for others' sessions around these days: the hub's own, and what is published."""
        starts = [one.starts_at for _, one, _ in self.dated if one.starts_at]
        return (
            select(Slot)
            .join(Slot.event)
            .where(
                condition,
                Slot.removed_at.is_(None),
                Slot.starts_at < max(starts) + DAY,
                Slot.ends_at > min(starts) - DAY,
                Event.called_off_at.is_(None),
                Event.id != (self.event_id or 0),
                or_(Event.hub_id == self.hub_id, Event.published_at.is_not(None)),
            )
            .order_by(Slot.starts_at, Slot.id)
            .options(joinedload(Slot.event), joinedload(Slot.venue))
        )

    def _is_taken(self) -> ColumnElement[bool]:
        venues = [spot.venue_id for spot in self.spots.values() if spot.venue_id]
        return or_(Slot.venue_id.in_(venues), Slot.event_id.in_(self.led))

    def _is_alike(self) -> ColumnElement[bool]:
        """For a phase of this one, and inside the square around its places."""
        phases = select(EventPhase.event_id).where(EventPhase.phase.in_(self.plan.words.phases))
        known = [(one.easting, one.northing) for one in self.spots.values() if one.easting and one.northing]
        reach = int(NEAR_MILES * METRES_A_MILE)
        around = [
            and_(
                Venue.easting.between(east - reach, east + reach), Venue.northing.between(north - reach, north + reach)
            )
            for east, north in known
        ]
        return and_(Slot.event_id.in_(phases), Slot.venue.has(or_(*around)) if around else Slot.id.is_(None))


def clashes(plan: Plan, *, hub_id: int, event_id: int | None = None) -> list[str]:
    """Answer what to know about a plan's dates, in sentences; the event itself is no clash. It stops nobody."""
    return Clashes(plan, hub_id=hub_id, event_id=event_id).sentences()


def _spots(places: Iterable[Where], hub_id: int) -> dict[Where, Spot]:
    """Answer what is known of each place that was chosen."""
    ids = [one.venue_id for one in places if isinstance(one, Known)]
    urns = [one.urn for one in places if isinstance(one, AtSchool)]
    venues = db.session.scalars(
        select(Venue).where(Venue.hub_id == hub_id, or_(Venue.id.in_(ids), Venue.school_urn.in_(urns)))
    ).all()
    schools = db.session.scalars(select(School).where(School.urn.in_(urns))).all() if urns else []
    spots: dict[Where, Spot] = {
        AtSchool(one.urn): Spot(one.name, None, one.urn, one.easting, one.northing) for one in schools
    }
    for venue in venues:
        if not venue.is_online:
            spot = Spot(venue.name, venue.id, venue.school_urn, venue.easting, venue.northing)
            spots[Known(venue.id)] = spot
            if venue.school_urn in urns:
                spots[AtSchool(venue.school_urn)] = spot
    return spots


def _why_words(day: date, why: str) -> str:
    if day.weekday() >= working_days.SATURDAY:
        return "at the weekend"
    return f"a bank holiday, {why}" if day in working_days.BANK_HOLIDAYS else f"in the hub’s holidays: {why}"


def _overlap(slot: Slot, session: Session) -> bool:
    return bool(
        slot.starts_at
        and slot.ends_at
        and session.starts_at
        and session.ends_at
        and slot.starts_at < session.ends_at
        and slot.ends_at > session.starts_at
    )


def _miles(spot: Spot, venue: Venue | None) -> float | None:
    if venue is None or not (spot.easting and spot.northing and venue.easting and venue.northing):
        return None
    return hypot(spot.easting - venue.easting, spot.northing - venue.northing) / METRES_A_MILE
