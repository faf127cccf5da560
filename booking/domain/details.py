"""Details: what people say of themselves, which nobody else changes."""

from __future__ import annotations

from datetime import datetime

from booking.db import db
from booking.domain import audit, people
from booking.domain.errors import BadInput, NotAllowed
from booking.domain.people import Person
from booking.domain.schools import School


def change(
    person_id: int, *, name: str, job: str, school_urn: int | None, unlisted_school: str, by: Person, at: datetime
) -> Person:
    """Keep what somebody says of herself; the audit notes which facts changed, and not what they say.

    Raises `NotAllowed` for anybody else's details, `BadInput` for a school that is not in the register, and
    `NotFound` for whoever was erased meanwhile.
    """
    if by.id != person_id:
        raise NotAllowed("Everybody changes their own details.")
    if school_urn is not None and db.session.get(School, school_urn) is None:
        raise BadInput("Choose your school from the list", "school")
    person = people.lock_known(person_id)
    said = {"name": name, "job": job, "school_urn": school_urn, "unlisted_school": unlisted_school}
    changed = [fact for fact, value in said.items() if getattr(person, fact) != value]
    for fact in changed:
        setattr(person, fact, said[fact])
    if changed:
        audit.record("person.details_changed", person, by=by, at=at, changed=changed)
    return person
