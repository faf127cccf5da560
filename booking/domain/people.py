"""Hubs, people, and the roles that say what a person may do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.db import Model, db, must_be_writing
from booking.domain.errors import BadInput, NotFound
from booking.domain.schools import School

LONGEST_NAME = 120
LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""


REMOVED = "Name removed"
"""What stands where the name of somebody stood who has been forgotten."""


class Hub(Model):
    """A Maths Hub: the organisation that runs events."""

    __tablename__ = "hub"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    phone: Mapped[str] = mapped_column(String(40), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Names that it had, or is also known by."""
    controller: Mapped[str] = mapped_column(String(200), default="")
    """Who answers for people's data (UK GDPR, Article 4(7)); the hub itself where nobody is named."""
    protection_officer: Mapped[str] = mapped_column(String(200), default="")
    """The data protection officer: a name or a post, never needed to be a person's name."""
    protection_email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="")
    calendar_name: Mapped[str] = mapped_column(String(100), default="")
    """Whose school holidays it goes by, like "England (typical)"."""

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """The name among other hubs: "Wharfedale" of "Wharfedale Maths Hub"."""
        return self.name.removesuffix(" Maths Hub")


class Person(Model):
    """Somebody known by e-mail address. What they may do comes from their roles."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    job: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    school_urn: Mapped[int | None] = mapped_column(ForeignKey("school.urn"))
    unlisted_school: Mapped[str] = mapped_column(String(200), default="")
    zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    feed_generation: Mapped[int] = mapped_column(default=0)
    """Of the secret address of their own calendar; a new one voids the old."""
    feed_ended_at: Mapped[datetime | None]
    """Since then no address leads to their calendar, until they ask for a new one."""
    first_seen_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    """When a relay refused the address for good. Only codes are tried then; one that is taken ends it."""

    school: Mapped[School | None] = relationship()
    roles: Mapped[list[Role]] = relationship(
        back_populates="person",
        foreign_keys="Role.person_id",
        primaryjoin="and_(Role.person_id == Person.id, Role.ended_at.is_(None))",
        viewonly=True,
    )

    def __str__(self) -> str:
        return self.name

    @property
    def is_unnamed(self) -> bool:
        """They proved an address, and have not yet said what they are called."""
        return self.email is not None and self.name == self.email.partition("@")[0]


class RoleName(StrEnum):
    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    LEAD = "lead"
    HOST = "host"
    ANALYST = "analyst"


class Role(Model):
    """What a person may do in one hub; for an administrator or analyst without a hub, in all of them."""

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint("name in ('administrator','organiser','lead','host','analyst')", name="name"),
        CheckConstraint("hub_id is not null or name in ('administrator','analyst')", name="national"),
        CheckConstraint("(name = 'lead') = (event_id is not null)", name="lead_of_an_event"),
        CheckConstraint("(name = 'host') = (school_urn is not null)", name="host_of_a_school"),
        Index(
            "ix_role_person_id_live",
            "person_id",
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(20))
    hub_id: Mapped[int | None] = mapped_column(ForeignKey("hub.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    school_urn: Mapped[int | None] = mapped_column(ForeignKey("school.urn"))
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="roles", foreign_keys=[person_id])
    hub: Mapped[Hub | None] = relationship()
    school: Mapped[School | None] = relationship()


def normalise(address: str) -> str:
    """Answer the one spelling of an e-mail address: Unicode composed, lower case, the domain in ASCII.

    Dots and plus signs stay: they may be different mailboxes.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadInput("Enter an e-mail address in full, like name@school.sch.uk", "email") from error
    return f"{unicodedata.normalize('NFC', local.casefold())}@{domain.lower()}"


def with_address(address: str) -> Person | None:
    """Answer the person known by this address, if any."""
    return db.session.scalar(select(Person).where(Person.email == normalise(address)))


def lock(person_id: int) -> Person:
    """Lock somebody until the transaction ends, and answer them as they now are. Raises `NotFound`."""
    must_be_writing()
    query = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    person = db.session.scalar(query.execution_options(populate_existing=True))
    if person is None:
        raise NotFound("Nobody is known by that number.")
    return person


