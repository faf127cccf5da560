"""Giving roles and taking them away: who may run a hub, lead an event, host a school's days, or read its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain import access, audit, messages, people
from booking.domain.errors import BadInput, NotAllowed, NotFound
from booking.domain.events import Event
from booking.domain.people import Person, Role, RoleName
from booking.domain.schools import School

OF_HUBS = (RoleName.ADMINISTRATOR, RoleName.ORGANISER, RoleName.ANALYST)
"""Given by administrators; lead and host are named by whoever organises the hub."""


class LastAdministrator(NotAllowed):
    """Without them nobody could give roles any more."""

    code = "last_administrator"


@dataclass(frozen=True)
class Reach:
    """How far a role goes: a hub or (None) all of them; for a lead the event, for a host the school."""

    hub_id: int | None
    event_id: int | None = None
    school_urn: int | None = None


def invite(
    address: str,
    name: str,
    role: str,
    *,
    hub_id: int | None,
    event_id: int | None = None,
    school_urn: int | None = None,
    by: Person | None,
    at: datetime,
) -> Role:
    """Make somebody known by this address, give them the role, and tell them by mail; once is enough.

    `by=None` is the operator of the machine. Without a hub the role is for all hubs. Raises `BadInput`, `NotAllowed`.
    """
    return give(meet(address, name, at=at), role, Reach(hub_id, event_id, school_urn), by=by, at=at)


def meet(address: str, name: str, *, at: datetime) -> Person:
    """Lock and answer whoever has this address, made known if need be, with the name or else by the address."""
    email = people.normalise(address)
    return people.meet({email: name or email.partition("@")[0]}, at=at)[email]


def give(person: Person, role: str, reach: Reach, *, by: Person | None, at: datetime) -> Role:
    """Give somebody a role as far as it reaches. It counts from their next request. Raises `BadInput`, `NotAllowed`."""
    _must_be_sound(role, reach)
    _must_give(by, role, reach.hub_id)
    if had := _live(person, role, reach):
        return had
    given = Role(person_id=person.id, name=role, given_by_id=by.id if by else None, given_at=at, **vars(reach))
    db.session.add(given)
    _note("role.given", given, by=by, at=at)
    _tell(person, "invited", given, at=at)
    return given


def change(role_id: int, role: str, *, hub_id: int, by: Person, at: datetime) -> Role:
    """Give somebody another role in the hub instead of the one they have. Raises as `end` and `give` do."""
    had = _of_hub(role_id, hub_id)
    if had.name not in OF_HUBS or role not in OF_HUBS:
        raise BadInput("Choose administrator, organiser or analyst", "role")
    if had.name == role:
        return had
    _end(had, by=by, at=at)
    return give(had.person, role, Reach(hub_id), by=by, at=at)


def end(role_id: int, *, hub_id: int, by: Person, at: datetime) -> Role:
    """End a role of the hub, from the person's next request, and tell them.

    Raises `NotFound`, `NotAllowed`, `LastAdministrator`.
    """
    role = _of_hub(role_id, hub_id)
    _end(role, by=by, at=at)
    return role


def take_away(person: Person, role: str, *, hub_id: int | None, by: Person | None, at: datetime) -> Role:
    """End a role in a hub, or in all. Raises `NotFound`, `NotAllowed`, `LastAdministrator`."""
    _must_give(by, role, hub_id)
    had = _live(person, role, Reach(hub_id))
    if had is None:
        raise NotFound("They do not have that role.")
    _end(had, by=by, at=at)
    return had


def end_all(person: Person, *, by: Person | None, at: datetime) -> None:
    """End every role of somebody who is being forgotten; no mail says so."""
    for role in db.session.scalars(_all_of(person)):
        role.ended_at = at
        _note("role.taken_away", role, by=by, at=at)


def must_not_be_needed(person: Person, *, by: Person | None) -> None:
    """Raise `LastAdministrator` if without this person nobody could give roles any more."""
    for role in db.session.scalars(_all_of(person).where(Role.name == RoleName.ADMINISTRATOR)):
        _must_leave_one(role, by)


def is_held(role_id: int) -> bool:
    """Say whether whoever was given this role has it, or the same one again."""
    role = db.session.get_one(Role, role_id)
    return _live(role.person, role.name, Reach(role.hub_id, role.event_id, role.school_urn)) is not None


def of_hub(hub_id: int) -> Select[Role]:
    """Answer the query for the live roles of a hub, with their people, by name."""
    query = select(Role).join(Role.person).where(Role.hub_id == hub_id, Role.ended_at.is_(None))
    return query.options(joinedload(Role.person), joinedload(Role.school)).order_by(Person.name, Person.id, Role.id)


def _end(role: Role, *, by: Person | None, at: datetime) -> None:
    _must_give(by, role.name, role.hub_id)
    if role.name == RoleName.ADMINISTRATOR:
        _must_leave_one(role, by)
    role.ended_at = at
    _note("role.taken_away", role, by=by, at=at)
    _tell(role.person, "role_ended", role, at=at)


def _of_hub(role_id: int, hub_id: int) -> Role:
    found = db.session.get(Role, role_id, with_for_update=True, populate_existing=True)
    if found is None or found.hub_id != hub_id or found.ended_at is not None:
        raise NotFound("They do not have that role any more.")
    return found


def _all_of(person: Person) -> Select[Role]:
    return select(Role).where(Role.person_id == person.id, Role.ended_at.is_(None)).order_by(Role.id)


def _must_be_sound(role: str, reach: Reach) -> None:
    """Raise `BadInput` for a role that there is not, or that does not say where it counts."""
    if role not in list(RoleName):
        raise BadInput("A role is administrator, organiser, lead, host or analyst.", "role")
    if reach.hub_id is None and role not in (RoleName.ADMINISTRATOR, RoleName.ANALYST):
        raise BadInput(f"{'An' if role == RoleName.ORGANISER else 'A'} {role} needs a hub.", "hub")
    if role == RoleName.LEAD and not _is_event_of(reach.event_id, reach.hub_id):
        raise BadInput("Choose the event that they lead", "event")
    if role == RoleName.HOST and (reach.school_urn is None or db.session.get(School, reach.school_urn) is None):
        raise BadInput("Choose the school whose days they host", "school")
    if (role != RoleName.LEAD and reach.event_id) or (role != RoleName.HOST and reach.school_urn):
        raise BadInput("Only a lead has an event, and only a host a school.", "role")


def _is_event_of(event_id: int | None, hub_id: int | None) -> bool:
    event = db.session.get(Event, event_id) if event_id else None
    return event is not None and event.hub_id == hub_id


def _must_give(by: Person | None, role: str, hub_id: int | None) -> None:
    """Administrators give roles: of all hubs any, of one hub those in it. A hub's organisers name leads and hosts."""
    if by is None or access.is_national(by):
        return
    if role not in OF_HUBS and hub_id is not None:
        return access.must_organise(by, hub_id)
    if hub_id is None or not access.may_administer(by, hub_id):
        raise NotAllowed("Only an administrator can do this.")


