"""Managing a booking by its link, without signing in: see it, cancel it, send a colleague, say what is needed.

An organiser of the hub comes by the booking's number instead, so that nobody else's secret link is shown to her.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from booking.db import transaction
from booking.domain import access, events, places
from booking.domain.errors import NotAllowed, NotFound, Refused
from booking.domain.people import Person
from booking.domain.places import Booking, Place
from booking.web import again, errors, lines, manage_acts, text
from booking.web.addresses import by_number
from booking.web.manage_forms import NeedsForm
from booking.web.rules import by_link
from booking.web.session import now, person_signed_in

bp = Blueprint("manage", __name__)
bp.after_request(again.keep_private)
again.init_blueprint(
    bp,
    cancel_booking="ask_to_cancel_booking",
    cancel_party_place="ask_to_cancel_party_place",
    swap_party_place="ask_to_swap_party_place",
    change_needs="ask_needs",
    cancel_place="ask_to_cancel_place",
    swap_place="ask_to_swap_place",
)


# The whole booking: its booker has the link, or is signed in; an organiser of the hub acts as herself.


@bp.get("/bookings/<token>")
@by_link
def booking(token: str) -> Any:
    """Show a booking to whoever made it."""
    found = _found(token)
    if found.booker_id is None:
        return redirect(url_for("confirmation.show", token=found.form_link), code=303)
    facts = {"booking": found, "token": token, "back": _way_back(found, token), "reads_needs": _may_see_needs(found)}
    if found.is_in_line:
        return render_template("waiting/booking.html", line=lines.of([found], at=now())[found.id], **facts)
    others = [] if found.is_live else events.alternatives(found.event, at=now())
    return render_template("manage/booking.html", others=others, **facts)


@bp.get("/bookings/<token>/cancellation")
@by_link
def ask_to_cancel_booking(token: str) -> Any:
    return manage_acts.cancel_page(_booking(token), None, back=url_for("manage.booking", token=token))


@bp.post("/bookings/<token>/cancellation")
@by_link
def cancel_booking(token: str) -> Any:
    """Give up all places of the booking."""
    found = _booking(token)
    by = _actor(found, found.booker)
    return manage_acts.cancel(found, None, by=by, back=url_for("manage.booking", token=token))


@bp.get("/bookings/<token>/places/<int(max=2147483647):place_id>/cancellation")
@by_link
def ask_to_cancel_party_place(token: str, place_id: int) -> Any:
    place = _party_place(token, place_id)
    return manage_acts.cancel_page(place.booking, place, back=url_for("manage.booking", token=token))


@bp.post("/bookings/<token>/places/<int(max=2147483647):place_id>/cancellation")
@by_link
def cancel_party_place(token: str, place_id: int) -> Any:
    """Give up the place of one person in the party."""
    place = _party_place(token, place_id)
    by = _actor(place.booking, place.booking.booker)
    return manage_acts.cancel(place.booking, place, by=by, back=url_for("manage.booking", token=token))


@bp.get("/bookings/<token>/places/<int(max=2147483647):place_id>/swap")
@by_link
def ask_to_swap_party_place(token: str, place_id: int) -> Any:
    return manage_acts.swap_page(_party_place(token, place_id), back=url_for("manage.booking", token=token))


@bp.post("/bookings/<token>/places/<int(max=2147483647):place_id>/swap")
@by_link
def swap_party_place(token: str, place_id: int) -> Any:
    """Send a colleague instead of one person in the party."""
    place = _party_place(token, place_id)
    by = _actor(place.booking, place.booking.booker)
    return manage_acts.swap(place, by=by, back=url_for("manage.booking", token=token))


@bp.get("/bookings/<token>/needs")
@by_link
def ask_needs(token: str) -> Any:
    found, form = _booking(token), NeedsForm()
    if not form.is_submitted() and _may_see_needs(found):
        form.needs.data = found.needs
    return _needs_page(found, form, problem=g.get("notice", ""))


@bp.post("/bookings/<token>/needs")
@by_link
def change_needs(token: str) -> Any:
    """Say anew what the party needs on the day."""
    found, form = _booking(token), NeedsForm()
    if not form.validate():
        return _needs_page(found, form, status=422)
    booking_id, by = found.id, _actor(found, found.booker)
    try:
        with transaction():
            places.change_needs(booking_id, form.needs.data or "", by=by, at=now())
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _needs_page(_booking(token), form, problem=str(refusal), status=409)
    flash(
        "We have noted what you need, and told those who read it."
        if form.needs.data
        else "We have deleted what you needed."
    )
    return redirect(url_for("manage.booking", token=token), code=303)


# One person's own place: the link in that person's mail.


@bp.get("/places/<token>")
@by_link
def place(token: str) -> Any:
    """Show somebody the place that is theirs; after it ended, say so."""
    if ended := places.ended_with_place_link(token):
        return render_template("manage/ended.html", place=ended), 410
    return render_template("manage/place.html", place=places.with_place_link(token))


@bp.get("/places/<token>/cancellation")
@by_link
def ask_to_cancel_place(token: str) -> Any:
    own = places.with_place_link(token)
    return manage_acts.cancel_page(own.booking, own, back=url_for("manage.place", token=token))


@bp.post("/places/<token>/cancellation")
@by_link
def cancel_place(token: str) -> Any:
    """Give up one's own place."""
    own = places.with_place_link(token)
    return manage_acts.cancel(
        own.booking, own, by=_actor(own.booking, own.person), back=url_for("manage.place", token=token)
    )