def lock_known(person_id: int) -> Person:
    """The same, for whoever is about to write down what somebody says. Raises `NotFound` once they were erased."""
    person = lock(person_id)
    if person.erased_at:
        raise NotFound("What we knew of you has been deleted. Sign in again to begin anew.")
    return person


def meet(newcomers: dict[str, str], *, at: datetime) -> dict[str, Person]:
    """Lock and answer the people of these addresses (address → name), making known whom we do not know yet.

    Addresses are taken in order, and before any event, so that two parties who share people never wait for each other
    in a circle. Whoever is being erased at the moment is waited for, and then is a stranger. A name already known is
    kept: only its owner changes it.
    """
    names = {normalise(address): name for address, name in newcomers.items()}
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    known = _locked(names)
    missing = sorted(set(names) - set(known))
    if missing:
        rows = [{"email": email, "name": names[email], "first_seen_at": at} for email in missing]
        defaults = {"job": "", "unlisted_school": "", "zone": "Europe/London", "feed_generation": 0}
        db.session.execute(insert(Person).values([row | defaults for row in rows]).on_conflict_do_nothing())
        known |= _locked(missing)
    return known


def welcome(address: str, *, at: datetime) -> Person:
    """Answer the person who has just proven this address, making them known; `is_unnamed` until they say a name."""
    email = normalise(address)
    return with_address(email) or meet({email: email.partition("@")[0][:LONGEST_NAME]}, at=at)[email]


def mark_unreachable(address: str, *, at: datetime) -> None:
    """Note on whoever has this address that mail to it is refused for good."""
    _mark(address, at)


def mark_reached(address: str) -> None:
    """Note on whoever has this address that mail reaches it again; whom it always reached is not even locked."""
    _mark(address, None, Person.unreachable_at.is_not(None))


def organisers(hub_id: int) -> list[Person]:
    """Answer who organises the hub, for what every organiser is to hear."""
    return _with_roles(and_(Role.hub_id == hub_id, Role.name.in_([RoleName.ADMINISTRATOR, RoleName.ORGANISER])))


def leads(event_id: int) -> list[Person]:
    """Answer the people named as leads of the event."""
    return _with_roles(and_(Role.event_id == event_id, Role.name == RoleName.LEAD))


def hosts(hub_id: int, urns: Iterable[int]) -> list[Person]:
    """Answer the hosts of a hub's days at these schools."""
    of_schools = Role.school_urn.in_(list(urns))
    return _with_roles(and_(Role.hub_id == hub_id, Role.name == RoleName.HOST, of_schools))


def running(hub_id: int, event_id: int, host_urns: Iterable[int]) -> list[Person]:
    """Answer everybody who runs the event: the hub's organisers, its leads, and the hosts of its schools."""
    return _with_roles(
        or_(
            and_(Role.hub_id == hub_id, Role.name.in_([RoleName.ADMINISTRATOR, RoleName.ORGANISER])),
            and_(Role.event_id == event_id, Role.name == RoleName.LEAD),
            and_(Role.hub_id == hub_id, Role.name == RoleName.HOST, Role.school_urn.in_(list(host_urns))),
        )
    )


def _with_roles(condition: ColumnElement[bool]) -> list[Person]:
    having = select(Role.person_id).where(condition, Role.ended_at.is_(None))
    return list(
        db.session.scalars(select(Person).where(Person.id.in_(having), Person.email.is_not(None)).order_by(Person.id))
    )


def _mark(address: str, unreachable_at: datetime | None, *whom: ColumnElement[bool]) -> None:
    marking = update(Person).where(Person.email == address, *whom).values(unreachable_at=unreachable_at)
    db.session.execute(marking.execution_options(synchronize_session=False))


def _locked(emails: Iterable[str]) -> dict[str, Person]:
    found = select(Person).where(Person.email.in_(list(emails))).order_by(Person.email)
    found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {str(person.email): person for person in db.session.scalars(found)}
