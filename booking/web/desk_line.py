"""The waiting list on the desk: who waits and why nobody is offered, and what an organiser may do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField

from booking.db import transaction
from booking.domain import access, places
from booking.domain.errors import BadInput, KeyReused, NotAllowed, NotFound, Refused
from booking.domain.events import Event
from booking.domain.places import Booking
from booking.web import again, lines, organised, text
from booking.web.booking_form import OUT_OF_DATE, PhoneWaitingForm
from booking.web.manage_forms import LONGEST_REASON
from booking.web.rules import may
from booking.web.session import me, now

bp = Blueprint("line", __name__, url_prefix="/desk/events/<int(max=2147483647):event_id>/line")
again.init_blueprint(bp, add="new", offer="booking", move="booking", withdraw="booking", remove="booking")
Verb = Callable[..., Booking]


class SteerForm(FlaskForm):
    """What an organiser does to somebody who waits has a reason."""

    reason = StringField("Why?")
    rank = StringField("Move to this place in the line")

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        return (
            text.check_line(self.reason, "the reason", most=LONGEST_REASON, empty="Say in a few words why") and is_right
        )

    @property
    def number(self) -> int:
        """The rank that was typed; what is no number is none."""
        return text.number(text.one_line(self.rank.data), digits=4) or 0


@bp.get("/new")
@may(access.is_organiser)
def new(event_id: int) -> Any:
    """Show the form that puts somebody who phoned on the waiting list."""
    found, form = organised.event(event_id), PhoneWaitingForm.ask()
    if not form.is_submitted():
        form.renew_key()
    return _new_page(found, form, problem=g.get("notice", "") or organised.why_not_bookable(found))


@bp.post("")
@may(access.is_organiser)
def add(event_id: int) -> Any:
    """Put somebody who phoned on the waiting list, and tell them."""
    found, form = organised.event(event_id), PhoneWaitingForm.ask()
    if form.change_rows(request.form):
        return _new_page(found, form)
    if not form.validate():
        return _new_page(found, form, status=422)
    if not form.has_sound_key:
        form.renew_key()
        return _new_page(found, form, problem=OUT_OF_DATE, status=422)
    try:
        with transaction():
            booking = places.join(event_id, form.party(), key=form.key.data or "", by=me(), at=now())
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        if isinstance(refusal, KeyReused):
            form.renew_key()
        status = 422 if isinstance(refusal, BadInput) else 409
        return _new_page(organised.event(event_id), form, problem=str(refusal), status=status)
    flash(f"{booking.booker_name} is on the waiting list. We have written to them.")
    return redirect(_back(event_id), code=303)


@bp.get("")
@may(access.is_organiser)
def asked(event_id: int) -> Any:
    """Lead whoever reloads the address that a form was sent to back to the event."""
    return redirect(_back(event_id), code=303)


@bp.get("/<int(max=2147483647):booking_id>")
@may(access.is_organiser)
def booking(event_id: int, booking_id: int) -> Any:
    """Show one booking of the waiting list, and what can be done about it."""
    found = _found(event_id, booking_id)
    if not found.is_in_line:
        return redirect(_back(event_id), code=303)
    return _page(found, SteerForm(), problem=g.get("notice", ""))


@bp.post("/<int(max=2147483647):booking_id>/offer")
@may(access.is_organiser)
def offer(event_id: int, booking_id: int) -> Any:
    """Offer places out of turn."""
    return _steer(event_id, booking_id, places.offer_out_of_turn, "{} is offered places out of turn.")


@bp.post("/<int(max=2147483647):booking_id>/position")
@may(access.is_organiser)
def move(event_id: int, booking_id: int) -> Any:
    """Move a booking to another place in the line."""

    def to_rank(number: int, **named: Any) -> Booking:
        return places.move_to(number, SteerForm().number, **named)

    return _steer(event_id, booking_id, to_rank, "{} has another place in the line.")


@bp.post("/<int(max=2147483647):booking_id>/withdrawal")
@may(access.is_organiser)
def withdraw(event_id: int, booking_id: int) -> Any:
    """Take an offer back in favour of the next in line."""
    return _steer(event_id, booking_id, places.withdraw, "The offer to {} is taken back.")


@bp.post("/<int(max=2147483647):booking_id>/removal")
@may(access.is_organiser)
def remove(event_id: int, booking_id: int) -> Any:
    """Take a booking off the waiting list."""
    return _steer(event_id, booking_id, places.remove, "{} is off the waiting list.")


def _steer(event_id: int, booking_id: int, verb: Verb, done: str) -> Any:
    found, form = _found(event_id, booking_id), SteerForm()
    if not form.validate():
        return _page(found, form, status=422)
    try:
        with transaction():
            booking = verb(booking_id, by=me(), at=now(), reason=form.reason.data or "")
    except (NotFound, NotAllowed):
        raise
    except BadInput as refusal:
        text.say(form.rank if refusal.field == "rank" else form.reason, str(refusal))
        return _page(_found(event_id, booking_id), form, status=422)
    except Refused as refusal:
        return _page(_found(event_id, booking_id), form, problem=str(refusal), status=409)
    flash(f"{done.format(booking.booker_name)} We have written to them.")
    return redirect(_back(event_id), code=303)


def _found(event_id: int, booking_id: int) -> Booking:
    booking = places.organised_by(me(), booking_id)
    if booking.event_id != event_id:
        raise NotFound("That booking does not exist.")
    return booking


def _back(event_id: int) -> str:
    return url_for("desk.event", event_id=event_id) + "#line"


def _page(booking: Booking, form: SteerForm, *, problem: str = "", status: int = 200) -> Any:
    line = lines.of([booking], at=now())[booking.id]
    facts = {"booking": booking, "event": booking.event, "line": line, "form": form, "problem": problem}
    return render_template("desk/line.html", **facts), status


def _new_page(event: Event, form: PhoneWaitingForm, *, problem: str = "", status: int = 200) -> Any:
    form.answer.label.text = event.question
    facts = {"event": event, "own": None, "most": places.MOST_AT_ONCE, "line": lines.of_event(event, at=now())}
    facts["action"] = url_for("line.add", event_id=event.id)
    return render_template("desk/line_new.html", form=form, problem=problem, **facts), status
