"""Codes: six digits that prove somebody reads an address, and the link that carries the same proof.

A code lives ten minutes, takes five tries and works once (OWASP ASVS 5.0, V6.5, V6.6). What is answered never
tells whether an address is known.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, ForeignKey, Index, Row, String, and_, bindparam, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking import keys
from booking.db import Model, UtcDateTime, db, must_be_writing
from booking.domain import messages
from booking.domain.errors import TooManyCodes, WrongCode
from booking.domain.messages import Urgency
from booking.domain.people import LONGEST_ADDRESS, Person, normalise

LIVES = timedelta(minutes=10)
TRIES = 5
DIGITS = 6
GUESSING = timedelta(minutes=5)
KEPT = timedelta(days=1)
"""For so long after its end a code still says to which address it went."""


@dataclass(frozen=True)
class Limits:
    """How often codes may be asked for and guessed at; a network is only slowed, for a county may share one."""

    per_address_an_hour: int = 6
    per_network_in_ten_minutes: int = 120
    guesses_in_five_minutes: int = 10


class Code(Model):
    """A code on its way to an address: for signing in, or for confirming the places of one booking."""

    __tablename__ = "code"
    __table_args__ = (
        Index("ix_code_email_made_at", "email", "made_at"),
        Index("ix_code_network_made_at", "network", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    @property
    def link(self) -> str:
        """The secret part of the address in the mail that carries the same proof as the digits."""
        return keys.link("code", self.id)

    def is_live(self, at: datetime) -> bool:
        return self.used_at is None and self.tries < TRIES and at < self.ends_at


def send(
    address: str, *, at: datetime, network: str, limits: Limits, booking_id: int | None = None, **mail: Any
) -> Code:
    """Make a code and promise its mail; codes sent before for the same purpose are dead from now on.

    `mail` is whom and what its message is about: `name`, `hub_id`, `event_id`.
    Raises `TooManyCodes` alike for every address, known or not.
    """
    code = Code(email=normalise(address), booking_id=booking_id, network=network, made_at=at, ends_at=at + LIVES)
    _send(code, _lately(code), limits, mail)
    return code


def send_once(address: str, *, at: datetime, network: str, limits: Limits, booking_id: int, **mail: Any) -> Code:
    """The same to confirm a booking, but for a form that comes twice answer the newest code that was sent for it."""
    code = Code(email=normalise(address), booking_id=booking_id, network=network, made_at=at, ends_at=at + LIVES)
    lately = _lately(code)
    if lately.newest is not None:
        return db.session.get_one(Code, lately.newest)
    _send(code, lately, limits, mail)
    return code


def check(code_id: int, digits: str, *, at: datetime, limits: Limits) -> Code:
    """Use up the code if the digits are right. One row is locked, so that of twenty presses one wins.

    Raises `WrongCode`, which keeps the counted try, and `TooManyCodes`.
    """
    code = _live(code_id, at, "That code no longer works. Send a new one.")
    _must_not_be_guessing(code, limits, at)
    if not keys.is_digest(code.digest, *_digested(code, digits)):
        _count_try(code, at, "That is not the code.", "Check the newest e-mail and try again")
    code.used_at = at
    return code


def check_link(token: str, *, at: datetime) -> Code:
    """Use up the code that the link in the mail stands for. Raises `WrongCode`."""
    code = with_link(token)
    used = _live(code.id if code else 0, at, "That link no longer works. Send a new code.")
    used.used_at = at
    return used


def check_link_elsewhere(token: str, address: str, *, at: datetime, limits: Limits) -> Code:
    """Use up the link in a browser that did not ask for it: whoever opens it also says which address it went to.

    A wrong address counts as a try. Raises `WrongCode`, which keeps the counted try, and `TooManyCodes`.
    """
    found = with_link(token)
    code = _live(found.id if found else 0, at, "That link no longer works. Send a new code.")
    _must_not_be_guessing(code, limits, at)
    if normalise(address) != code.email:
        _count_try(code, at, "That is not the address the code went to.", "Check it and try again")
    code.used_at = at
    return code


def newest_for(booking_id: int) -> Code | None:
    """Answer the newest code that was sent to confirm a booking, whether it still works or not."""
    return db.session.scalar(_NEWEST_FOR, {"booking": booking_id})


def lock_of(person_id: int) -> None:
    """Lock the codes that went to somebody, before the person, as a proof does."""
    must_be_writing()
    theirs = select(Code.id).join(Person, Person.email == Code.email).where(Person.id == person_id)
    db.session.execute(theirs.order_by(Code.id).with_for_update(of=Code))


def forget(address: str, *, at: datetime) -> None:
    """Leave an address in no code, and let none that went there work any more."""
    _forget(Code.email == normalise(address), ends_at=at)


def forget_ended(*, at: datetime) -> int:
    """Leave no address in codes that ended a day ago, nor in the mails that brought them; answer in how many rows."""
    return _forget(Code.ends_at <= at - KEPT) + messages.forget_codes(ended_by=at - KEPT)


def with_link(token: str) -> Code | None:
    """Answer the code of a link in a mail, used or not; None if it is nobody's."""
    number = keys.number_of(token)
    if number is None or not keys.fits(token, "code", number):
        return None
    return db.session.get(Code, number)


