"""Booking places: the form, and what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for

from booking.db import transaction
from booking.domain import events, places
from booking.domain.errors import BadInput, KeyReused, NotFound, Refused, TooManyCodes
from booking.domain.events import Event
from booking.web import again, waiting
from booking.web.booking_form import OUT_OF_DATE, BookingForm, WaitingForm
from booking.web.proof import send_once_for
from booking.web.rules import by_link, public
from booking.web.session import network, now, person_signed_in, settings

bp = Blueprint("places", __name__)
again.init_blueprint(bp, create="new")


@bp.after_request
def keep_private(response: Response) -> Response:
    """Keep the form of an earlier booking to whoever has its link."""
    return again.keep_private(response) if "token" in (request.view_args or {}) else response


SIGNED_OUT = (
    "You have been signed out meanwhile. Nothing you typed is lost: give your e-mail address, and we send a code."
)


@bp.get("/events/<int(max=2147483647):event_id>/bookings/new")
@public
def new(event_id: int) -> Any:
    """Show the form, or why there is none and where else to go."""
    event = _event(event_id)
    form = BookingForm.for_(person_signed_in())
    if not form.is_submitted():
        if reason := _why_not(event):
            return _elsewhere(event, reason)
        form.renew_key()
        form.coming.data = not _own_place(event)
    return _page(event, form, problem=g.get("notice", ""))


@bp.get("/events/<int(max=2147483647):event_id>/bookings")
@public
def asked(event_id: int) -> Any:
    """Lead whoever reloads the address that the form was sent to back to the form."""
    return redirect(url_for("places.new", event_id=event_id), code=303)


@bp.post("/events/<int(max=2147483647):event_id>/bookings")
@public
def create(event_id: int) -> Any:
    """Book for somebody signed in; hold for somebody whose address a code is to prove."""
    form = BookingForm.for_(person_signed_in())
    if form.change_rows(request.form):
        return _page(_event(event_id), form)
    if not form.validate():
        return _page(_event(event_id), form, problem=SIGNED_OUT if form.has_lost_its_sign_in else "", status=422)
    if not form.has_sound_key:
        form.renew_key()
        return _page(_event(event_id), form, problem=OUT_OF_DATE, status=422)
    try:
        with transaction():
            onward = _book(event_id, form) if form.booker else _hold(event_id, form)
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(event_id, form, refusal)
    return redirect(onward, code=303)


@bp.post("/bookings/<token>/return")
@by_link
def give_up(token: str) -> Any:
    """Let the held places go, to change what was typed."""
    booking_id = places.with_form_link(token).id
    with transaction():
        places.give_up_hold(booking_id, at=now())
    return redirect(url_for("places.change", token=token), code=303)


@bp.get("/bookings/<token>/return")
@by_link
def change(token: str) -> Any:
    """Show the form with what was typed for places that were not confirmed."""
    booking = places.with_form_link(token)
    if booking.booker_id or not booking.booker_email:
        return redirect(url_for("confirmation.show", token=token), code=303)
    kind, page = (WaitingForm, waiting.page) if booking.asked_to_wait_at else (BookingForm, _page)
    form = kind.of(places.party_of(booking), person_signed_in())
    form.show_answer(booking.school, booking.unlisted_school)
    form.renew_key()
    return page(_event(booking.event_id), form)


def _book(event_id: int, form: BookingForm) -> str:
    booking = places.book(event_id, form.party(), key=form.key.data or "", by=form.booker, at=now())  # type: ignore[arg-type]
    return url_for("manage.booking", token=booking.link)


def _hold(event_id: int, form: BookingForm) -> str:
    """Hold the places and send one code, also if the same form comes twice."""
    booking = places.hold(
        event_id,
        form.party(),
        key=form.key.data or "",
        network=network(),
        most_of_network=settings().unproven_places_per_network,
        at=now(),
    )
    send_once_for(booking)
    return url_for("confirmation.show", token=booking.form_link)


def _event(event_id: int) -> Event:
    event = events.public(event_id)
    if event is None:
        abort(404)
    if event.is_gone(now()):
        abort(410)
    return event


def _why_not(event: Event) -> Refused | None:
    try:
        places.must_be_bookable(event, now())
    except Refused as refusal:
        return refusal
    return None


def _own_place(event: Event) -> places.Place | None:
    person = person_signed_in()
    return places.at_event(event.id, person) if person else None


def _page(event: Event, form: BookingForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    form.answer.label.text = event.question
    facts = {"event": event, "own": _own_place(event), "most": places.MOST_AT_ONCE}
    return render_template("places/new.html", form=form, problem=problem, **facts, **more), status


def _refused(event_id: int, form: BookingForm, refusal: Refused) -> Any:
    """Show the form as it was typed, with why it was refused and what is next best."""
    event = _event(event_id)
    if isinstance(refusal, BadInput):
        return _page(event, form, problem=str(refusal), status=422)
    if isinstance(refusal, KeyReused):
        form.renew_key()
    others = [] if isinstance(refusal, TooManyCodes) else events.alternatives(event, at=now(), places=form.party().size)
    status = 429 if isinstance(refusal, TooManyCodes) else 409
    wait = url_for("waiting.join", event_id=event_id)
    facts = {"refusal": refusal.code, "others": others, "wait_action": wait}
    return _page(event, form, problem=str(refusal), status=status, **facts)


def _elsewhere(event: Event, reason: Refused) -> str:
    others = events.alternatives(event, at=now())
    return render_template("places/elsewhere.html", event=event, reason=reason, others=others, own=_own_place(event))