def _must_leave_one(role: Role, by: Person | None) -> None:
    """Raise `LastAdministrator`; of a hub, those of all hubs may end even the last one, and give another."""
    others = _administrators(role.hub_id) - {role.id}
    if others or (role.hub_id is not None and (by is None or access.is_national(by))):
        return
    whom = role.hub.name if role.hub else "all hubs"
    raise LastAdministrator(f"This is the last administrator of {whom}. Invite another one first.")


def _administrators(hub_id: int | None) -> set[int]:
    """Lock the roles that are left, so that two administrators never end each other's at the same time."""
    there = Role.hub_id.is_(None) if hub_id is None else Role.hub_id == hub_id
    query = select(Role.id).where(there, Role.name == RoleName.ADMINISTRATOR, Role.ended_at.is_(None))
    return set(db.session.scalars(query.order_by(Role.id).with_for_update()))


def _live(person: Person, role: str, reach: Reach) -> Role | None:
    same = select(Role).where(Role.person_id == person.id, Role.name == role, Role.ended_at.is_(None))
    for fact, value in vars(reach).items():
        column = getattr(Role, fact)
        same = same.where(column.is_(None) if value is None else column == value)
    return db.session.scalars(same).first()


def _note(act: str, role: Role, *, by: Person | None, at: datetime) -> None:
    school = {"school": role.school_urn} if role.school_urn else {}
    facts = {"person": role.person_id, "role": role.name, **school}
    audit.record(act, role, by=by, at=at, hub_id=role.hub_id, event_id=role.event_id, **facts)


def _tell(person: Person, kind: str, role: Role, *, at: datetime) -> None:
    school = db.session.get(School, role.school_urn) if role.school_urn else None
    named = school.name if school else ""
    facts: dict[str, Any] = {"role": role.name, "school": named, "given": role.id}
    messages.tell(person, kind, at=at, hub_id=role.hub_id, event_id=role.event_id, **facts)
