"""Bookings and places: who comes to what, and for whom places are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking import keys
from booking.db import Model
from booking.domain.errors import BadInput
from booking.domain.events import Event
from booking.domain.people import LONGEST_ADDRESS, LONGEST_NAME, Person, normalise
from booking.domain.places.states import IN_LINE, LIVE, TAKING, State
from booking.domain.schools import School

MOST_UNPROVEN = 5
"""Places that an unproven address may hold."""
MOST_AT_ONCE = 20
"""People in one booking."""

_STATES = "('held','confirmed','waiting','offered','parked','cancelled','declined','lapsed')"


@dataclass(frozen=True)
class Guest:
    """Somebody who is to come, as the form names them."""

    name: str
    email: str
    job: str = ""


@dataclass(frozen=True)
class Party:
    """What a form asks for: who books, from where, and who is to come."""

    booker: Guest
    guests: tuple[Guest, ...]
    school_urn: int | None = None
    unlisted_school: str = ""
    together: bool = False
    needs: str = ""
    answer: str = ""

    @property
    def size(self) -> int:
        return len(self.guests)

    @property
    def addresses(self) -> dict[str, str]:
        """Address → name of everybody concerned; the booker's own name wins."""
        return {guest.email: guest.name for guest in (*self.guests, self.booker)}

    def checked(self) -> Party:
        """Answer the party, each address in its one spelling. Raises `BadInput` for nobody, or somebody twice."""
        guests = tuple(replace(guest, email=normalise(guest.email)) for guest in self.guests)
        if not guests:
            raise BadInput("Say who is coming: tick that you come yourself, or add a colleague.", "coming")
        if len(guests) > MOST_AT_ONCE:
            raise BadInput(f"One booking is for at most {MOST_AT_ONCE} people.", "colleagues")
        seen: set[str] = set()
        for number, guest in enumerate(guests):
            if guest.email in seen:
                raise BadInput(
                    f"{guest.email} stands here twice. Everybody needs an address of their own.", f"guest-{number}"
                )
            seen.add(guest.email)
        return replace(self, guests=guests, booker=replace(self.booker, email=normalise(self.booker.email)))

    def fields(self, event_id: int) -> str:
        """Answer what tells this form from others: all that was typed, in one order."""
        return json.dumps([event_id, asdict(self)], sort_keys=True)