@bp.get("/places/<token>/swap")
@by_link
def ask_to_swap_place(token: str) -> Any:
    return manage_acts.swap_page(places.with_place_link(token), back=url_for("manage.place", token=token))


@bp.post("/places/<token>/swap")
@by_link
def swap_place(token: str) -> Any:
    """Send a colleague instead of oneself."""
    own = places.with_place_link(token)
    return manage_acts.swap(own, by=_actor(own.booking, own.person), back=url_for("manage.place", token=token))


@bp.errorhandler(NotFound)
@bp.errorhandler(NotAllowed)
def show_no_more(refusal: Refused) -> Response:
    """Say that a link leads nowhere any more, and what that usually means."""
    sentence = (
        "A link ends when a place is given up or passed on. If the mail has cut yours short, copy it whole, or sign in."
    )
    return errors.show(404, title="That link does not lead to a booking", sentence=sentence)


def _found(token: str) -> Booking:
    """Answer the booking of a secret link or, for the hub's organisers, of its number."""
    person = person_signed_in()
    if person and (booking_id := text.number(token)) is not None:
        return places.organised_by(person, booking_id)
    return places.with_booking_link(token)


def _way_back(booking: Booking, token: str) -> str:
    if by_number():
        return url_for("desk.event", event_id=booking.event_id)
    return url_for("mine.index") if person_signed_in() else ""


def _booking(token: str) -> Booking:
    found = _found(token)
    if found.booker_id is None:
        raise NotFound("Nobody has confirmed this booking yet.")
    return found


def _party_place(token: str, place_id: int) -> Place:
    """Answer a place of the booking; one that has ended is still found, so that a second press is told so."""
    for one in _booking(token).places:
        if one.id == place_id and one.person_id:
            return one
    raise NotFound("That place is not in this booking.")


def _actor(booking: Booking, owner: Person | None) -> Person:
    """Answer who acts: an organiser as herself, else the one to whom alone the link was given."""
    person = person_signed_in()
    if person and access.may_organise(person, booking.event.hub_id):
        return person
    if owner is None:
        raise NotFound("Nobody has confirmed this booking yet.")
    return owner


def _may_see_needs(booking: Booking) -> bool:
    """The booker's own page shows them; somebody else who is signed in here sees them only by their role."""
    person = person_signed_in()
    return person is None or person.id == booking.booker_id or access.may_read_needs(person, booking.event)


def _needs_page(booking: Booking, form: NeedsForm, *, problem: str = "", status: int = 200) -> Any:
    facts = {"booking": booking, "event": booking.event, "reads_needs": _may_see_needs(booking)}
    facts["back"] = url_for("manage.booking", **(request.view_args or {}))
    return render_template("manage/needs.html", form=form, problem=problem, **facts), status
