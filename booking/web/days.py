"""The timetable of a programme's day, on one page to print; and publishing what of it is still a draft."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from booking.db import transaction
from booking.domain import access, putting_up
from booking.domain.errors import BadInput
from booking.domain.events import Programme, Slot
from booking.web.rules import may
from booking.web.session import me, now
from booking.wording import count

bp = Blueprint("days", __name__, url_prefix="/desk/programmes/<int(max=2147483647):programme_id>/days/<day>")


@bp.get("")
@may(access.is_organiser)
def show(programme_id: int, day: str) -> str:
    """Show who teaches what when and where that day, and how many come."""
    programme, when, slots = _day(programme_id, day)
    drafts = {slot.event_id for slot in slots if not slot.event.is_published and not slot.event.is_called_off}
    return render_template("days/show.html", programme=programme, day=when, slots=slots, drafts=len(drafts))


@bp.post("/publication")
@may(access.is_organiser)
def publish(programme_id: int, day: str) -> Any:
    """Publish the day's drafts: all of them, or none."""
    _, _, slots = _day(programme_id, day)
    drafts = {slot.event_id for slot in slots if not slot.event.is_published and not slot.event.is_called_off}
    try:
        with transaction():
            putting_up.publish(*drafts, by=me(), at=now())
        flash(f"{count(len(drafts), 'event')} published." if drafts else "All of it is published already.")
    except BadInput as refusal:
        flash(f"Nothing was published. {refusal}")
    return redirect(url_for("days.show", programme_id=programme_id, day=day), code=303)


def _day(programme_id: int, typed: str) -> tuple[Programme, date, list[Slot]]:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        abort(404)
    programme = putting_up.programme_organised_by(me(), programme_id) or abort(404)
    slots = putting_up.of_day(programme.id, day) if 2000 <= day.year <= 2100 else []
    if not slots:
        abort(404)
    return programme, day, slots
