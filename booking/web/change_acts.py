"""What all changes have in common: looked at first, done once that has been seen, and their forms shown again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, url_for

from booking.db import rehearsal, transaction
from booking.domain import changes, putting_up
from booking.domain.changes import Outlook
from booking.domain.errors import BadInput, NotAllowed, NotFound, ReasonNeeded, Refused
from booking.domain.events import Event
from booking.web import organised
from booking.web.change_forms import ChangeForm
from booking.web.session import me, now

Act = Callable[[], object]
Page = Callable[..., Any]


def do(event_id: int, form: ChangeForm, page: Page, act: Act, done: str) -> Any:
    """Show what would come of the act; once that has been seen, and is still so, do it."""
    if form.is_going_back:
        return page()
    try:
        if form.is_sure and _is_done(event_id, form, act):
            return _back(event_id, done)
        with rehearsal():
            outlook, clashes = _looked_at(event_id, act)
    except (NotFound, NotAllowed):
        raise
    except (BadInput, ReasonNeeded) as refusal:
        problem = form.tell(refusal)
        return page(problem=problem, status=422)
    except Refused as refusal:
        return page(problem=str(refusal), status=409)
    if form.is_sure and outlook.is_nothing:  # the button was pressed twice
        return _back(event_id, done)
    return _look(event_id, form, outlook, clashes)


def _is_done(event_id: int, form: ChangeForm, act: Act) -> bool:
    """Do the act, unless somebody has changed the event since its outcome was looked at."""
    try:
        with transaction():
            changes.must_be_as_seen(event_id, form.seen)
            act()
    except changes.Changed as refusal:
        form.meanwhile = str(refusal)
        return False
    return True


def _back(event_id: int, done: str) -> Any:
    flash(done)
    return redirect(url_for("desk.event", event_id=event_id), code=303)


def _looked_at(event_id: int, act: Act) -> tuple[Outlook, list[str]]:
    """Answer what would come of the act, and what to know about the sessions that it would put elsewhere."""
    before = putting_up.plan_of(organised.event(event_id)).sessions
    outlook = changes.outlook(event_id, act, by=me(), at=now())
    event = organised.event(event_id)
    plan = putting_up.plan_of(event)
    moved = replace(plan, sessions=tuple(one for one in plan.sessions if one not in before))
    return outlook, putting_up.clashes(moved, hub_id=event.hub_id, event_id=event_id)


def _look(event_id: int, form: ChangeForm, outlook: Outlook, clashes: list[str]) -> Any:
    facts = {"event": organised.event(event_id), "form": form, "outlook": outlook, "clashes": clashes}
    page = render_template("changes/preview.html", **facts)
    return page, 409 if form.meanwhile else 200


def page(name: str, event: Event, form: ChangeForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    facts = {"event": event, "form": form, "problem": problem or g.get("notice", ""), "stands": why_not(event)}
    return render_template(f"changes/{name}.html", **facts, **more), status


def why_not(event: Event) -> str:
    """Say why nothing can be changed any more, if so."""
    if event.is_called_off:
        return "This event has been called off, so nothing about it can be changed."
    return "This event is over, so nothing about it can be changed." if event.is_past(now()) else ""
