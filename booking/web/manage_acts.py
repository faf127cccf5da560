"""The two acts that a booking's link and a place's link have in common: give up, and send a colleague instead."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template

from booking.db import transaction
from booking.domain import places
from booking.domain.errors import NotAllowed, NotFound, ReasonNeeded, Refused
from booking.domain.people import Person
from booking.domain.places import Booking, Place
from booking.web import text
from booking.web.addresses import by_number
from booking.web.manage_forms import CancelForm, SwapForm
from booking.web.session import now


def cancel(booking: Booking, place: Place | None, *, back: str, by: Person) -> Any:
    form = CancelForm.ask(is_own=not by_number())
    if not form.validate():
        return cancel_page(booking, place, form, back=back, status=422)
    booking_id, place_id = booking.id, place.id if place else None
    done = _said(booking, place, by)
    reason = form.reason.data or ""
    try:
        with transaction():
            if place_id:
                places.release(place_id, by=by, at=now(), reason=reason)
            else:
                places.cancel(booking_id, by=by, at=now(), reason=reason)
    except ReasonNeeded as refusal:
        text.say(form.reason, str(refusal))
        return cancel_page(booking, place, form, back=back, status=422)
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return cancel_page(booking, place, form, back=back, problem=str(refusal), status=409)
    flash(done)
    return redirect(back, code=303)


def cancel_page(
    booking: Booking,
    place: Place | None,
    form: CancelForm | None = None,
    *,
    back: str,
    problem: str = "",
    status: int = 200,
) -> Any:
    form = form or CancelForm.ask(is_own=not by_number())
    facts = {"booking": booking, "place": place, "event": booking.event, "back": back}
    page = render_template("manage/cancel.html", form=form, problem=problem or g.get("notice", ""), **facts)
    return page, status


def swap(place: Place, *, back: str, by: Person) -> Any:
    form = SwapForm.ask(is_own=not by_number())
    if not form.validate():
        return swap_page(place, form, back=back, status=422)
    place_id, old_name = place.id, place.name
    try:
        with transaction():
            is_booked = places.swap(place_id, form.guest(), by=by, at=now()).booking.is_confirmed
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return swap_page(place, form, back=back, problem=str(refusal), status=409)
    come, told = ("comes", " We have written to both.") if is_booked else ("waits", "")
    flash(f"{form.name.data} {come} instead of {old_name}.{told}")
    return redirect(back, code=303)


def swap_page(place: Place, form: SwapForm | None = None, *, back: str, problem: str = "", status: int = 200) -> Any:
    form = form or SwapForm.ask(is_own=not by_number())
    facts = {"booking": place.booking, "place": place, "event": place.booking.event, "back": back}
    page = render_template("manage/swap.html", form=form, problem=problem or g.get("notice", ""), **facts)
    return page, status


def _said(booking: Booking, place: Place | None, by: Person) -> str:
    """Answer what is told once it is done."""
    if place is None:
        return "The booking is cancelled."
    if booking.is_in_line:
        return f"{place.name} is off the waiting list."
    return "Your place is cancelled." if place.person_id == by.id else f"The place of {place.name} is cancelled."
