"""What was changed in the demo just before somebody looks: one lesson that people know of, and one that is settling."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from booking.db import db
from booking.domain import changes
from booking.domain.changes import Plan
from booking.domain.events import Event
from booking.domain.people import Person

MOVED, TO_ANOTHER_ROOM = "Year 6: when is the ratio the same?", "Hall lesson: Year 3 meets the equals sign"
QUARTER = timedelta(minutes=15)


def change(*, by: Person, at: datetime) -> None:
    """Let a lesson begin a quarter later, and tell people; and give another one a room that they do not know yet."""
    moved, roomed = (
        db.session.scalars(select(Event).where(Event.title == title)).one() for title in (MOVED, TO_ANOTHER_ROOM)
    )
    plan = Plan.of(moved.slots[0])
    if plan.starts_at and plan.ends_at:
        later = replace(plan, starts_at=plan.starts_at + QUARTER, ends_at=plan.ends_at + QUARTER)
        changes.change_slot(moved.slots[0].id, later, by=by, at=at - timedelta(minutes=3))
        changes.send_now(moved.id, by=by, at=at - timedelta(minutes=2))
    changes.change_slot(roomed.slots[0].id, replace(Plan.of(roomed.slots[0]), room="The sports hall"), by=by, at=at)
