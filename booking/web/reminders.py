"""When people of an event are reminded: the times as real dates, and how many people each mail goes to."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField

from booking.db import transaction
from booking.domain import access, reminders
from booking.domain.errors import BadInput
from booking.domain.events import Event
from booking.domain.reminders import Before
from booking.web import again, organised, text, when
from booking.web.rules import may
from booking.web.session import me, now

bp = Blueprint("reminders", __name__, url_prefix="/desk/events/<int(max=2147483647):event_id>/reminders")
again.init_blueprint(bp, add="show")


UNITS = [SelectChoice("days", "Days before, at a time of day"), SelectChoice("hours", "Hours before")]


class TimeForm(FlaskForm):
    """One time more: days before at a time of day, or hours before."""

    unit = RadioField("How long before?", choices=UNITS, default="days")
    days = StringField("Days before the session")
    clock = StringField("Time of day, by the clocks of the venue")
    hours = StringField("Hours before the session begins")

    def before(self) -> Before:
        """Answer the time that was asked for. Raises `BadInput`, naming the field."""
        if self.unit.data == "hours":
            return Before(hours=_number(self.hours.data, "Enter the hours as a number, like 24", "hours"))
        days = _number(self.days.data, "Enter the days as a number, like 3", "days")
        return Before(days=days, clock=_clock(self.clock.data))


@bp.get("")
@may(access.is_organiser)
def show(event_id: int) -> Any:
    """Show when people are reminded of which session, and how many."""
    return _page(organised.event(event_id), TimeForm(), problem=g.get("notice", ""))


@bp.post("")
@may(access.is_organiser)
def add(event_id: int) -> Any:
    """Remind people at one time more."""
    event, form = organised.event(event_id), TimeForm()
    try:
        before = form.before()
        with transaction():
            reminders.add(event.id, before, by=me(), at=now())
    except BadInput as refusal:
        field = form[refusal.field or "days"]
        field.errors = [*field.errors, str(refusal)]
        return _page(organised.event(event_id), form, status=422)
    flash("The reminder is added.")
    return redirect(url_for("reminders.show", event_id=event_id), code=303)


@bp.post("/removal")
@may(access.is_organiser)
def take_away(event_id: int) -> Any:
    """Remind people at one time less."""
    event = organised.event(event_id)
    with transaction():
        reminders.take_away(event.id, request.form.get("time", ""), by=me(), at=now())
    flash("The reminder is taken away.")
    return redirect(url_for("reminders.show", event_id=event_id), code=303)


@bp.post("/usual")
@may(access.is_organiser)
def as_usual(event_id: int) -> Any:
    """Go back to the times that are usual for the kind of event."""
    event = organised.event(event_id)
    with transaction():
        reminders.as_usual(event.id, by=me(), at=now())
    flash("People are reminded at the usual times.")
    return redirect(url_for("reminders.show", event_id=event_id), code=303)


def _page(event: Event, form: TimeForm, *, problem: str = "", status: int = 200) -> Any:
    plans = reminders.plan(event, at=now())
    return render_template("reminders/show.html", event=event, plans=plans, form=form, problem=problem), status


def _number(typed: str | None, sentence: str, field: str) -> int:
    number = text.number((typed or "").strip(), digits=3)
    if number is None:
        raise BadInput(sentence, field)
    return number


def _clock(typed: str | None) -> time:
    try:
        return when.clock(typed or "")
    except BadInput as refusal:
        raise BadInput(str(refusal), "clock") from refusal
