"""Giving roles and taking them away: who may run a hub, lead an event, host a school's days, or read its numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain import access, audit, messages, people
from booking.domain.errors import BadInput, NotAllowed, NotFound
from booking.domain.people import Person, Role, RoleName


def invite(address: str, name: str, role: str, *, hub_id: int | None, by: Person | None, at: datetime) -> Role:
    """Make somebody known by this address, give them the role, and tell them by mail; once is enough.

    `by=None` is the operator of the machine. Without a hub the role is for all hubs. Raises `BadInput`, `NotAllowed`.
    """
    email = people.normalise(address)
    person = people.meet({email: name or email.partition("@")[0]}, at=at)[email]
    return give(person, role, hub_id=hub_id, by=by, at=at)


def give(person: Person, role: str, *, hub_id: int | None, by: Person | None, at: datetime) -> Role:
    """Give somebody a role in a hub, or in all. It counts from their next request. Raises `BadInput`, `NotAllowed`."""
    if role not in (RoleName.ADMINISTRATOR, RoleName.ORGANISER, RoleName.ANALYST):
        raise BadInput("A role is administrator, organiser or analyst.", "role")
    if hub_id is None and role == RoleName.ORGANISER:
        raise BadInput("An organiser needs a hub.", "hub")
    _must_give(by, role, hub_id)
    if had := _live(person, role, hub_id):
        return had
    given = Role(person_id=person.id, name=role, hub_id=hub_id, given_by_id=by.id if by else None, given_at=at)
    db.session.add(given)
    audit.record("role.given", given, by=by, at=at, hub_id=hub_id, person=person.id, role=role)
    messages.tell(person, "invited", at=at, hub_id=hub_id, role=role)
    return given


def take_away(person: Person, role: str, *, hub_id: int | None, by: Person | None, at: datetime) -> Role:
    """End a role, from the person's next request, and tell them. Raises `NotFound`, `NotAllowed`."""
    _must_give(by, role, hub_id)
    had = _live(person, role, hub_id)
    if had is None:
        raise NotFound("They do not have that role.")
    if role == RoleName.ADMINISTRATOR and hub_id is None and _administrators() == 1:
        raise NotAllowed("This is the last administrator of all hubs. Invite another one first.")
    had.ended_at = at
    audit.record("role.taken_away", had, by=by, at=at, hub_id=hub_id, person=person.id, role=role)
    messages.tell(person, "role_ended", at=at, hub_id=hub_id, role=role)
    return had


def _must_give(by: Person | None, role: str, hub_id: int | None) -> None:
    """Only administrators give roles: of all hubs any, of one hub those in it."""
    if by is None or access.is_national(by):
        return
    own = {one.hub_id for one in by.roles if one.name == RoleName.ADMINISTRATOR}
    if hub_id is None or hub_id not in own:
        raise NotAllowed("Only an administrator can do this.")


def _live(person: Person, role: str, hub_id: int | None) -> Role | None:
    same = select(Role).where(Role.person_id == person.id, Role.name == role, Role.ended_at.is_(None))
    return db.session.scalars(same.where(Role.hub_id.is_(None) if hub_id is None else Role.hub_id == hub_id)).first()


def _administrators() -> int:
    query = select(func.count(Role.id)).where(
        Role.name == RoleName.ADMINISTRATOR, Role.hub_id.is_(None), Role.ended_at.is_(None)
    )
    return int(db.session.scalar(query) or 0)
