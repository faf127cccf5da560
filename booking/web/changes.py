"""Changing what people have booked: every change is shown with what comes of it, and who is told, before it is done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from booking.db import db, transaction
from booking.domain import access, changes, events
from booking.domain.changes import Room
from booking.domain.events import Event, Slot, choosing
from booking.web import again, change_acts, organised
from booking.web.change_forms import ChangeForm, PlacesForm, SessionForm, TitleForm, WhyForm
from booking.web.rules import may
from booking.web.session import me, now

bp = Blueprint("changes", __name__, url_prefix="/desk/events/<int(max=2147483647):event_id>/changes")
again.init_blueprint(
    bp,
    change_session="session",
    add_session="new_session",
    remove_session="removal",
    rename="title",
    resize="places",
    call_off="calling_off",
)


@bp.get("")
@may(access.is_organiser)
def index(event_id: int) -> str:
    """Show what people have booked, and how each part of it is changed."""
    found = organised.event(event_id)
    settling = changes.unsettled(found)
    return render_template("changes/index.html", event=found, settling=settling, stands=change_acts.why_not(found))


@bp.post("/notice")
@may(access.is_organiser)
def send_now(event_id: int) -> Any:
    """Tell people at once what is settling."""
    organised.event(event_id)
    with transaction():
        changes.send_now(event_id, by=me(), at=now())
    flash("We are writing to them now.")
    return redirect(url_for("desk.event", event_id=event_id), code=303)


@bp.get("/sessions/<int(max=2147483647):slot_id>")
@may(access.is_organiser)
def session(event_id: int, slot_id: int) -> Any:
    slot = _slot(event_id, slot_id)
    return _session_page(slot.event, _session_form(slot.event, slot), slot)


@bp.post("/sessions/<int(max=2147483647):slot_id>")
@may(access.is_organiser)
def change_session(event_id: int, slot_id: int) -> Any:
    """Move a session, give it a date or take it back, change where it is."""
    slot = _slot(event_id, slot_id)
    form = _session_form(slot.event, slot)
    plan = form.plan(slot.zone, now())
    page = lambda **said: _session_page(organised.event(event_id), form, _slot(event_id, slot_id), **said)  # noqa: E731
    if plan is None:
        return page(status=422)
    return change_acts.do(
        event_id, form, page, lambda: changes.change_slot(slot_id, plan, by=me(), at=now()), "It is changed."
    )


@bp.get("/sessions/new")
@may(access.is_organiser)
def new_session(event_id: int) -> Any:
    found = organised.event(event_id)
    return _session_page(found, _session_form(found))


@bp.post("/sessions/new")
@may(access.is_organiser)
def add_session(event_id: int) -> Any:
    """Add a session for everybody who is booked."""
    found = organised.event(event_id)
    form = _session_form(found)
    plan = form.plan(found.slots[-1].zone if found.slots else events.ZONES[0], now())
    page = lambda **said: _session_page(organised.event(event_id), form, **said)  # noqa: E731
    if plan is None:
        return page(status=422)
    return change_acts.do(
        event_id, form, page, lambda: changes.add_slot(event_id, plan, by=me(), at=now()), "It is added."
    )


@bp.get("/sessions/<int(max=2147483647):slot_id>/removal")
@may(access.is_organiser)
def removal(event_id: int, slot_id: int) -> Any:
    return _removal_page(event_id, slot_id)


@bp.post("/sessions/<int(max=2147483647):slot_id>/removal")
@may(access.is_organiser)
def remove_session(event_id: int, slot_id: int) -> Any:
    """Take a session away; the event goes on without it."""
    if slot_id in [slot.id for slot in organised.event(event_id).removed_slots]:
        return redirect(url_for("desk.event", event_id=event_id), code=303)
    _slot(event_id, slot_id)
    page = lambda **said: _removal_page(event_id, slot_id, **said)  # noqa: E731
    act = lambda: changes.remove_slot(slot_id, by=me(), at=now())  # noqa: E731
    return change_acts.do(event_id, ChangeForm(), page, act, "It is taken away.")


@bp.get("/title")
@may(access.is_organiser)
def title(event_id: int) -> Any:
    found = organised.event(event_id)
    return change_acts.page("title", found, TitleForm.of(found))


@bp.post("/title")
@may(access.is_organiser)
def rename(event_id: int) -> Any:
    """Give the event another title, or say who else teaches or leads it."""
    found = organised.event(event_id)
    form = TitleForm.of(found)
    page = lambda **said: change_acts.page("title", organised.event(event_id), form, **said)  # noqa: E731
    if not form.is_right():
        return change_acts.page("title", found, form, status=422)
    given = (form.title.data or "", form.taught_by.data or "")
    return change_acts.do(
        event_id, form, page, lambda: changes.rename(event_id, *given, by=me(), at=now()), "It is renamed."
    )


@bp.get("/places")
@may(access.is_organiser)
def places(event_id: int) -> Any:
    found, form = organised.event(event_id), PlacesForm()
    if not form.is_submitted():
        form.show(Room.of(found))
    return change_acts.page("places", found, form)


@bp.post("/places")
@may(access.is_organiser)
def resize(event_id: int) -> Any:
    """Give the event more or fewer places; more are offered at once, offers beyond fewer are withdrawn."""
    found, form = organised.event(event_id), PlacesForm()
    room, why = form.room(), form.why.data or ""
    page = lambda **said: change_acts.page("places", organised.event(event_id), form, **said)  # noqa: E731
    if room is None:
        return change_acts.page("places", found, form, status=422)
    act = lambda: changes.resize(event_id, room, by=me(), at=now(), why=why)  # noqa: E731
    return change_acts.do(event_id, form, page, act, "The places are changed.")


@bp.get("/calling-off")
@may(access.is_organiser)
def calling_off(event_id: int) -> Any:
    return change_acts.page("calling_off", organised.event(event_id), WhyForm())


@bp.post("/calling-off")
@may(access.is_organiser)
def call_off(event_id: int) -> Any:
    """Call the event off: nobody is expected any more, and everybody is told why."""
    found, form = organised.event(event_id), WhyForm()
    page = lambda **said: change_acts.page("calling_off", organised.event(event_id), form, **said)  # noqa: E731
    if not form.is_right():
        return change_acts.page("calling_off", found, form, status=422)
    why = form.why.data or ""
    done = "It is called off. We are writing to everybody now."
    return change_acts.do(event_id, form, page, lambda: changes.call_off(event_id, why, by=me(), at=now()), done)


def _session_form(event: Event, slot: Slot | None = None) -> SessionForm:
    form = SessionForm()
    form.offer(list(db.session.scalars(choosing.of_hub(event.hub_id))))
    if slot and not form.is_submitted():
        form.show(slot)
    return form


def _session_page(event: Event, form: SessionForm, slot: Slot | None = None, **said: Any) -> Any:
    return change_acts.page("session", event, form, slot=slot, **said)


def _removal_page(event_id: int, slot_id: int, **said: Any) -> Any:
    slot = _slot(event_id, slot_id)
    return change_acts.page("removal", slot.event, ChangeForm(), slot=slot, **said)


def _slot(event_id: int, slot_id: int) -> Slot:
    """Answer a session of the event; one that was taken away, or is another event's, is not found."""
    found = organised.event(event_id)
    return next((slot for slot in found.slots if slot.id == slot_id), None) or abort(404)
