"""The waiting list: joining it from the form of a full event, and answering what it offers, by the booking's link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for

from booking.db import transaction
from booking.domain import events, places
from booking.domain.errors import BadInput, KeyReused, NotAllowed, NotFound, Refused, TooManyCodes
from booking.domain.events import Event
from booking.domain.places import Booking
from booking.web import again, lines
from booking.web.booking_form import OUT_OF_DATE, WaitingForm
from booking.web.proof import send_once_for
from booking.web.rules import by_link, public
from booking.web.session import network, now, person_signed_in

bp = Blueprint("waiting", __name__)
again.init_blueprint(bp, join="new", leave="ask_to_leave")
Verb = Callable[..., Booking]


@bp.after_request
def keep_private(response: Response) -> Response:
    """Keep what is answered by a secret link to whoever has it."""
    return again.keep_private(response) if "token" in (request.view_args or {}) else response


@bp.get("/events/<int(max=2147483647):event_id>/waiting-list/new")
@public
def new(event_id: int) -> Any:
    """Show how the waiting list works and the form that joins it; what can still be booked is booked instead."""
    event, form = _event(event_id), WaitingForm.for_(person_signed_in())
    if not form.is_submitted():
        if not event.is_bookable(now()) or not event.is_full:
            return redirect(url_for("places.new", event_id=event_id), code=303)
        form.renew_key()
    return page(event, form, problem=g.get("notice", ""))


@bp.get("/events/<int(max=2147483647):event_id>/waiting-list")
@public
def asked(event_id: int) -> Any:
    """Lead whoever reloads the address that the form was sent to back to the form."""
    return redirect(url_for("waiting.new", event_id=event_id), code=303)


@bp.post("/events/<int(max=2147483647):event_id>/waiting-list")
@public
def join(event_id: int) -> Any:
    """Join for somebody signed in; send a code to somebody whose address is to be proven first."""
    form = WaitingForm.for_(person_signed_in())
    if form.change_rows(request.form):
        return page(_event(event_id), form)
    if not form.validate():
        return page(_event(event_id), form, status=422)
    if not form.has_sound_key:
        form.renew_key()
        return page(_event(event_id), form, problem=OUT_OF_DATE, status=422)
    try:
        with transaction():
            onward = _join(event_id, form) if form.booker else _ask(event_id, form)
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(event_id, form, refusal)
    return redirect(onward, code=303)


# Answers, by the link of the booking. Each is a button; opening a page changes nothing.


@bp.post("/bookings/<token>/acceptance")
@by_link
def accept(token: str) -> Any:
    """Take the places that are offered."""
    return _answer(token, places.accept, "The place is yours. We have sent the details to everybody who comes.")


@bp.post("/bookings/<token>/refusal")
@by_link
def decline(token: str) -> Any:
    """Pass an offer on to the next in line."""
    return _answer(token, places.decline, "Thank you for answering. It is free for whoever is next.")


@bp.post("/bookings/<token>/claim")
@by_link
def claim(token: str) -> Any:
    """Take a free place in the last-minute time."""
    return _answer(token, places.claim, "The place is yours. We have sent the details to everybody who comes.")


@bp.get("/bookings/<token>/departure")
@by_link
def ask_to_leave(token: str) -> Any:
    """Ask before a position in the line is given up."""
    booking = places.with_booking_link(token)
    if not booking.is_in_line:
        return redirect(url_for("manage.booking", token=token), code=303)
    return render_template("waiting/leave.html", booking=booking, event=booking.event, problem=g.get("notice", ""))


@bp.post("/bookings/<token>/departure")
@by_link
def leave(token: str) -> Any:
    """Leave the waiting list."""
    return _answer(token, places.leave, "You have left the waiting list.")


@bp.post("/bookings/<token>/comeback")
@by_link
def come_back(token: str) -> Any:
    """Return to the line after two offers ended without an answer."""
    return _answer(token, places.come_back, "You are in the line again.")


def _answer(token: str, verb: Verb, done: str) -> Any:
    booking = places.with_booking_link(token)
    if booking.booker is None:
        raise NotFound("Nobody has confirmed this booking yet.")
    booking_id, booker = booking.id, booking.booker
    try:
        with transaction():
            verb(booking_id, by=booker, at=now())
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        done = str(refusal)
    flash(done)
    return redirect(url_for("manage.booking", token=token), code=303)


def _join(event_id: int, form: WaitingForm) -> str:
    booking = places.join(event_id, form.party(), key=form.key.data or "", by=form.booker, at=now())  # type: ignore[arg-type]
    return url_for("mine.index") if form.is_several else url_for("manage.booking", token=booking.link)


def _ask(event_id: int, form: WaitingForm) -> str:
    """Note what was typed and send one code, also if the same form comes twice."""
    key = form.key.data or ""
    booking = places.ask_to_wait(event_id, form.party(), key=key, network=network(), at=now())
    send_once_for(booking)
    return url_for("confirmation.show", token=booking.form_link)


def _event(event_id: int) -> Event:
    event = events.public(event_id)
    if event is None:
        abort(404)
    if event.is_gone(now()):
        abort(410)
    return event


def page(event: Event, form: WaitingForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    """Answer the form of an event, with the rule of its line."""
    form.answer.label.text = event.question
    person = person_signed_in()
    facts = {
        "event": event,
        "own": places.at_event(event.id, person) if person else None,
        "most": places.MOST_AT_ONCE,
        "action": url_for("waiting.join", event_id=event.id),
        "line": lines.of_event(event, at=now()),
    }
    return render_template("waiting/new.html", form=form, problem=problem, **facts, **more), status


def _refused(event_id: int, form: WaitingForm, refusal: Refused) -> Any:
    """Show the form as it was typed, with why it was refused."""
    event = _event(event_id)
    if isinstance(refusal, BadInput):
        return page(event, form, problem=str(refusal), status=422)
    if isinstance(refusal, KeyReused):
        form.renew_key()
    status = 429 if isinstance(refusal, TooManyCodes) else 409
    return page(event, form, problem=str(refusal), refusal=refusal.code, status=status)
