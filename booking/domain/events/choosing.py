"""Choosing where: a venue that the hub knows, a school of the register, another place, or online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from booking.db import db
from booking.domain import access, audit
from booking.domain.errors import BadInput, NotFound
from booking.domain.events.venues import LONGEST, ZONES, Venue, must_be_zone
from booking.domain.people import Person
from booking.domain.schools import School


@dataclass(frozen=True)
class Known:
    """A venue that the hub has used before."""

    venue_id: int


@dataclass(frozen=True)
class AtSchool:
    """A school of the register."""

    urn: int


@dataclass(frozen=True)
class Elsewhere:
    """A place that no register knows."""

    name: str
    street: str = ""
    town: str = ""
    postcode: str = ""
    zone: str = ZONES[0]


@dataclass(frozen=True)
class Online:
    """Wherever everybody is."""


Where = Known | AtSchool | Elsewhere | Online


def of_hub(hub_id: int) -> Select[Venue]:
    """Answer the query for a hub's venues, by name."""
    return select(Venue).where(Venue.hub_id == hub_id).order_by(Venue.is_online, Venue.name, Venue.id)


def organised_by(person: Person, venue_id: int) -> Venue | None:
    """Answer a venue of a hub that the person organises; another hub's is not found."""
    venue = db.session.get(Venue, venue_id)
    return venue if venue and access.may_organise(person, venue.hub_id) else None


def settle(where: Where, hub_id: int, *, by: Person, at: datetime) -> Venue:
    """Answer the hub's venue for what was chosen, adding it where it is new. Raises `BadInput`, `NotFound`."""
    if isinstance(where, Known):
        venue = db.session.get(Venue, where.venue_id)
        if venue is None or venue.hub_id != hub_id:
            raise NotFound("That venue does not exist.")
        return venue
    if isinstance(where, AtSchool):
        return _first(hub_id, Venue.school_urn == where.urn) or _add(hub_id, by, at, **_of_school(where.urn))
    if isinstance(where, Online):
        return _first(hub_id, Venue.is_online) or _add(hub_id, by, at, name="Online", is_online=True)
    return _add(hub_id, by, at, **vars(where))


def describe(venue_id: int, *, by: Person, at: datetime, directions: str, parking: str, access_words: str) -> Venue:
    """Say how to get to a venue, where to park, and how it is got into. Raises `NotFound`, `NotAllowed`."""
    venue = db.session.get(Venue, venue_id)
    if venue is None:
        raise NotFound("That venue does not exist.")
    access.must_organise(by, venue.hub_id)
    said = {"directions": directions, "parking": parking, "access": access_words}
    changed = [fact for fact, words in said.items() if getattr(venue, fact) != words]
    for fact in changed:
        setattr(venue, fact, said[fact])
    if changed:
        venue.revised_at = at
        audit.record("venue.described", venue, by=by, at=at, hub_id=venue.hub_id, words=changed)
    return venue


def _first(hub_id: int, condition: Any) -> Venue | None:
    return db.session.scalars(of_hub(hub_id).where(condition)).first()


def _of_school(urn: int) -> dict[str, Any]:
    school = db.session.get(School, urn)
    if school is None:
        raise BadInput("Choose the school from the list", "school")
    facts = ("name", "street", "postcode", "easting", "northing")
    return {fact: getattr(school, fact) for fact in facts} | {"town": school.town or school.locality, "school_urn": urn}


def _add(hub_id: int, by: Person, at: datetime, **facts: Any) -> Venue:
    access.must_organise(by, hub_id)
    for fact, most in LONGEST.items():
        if len(facts.get(fact) or "") > most:
            raise BadInput(f"Shorten the {fact} to {most} characters", fact)
    must_be_zone(facts.get("zone", ZONES[0]))
    venue = Venue(hub_id=hub_id, **facts)
    db.session.add(venue)
    audit.record("venue.added", venue, by=by, at=at, hub_id=hub_id)
    return venue
