"""One-time keys of forms: the same key again gives the first answer, whatever happened between."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ForeignKey, String, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from booking import keys
from booking.db import Model, db, must_be_writing
from booking.domain.errors import BadInput, KeyReused
from booking.domain.places.bookings import Booking, Party

LONGEST_KEY = 64
KEPT = timedelta(days=7)
"""A page that has been open for longer than this is loaded again before it is sent."""


class FormKey(Model):
    """A form that was answered, what its fields were, and with which booking."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Keyed, so that nobody who guesses at names and addresses can try them on it."""
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    made_at: Mapped[datetime]


def new() -> str:
    """Answer a key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def first_answer(key: str, party: Party, event_id: int, *, at: datetime) -> Booking | None:
    """Take the key, and the booker's address with it, first of all locks: None if it is new, else what it booked.

    On PostgreSQL an address so asks for one booking at a time, also where events differ. Raises `KeyReused`.
    """
    must_be_writing()
    if not 16 <= len(key) <= LONGEST_KEY:
        raise BadInput("This form is out of date. Check it and send it again.", "key")
    fields = party.fields(event_id)
    row = {"key": key, "fingerprint": keys.digest("form", fields), "made_at": at, "booking_id": None}
    if db.engine.dialect.name == "postgresql":
        row["booker"] = party.booker.email
    if db.session.scalar(_TAKE[db.engine.dialect.name], row):
        return None
    first = db.session.scalars(
        select(FormKey).where(FormKey.key == key).execution_options(populate_existing=True)
    ).one()
    if first.booking_id is None or not keys.is_digest(first.fingerprint, "form", fields):
        raise KeyReused(
            "This form was sent before with other answers. Your first booking stands; see it under My bookings."
        )
    return db.session.get_one(Booking, first.booking_id)


def remember(key: str, booking: Booking) -> None:
    """Note which booking the key made: one that is written already, as every act that is audited has been."""
    with db.session.no_autoflush:  # what else is to be written waits for what comes after
        db.session.execute(_KNOW, {"its_key": key, "its_booking": booking.id})


def forget_old(*, at: datetime) -> int:
    """Delete the keys of forms that nobody sends again; answer how many."""
    old = delete(FormKey).where(FormKey.made_at <= at - KEPT).execution_options(synchronize_session=False)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]


def forget(booking_ids: Iterable[int]) -> None:
    """Delete the keys of these bookings' forms: their fingerprints are made of names and addresses."""
    theirs = delete(FormKey).where(FormKey.booking_id.in_(list(booking_ids)))
    db.session.execute(theirs.execution_options(synchronize_session=False))


# Written once, and to the table: putting a statement together costs as much as running it.
_KEYS = cast(Table, FormKey.__table__)
_TAKE = {
    "sqlite": sqlite_insert(_KEYS).on_conflict_do_nothing().returning(_KEYS.c.key),
    "postgresql": postgres_insert(_KEYS)
    .on_conflict_do_nothing()
    .returning(_KEYS.c.key, func.pg_advisory_xact_lock(func.hashtextextended(bindparam("booker"), 0))),
}
_KNOW = update(_KEYS).where(_KEYS.c.key == bindparam("its_key")).values(booking_id=bindparam("its_booking"))
