"""Forgetting: what was promised to somebody, and what they wrote, leave the outbox with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Update, or_, select, update

from booking.db import db
from booking.domain.messages.message import Message, MessageState
from booking.domain.people import Person


def forget(person: Person, booking_ids: Iterable[int], *, at: datetime) -> None:
    """Call off what is due to somebody or has failed, and leave no name, address or fact in what was sent to them.

    The reasons that they gave, or that were given in bookings of theirs, leave the messages to others.
    """
    theirs = or_(Message.person_id == person.id, Message.address == person.email)
    over = {"state": MessageState.CANCELLED, "ended_at": at, "trouble": "Whom it was for has been forgotten."}
    unsent = Message.state.in_([MessageState.DUE, MessageState.FAILED])
    _write(update(Message).where(theirs, unsent).values(**over))
    nothing: dict[str, Any] = {"name": "", "address": None, "facts": {}, "lease_token": None, "lease_ends_at": None}
    _write(update(Message).where(theirs).values(**nothing))
    spoken = Message.facts["booking"].as_integer().in_(list(booking_ids))
    said = Message.facts["by"].as_integer() == person.id
    for message in db.session.scalars(select(Message).where(or_(spoken, said))):
        message.facts = {name: value for name, value in message.facts.items() if name != "reason"}


def forget_codes(*, ended_by: datetime) -> int:
    """Leave no name and address in the mails of codes that had ended by then; answer in how many."""
    over = (Message.kind == "code", Message.person_id.is_(None), Message.ended_at <= ended_by)
    named = or_(Message.address.is_not(None), Message.name != "")
    return _write(update(Message).where(*over, named).values(name="", address=None))


def _write(statement: Update) -> int:
    return int(db.session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
