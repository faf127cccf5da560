"""Sign-ins: one row for each signed-in browser, so that signing out ends it on the server."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from booking.db import Model, db
from booking.domain import audit
from booking.domain.people import Person

SEEN_EVERY = timedelta(minutes=5)
"""A page that is only read does not write; the last use is noted no more often than this."""


class SignIn(Model):
    """A browser in which somebody proved an address. Only a digest of its token is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index(
            "ix_sign_in_person_id_live",
            "person_id",
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


def begin(person: Person, *, at: datetime) -> str:
    """Sign the person in and answer the browser's token, 256 random bits, which is not kept."""
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(token_digest=_digest(token), person_id=person.id, began_at=at, seen_at=at)
    db.session.add(sign_in)
    audit.record("person.signed_in", person, by=person, at=at)
    return token


def live(token: str, *, at: datetime, idle: timedelta, longest: timedelta) -> SignIn | None:
    """Answer the sign-in of a token, with its person and roles, unless it ended or timed out."""
    query = (
        select(SignIn)
        .where(SignIn.token_digest == _digest(token), SignIn.ended_at.is_(None))
        .options(selectinload(SignIn.person).selectinload(Person.roles))
    )
    sign_in = db.session.scalar(query)
    if sign_in is None or sign_in.person.erased_at:
        return None
    return sign_in if at < sign_in.seen_at + idle + SEEN_EVERY and at < sign_in.began_at + longest else None


def is_unnoted(sign_in: SignIn, *, at: datetime) -> bool:
    """Say whether this use is late enough after the last noted one to be written down."""
    return at >= sign_in.seen_at + SEEN_EVERY


def note_use(sign_in_id: int, *, at: datetime) -> None:
    """Note that the sign-in is in use."""
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < at).values(seen_at=at))


def end(token: str, *, at: datetime) -> None:
    """Sign this browser out, on the server."""
    sign_in = db.session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token), SignIn.ended_at.is_(None)))
    if sign_in:
        sign_in.ended_at = at
        audit.record("person.signed_out", sign_in.person, by=sign_in.person, at=at)


def end_everywhere(person: Person, *, at: datetime) -> None:
    """Sign the person out of every browser."""
    db.session.execute(
        update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).values(ended_at=at)
    )
    audit.record("person.signed_out_everywhere", person, by=person, at=at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
