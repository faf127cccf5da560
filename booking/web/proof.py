"""Proof: what happens in this browser once somebody has proven an address, and which codes it asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, session, url_for

from booking.db import db
from booking.domain import codes, people, places
from booking.domain.codes import Code
from booking.domain.places import Booking
from booking.web.addresses import here
from booking.web.session import code_limits, network, now, sign_in
from booking.wording import listed

MOST_REMEMBERED = 5


def remember(code: Code) -> None:
    """Note in this browser's cookie that it asked for the code: the link in the mail then works here with one press."""
    asked = [one for one in session.get("asked", []) if one != code.id]
    session["asked"] = [*asked, code.id][-MOST_REMEMBERED:]


def send_for(booking: Booking) -> None:
    """Send the code that confirms a booking to the address it was asked with. Raises `TooManyCodes`."""
    remember(codes.send(**_asked(booking)))


def send_once_for(booking: Booking) -> None:
    """The same, but a form that comes twice is answered by the code that was sent the first time."""
    remember(codes.send_once(**_asked(booking)))


def was_asked_here(code: Code) -> bool:
    return code.id in session.get("asked", [])


def fulfil(code: Code, prove: Callable[..., Booking] = places.prove) -> str:
    """Do what a code stands for and sign this browser in, in the transaction that used it up; answer where to go on.

    Raises what `prove` raises; then the code has not been used.
    """
    onward = here(session.get("next"))
    if code.booking_id:
        return _confirm(code.booking_id, prove)
    person = people.welcome(code.email, at=now())
    sign_in(person, at=now())
    if person.is_unnamed:
        return url_for("details.show", next=onward)
    return onward or url_for("mine.index")


def _asked(booking: Booking) -> dict[str, Any]:
    about = {"name": booking.booker_name, "hub_id": booking.event.hub_id, "event_id": booking.event_id}
    who = {"address": booking.booker_email or "", "network": network(), "limits": code_limits(), "at": now()}
    return {**who, "booking_id": booking.id, **about}


def _confirm(booking_id: int, prove: Callable[..., Booking]) -> str:
    named = [place.name for place in db.session.get_one(Booking, booking_id).places if place.email]
    booking = prove(booking_id, at=now())
    if booking.booker is None:
        raise RuntimeError("a proven booking has a booker")
    sign_in(booking.booker, at=now())
    if booking.is_in_line:
        return url_for("mine.index")
    came = [place.name for place in booking.live_places]
    dropped = [name for name in named if name not in came]
    if dropped and came:
        have, them = ("has a place", "that person") if len(dropped) == 1 else ("have places", "them")
        flash(f"{listed(dropped)} {have} at this event already, so this booking is without {them}.")
    return url_for("manage.booking", token=booking.link)