class Booking(Model):
    """One request for places at one event. While held it is text: nobody is known by it, and nobody is told."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(f"state in {_STATES}", name="state"),
        CheckConstraint("(state = 'held') <= (held_until is not null)", name="held_until"),
        CheckConstraint("(state = 'offered') = (offer_ends_at is not null)", name="offer_ends_at"),
        CheckConstraint("state not in ('waiting','offered') or position is not null", name="position"),
        CheckConstraint(
            "state not in ('confirmed','waiting','offered','parked') or booker_id is not null", name="proven"
        ),
        CheckConstraint("party_size >= 0 and lapses >= 0", name="counts"),
        Index("ix_booking_event_id_state", "event_id", "state"),
        Index("ix_booking_booker_id", "booker_id"),
        Index(
            "ix_booking_held",
            "held_until",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_booking_offered",
            "offer_ends_at",
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
        Index(
            "ix_booking_line",
            "event_id",
            "lapses",
            "position",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    state: Mapped[str] = mapped_column(String(10))
    booker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    booker_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    booker_email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    """Until the address is proven."""
    booker_job: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    school_urn: Mapped[int | None] = mapped_column(ForeignKey("school.urn"), index=True)
    unlisted_school: Mapped[str] = mapped_column(String(200), default="")
    party_size: Mapped[int]
    """Its live places, counted here so that one query can sum them; `flask verify` recounts."""
    together: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(String(500), default="")
    network: Mapped[str] = mapped_column(String(32), default="")
    """While unproven: a keyed digest of the network it came from."""
    made_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int | None]
    lapses: Mapped[int] = mapped_column(default=0)
    """Offers that it let pass; an offer that ends unanswered for the second time parks it."""
    asked_to_wait_at: Mapped[datetime | None]
    """Set where the form asked for the waiting list: the proof of the address joins it, and books nothing."""
    offered_at: Mapped[datetime | None]
    """When its newest offer was made."""
    offer_ends_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(default=0)
    """Of its secret link; a new one voids the old."""
    again_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    """The booking that a late proof made out of this lapsed one."""

    event: Mapped[Event] = relationship()
    booker: Mapped[Person | None] = relationship()
    school: Mapped[School | None] = relationship()
    places: Mapped[list[Place]] = relationship(back_populates="booking", order_by="Place.id")

    @property
    def live_places(self) -> list[Place]:
        return [place for place in self.places if place.ended_at is None]

    @property
    def last_places(self) -> list[Place]:
        """Those it has; of a booking that is over, those that ended with it."""
        return [place for place in self.places if place.ended_at == self.ended_at]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def takes_places(self) -> bool:
        return self.state in TAKING

    @property
    def is_confirmed(self) -> bool:
        return self.state == State.CONFIRMED

    @property
    def waits(self) -> bool:
        return self.state == State.WAITING

    @property
    def is_in_line(self) -> bool:
        """It waits, or would: it has no place, and has not given up."""
        return self.state in IN_LINE

    def is_offered(self, at: datetime) -> bool:
        """Say whether places are offered to it and may still be taken: the clock decides, not the timer."""
        return self.offer_ends_at is not None and at < self.offer_ends_at

    @property
    def link(self) -> str:
        """The secret part of the address by which the booker manages it without signing in."""
        return keys.link("booking", self.id, self.generation)

    @property
    def form_link(self) -> str:
        """The link of whoever filled in the form, before an address is proven: it leads to the code, and no further."""
        return keys.link("booking", self.id)

    @property
    def school_name(self) -> str:
        return self.school.name if self.school else self.unlisted_school

    def job_of(self, place: Place) -> str:
        """What somebody of the party does, as the form said it."""
        return place.job or (self.booker_job if place.person_id == self.booker_id else "")

    def is_held(self, at: datetime) -> bool:
        """Held, and still in time: the clock decides, not the timer."""
        return self.state == State.HELD and self.held_until is not None and at < self.held_until


class Place(Model):
    """One person's seat in a booking. Its name is as the booker gave it; the address is the person's own."""

    __tablename__ = "place"
    __table_args__ = (
        Index(
            "uq_place_one_live_per_person",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at is null and person_id is not null"),
            postgresql_where=text("ended_at is null and person_id is not null"),
        ),
        Index("ix_place_booking_id", "booking_id"),
        Index("ix_place_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    """While held; afterwards the address is the person's."""
    job: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    calendar_step: Mapped[int] = mapped_column(default=0)
    """Added to the slot's sequence for this person; it only rises, also over a new booking of the same event."""
    revised_at: Mapped[datetime | None]
    """When `calendar_step` last rose; None since the place was made."""
    generation: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship(back_populates="places")
    person: Mapped[Person | None] = relationship()

    def revise(self, *, at: datetime) -> None:
        """Let this person's calendar see that something about the place has changed (RFC 5545, 3.8.7.4)."""
        self.calendar_step += 1
        self.revised_at = at

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def booked_at(self) -> datetime | None:
        """When it was confirmed, or passed on to this person: what they were told then is all they know. Else None."""
        return (self.revised_at or self.booking.confirmed_at) if self.booking.is_confirmed else None

    @property
    def link(self) -> str:
        """The secret part of the address by which this one person sees and gives up the place."""
        return keys.link("place", self.id, self.generation)

    @property
    def address(self) -> str:
        return (self.person.email if self.person else self.email) or ""


BOOKED_AT = func.coalesce(Place.revised_at, Booking.confirmed_at)
"""The same as `Place.booked_at`, for a query of live places of confirmed bookings."""


def end_places(places: Iterable[Place], at: datetime) -> None:
    """End the places of a booking that is over; one that ended before keeps its moment."""
    for place in places:
        place.ended_at = place.ended_at or at
