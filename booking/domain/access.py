"""Who may do what: questions about a person and their live roles, answered without writing anything.

A role taken away counts from the next request, because roles are read with each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from booking.domain.errors import NotAllowed
from booking.domain.people import Person, RoleName

if TYPE_CHECKING:
    from booking.domain.events import Event

ORGANISING = (RoleName.ADMINISTRATOR, RoleName.ORGANISER)


def is_national(person: Person) -> bool:
    """An administrator of every hub."""
    return any(role.name == RoleName.ADMINISTRATOR and role.hub_id is None for role in person.roles)


def hubs_organised(person: Person) -> set[int]:
    """Answer the ids of the hubs that somebody organises; a national administrator is asked with `is_national`."""
    return {role.hub_id for role in person.roles if role.name in ORGANISING and role.hub_id is not None}


def events_led(person: Person) -> set[int]:
    """Answer the ids of the events that somebody leads."""
    return {role.event_id for role in person.roles if role.name == RoleName.LEAD and role.event_id is not None}


def schools_hosting(person: Person) -> set[tuple[int, int]]:
    """Answer (hub id, URN) of each school for whose days somebody is the host."""
    return {
        (role.hub_id, role.school_urn)
        for role in person.roles
        if role.name == RoleName.HOST and role.hub_id is not None and role.school_urn is not None
    }


def is_organiser(person: Person) -> bool:
    """Who organises a hub, or all of them."""
    return is_national(person) or bool(hubs_organised(person))


def has_desk(person: Person) -> bool:
    """Who runs something: organises a hub, leads an event, or is the host of a school's days."""
    return is_organiser(person) or bool(events_led(person)) or bool(schools_hosting(person))


def may_organise(person: Person, hub_id: int) -> bool:
    return is_national(person) or hub_id in hubs_organised(person)


def may_administer(person: Person, hub_id: int) -> bool:
    """Who says which others run the hub."""
    return any(role.name == RoleName.ADMINISTRATOR and role.hub_id in (None, hub_id) for role in person.roles)


def is_lead(person: Person, event: Event) -> bool:
    return event.id in events_led(person)


def may_read_needs(person: Person, event: Event) -> bool:
    """Access needs are for the event's lead and host; where no lead is named, for the hub's organisers."""
    if is_lead(person, event) or _is_host(person, event):
        return True
    return not event.has_lead and event.hub_id in hubs_organised(person)


def must_organise(person: Person, hub_id: int) -> None:
    """Raise `NotAllowed` unless the person organises the hub; privileged verbs ask inside their transaction."""
    if not may_organise(person, hub_id):
        raise NotAllowed("Only the hub's organisers can do this.")


def must_look_after_all(person: Person) -> None:
    """Raise `NotAllowed` unless the person is an administrator of every hub."""
    if not is_national(person):
        raise NotAllowed("Only an administrator of all hubs can do this.")


def _is_host(person: Person, event: Event) -> bool:
    return any((event.hub_id, urn) in schools_hosting(person) for urn in event.host_urns)