def _lately(code: Code) -> Row[int, int, int, int | None]:
    """Answer what was sent lately, so that it can be judged whether one more may be."""
    must_be_writing()
    since = {"hour_ago": code.made_at - timedelta(hours=1), "minutes_ago": code.made_at - timedelta(minutes=10)}
    asked = {"email": code.email, "network": code.network, "booking": code.booking_id or 0, "at": code.made_at}
    # Codes are written at once, so there is nothing to flush for this.
    return db.session.execute(_LATELY, asked | since, execution_options={"autoflush": False}).one()


def _send(code: Code, lately: Row[int, int, int, int | None], limits: Limits, mail: dict[str, Any]) -> None:
    _must_not_be_too_many(lately.to_address, lately.from_network, limits)
    if lately.living:
        _end_older(code)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    code.digest = keys.digest(*_digested(code, digits))
    db.session.add(code)
    db.session.flush()
    facts = {"code": digits, "code_id": code.id, "booking": code.booking_id, **mail}
    at, until = code.made_at, code.ends_at
    messages.tell(None, "code", at=at, expires_at=until, urgency=Urgency.CODE, address=code.email, **facts)


def _digested(code: Code, digits: str) -> tuple[object, ...]:
    return ("code", code.email, code.booking_id, code.made_at.astimezone(UTC).isoformat(), digits)


def _live(code_id: int, at: datetime, refusal: str) -> Code:
    must_be_writing()
    query = select(Code).where(Code.id == code_id).with_for_update().execution_options(populate_existing=True)
    code = db.session.scalar(query)
    if code is None or not code.is_live(at):
        raise WrongCode(refusal)
    return code


def _count_try(code: Code, at: datetime, wrong: str, advice: str) -> NoReturn:
    code.tries += 1
    code.tried_at = at
    left = TRIES - code.tries
    if left == 0:
        raise WrongCode(f"{wrong} It was the last try: send a new code.")
    raise WrongCode(f"{wrong} {advice}: {'1 try' if left == 1 else f'{left} tries'} left.")


def _must_not_be_guessing(code: Code, limits: Limits, at: datetime) -> None:
    if _guesses(code.email, at) >= limits.guesses_in_five_minutes:
        raise TooManyCodes("That was too many tries. Wait five minutes, then send a new code.")


def _must_not_be_too_many(to_address: int, from_network: int, limits: Limits) -> None:
    if to_address >= limits.per_address_an_hour:
        raise TooManyCodes(
            "We have sent several codes to that address already. Use the newest, or try again in an hour."
        )
    if from_network >= limits.per_network_in_ten_minutes:
        raise TooManyCodes("Very many people are asking for codes just now. Try again in a few minutes.")


def _end_older(code: Code) -> None:
    asked = {"email": code.email, "booking": code.booking_id or 0, "at": code.made_at}
    for older in db.session.scalars(select(Code).where(_IS_OLDER), asked):
        older.ends_at = code.made_at


def _forget(which: ColumnElement[bool], **more: Any) -> int:
    """Blank, and do not delete: SQLite gives a deleted number again, and links and cookies speak of codes by number."""
    nothing = {"email": "", "network": "", "digest": ""} | more
    blanking = update(Code).where(which, Code.email != "").values(**nothing)
    return int(db.session.execute(blanking.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _guesses(email: str, at: datetime) -> int:
    recent = select(func.coalesce(func.sum(Code.tries), 0)).where(Code.email == email, Code.tried_at > at - GUESSING)
    return int(db.session.scalar(recent) or 0)


# Written once: putting a statement together costs as much as running it.
_NEWEST_FOR = select(Code).where(Code.booking_id == bindparam("booking")).order_by(Code.id.desc()).limit(1)
_IS_OLDER = and_(
    Code.email == bindparam("email"),
    func.coalesce(Code.booking_id, 0) == bindparam("booking"),
    Code.used_at.is_(None),
    Code.ends_at > bindparam("at", type_=UtcDateTime()),
)
"""Of the same purpose, and still works."""
_LATELY = select(
    select(func.count())
    .where(Code.email == bindparam("email"), Code.made_at > bindparam("hour_ago", type_=UtcDateTime()))
    .label("to_address"),
    select(func.count())
    .where(Code.network == bindparam("network"), Code.made_at > bindparam("minutes_ago", type_=UtcDateTime()))
    .label("from_network"),
    select(func.count()).where(_IS_OLDER).label("living"),
    select(func.max(Code.id)).where(Code.booking_id == bindparam("booking")).label("newest"),
)
