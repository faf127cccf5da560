"""The desk of whoever runs events: what comes, who is booked, what is needed, who did what; and booking by phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for

from booking.db import count, db, transaction
from booking.domain import access, audit, changes, events, hubs, places
from booking.domain.errors import BadInput, KeyReused, NotAllowed, NotFound, Refused
from booking.domain.events import Event
from booking.web import again, demand, desk_words, organised, paging
from booking.web.booking_form import OUT_OF_DATE, PhoneForm
from booking.web.rules import may
from booking.web.session import me, now
from booking.web.spreadsheet import csv_response
from booking.wording import local

PER_PAGE = 25
TRAIL_PER_PAGE = 50
COLUMNS = ("Name", "E-mail address", "Role", "School", "URN", "Town", "Booked by", "Confirmed", "Booking")
bp = Blueprint("desk", __name__, url_prefix="/desk")
again.init_blueprint(bp, create="new")


@bp.get("")
@may(access.has_desk)
def index() -> str:
    """Show the events that somebody runs: those to come, or those past."""
    mine = events.on_desk(me())
    listed = events.hubs_on(mine)
    hub = next((one for one in listed if one.slug == request.args.get("hub")), None)
    shown = mine.where(Event.hub_id == hub.id) if hub else mine
    is_past = request.args.get("when") == "past"
    query = events.past(shown, now()) if is_past else events.to_come(shown, now())
    page = paging.page(request.args.get("page", ""), total=count(query), size=PER_PAGE)
    facts = {"hubs": listed, "hub": hub, "is_past": is_past, "page": page, "list_address": _list}
    facts["address_of"] = lambda number: _list(hub, is_past, number)
    own = hubs.organised_by(me())
    facts |= {
        "is_national": access.is_national(me()),
        "own_hubs": own,
        "own": next((one for one in own if one == hub or len(own) == 1), None),
    }
    rows = db.session.scalars(query.offset(page.rows.start).limit(PER_PAGE)).all()
    return render_template("desk/index.html", events=rows, **facts)


@bp.get("/events/<int(max=2147483647):event_id>")
@may(access.has_desk)
def event(event_id: int) -> str:
    """Show how full an event is, who is booked and what happens next; of one called off, who was booked."""
    found = events.run_by(me(), event_id) or abort(404)
    bookings, line = places.of_event(found), places.standing(found)
    return render_template(
        "desk/event.html",
        event=found,
        bookings=bookings,
        parts={} if found.is_called_off else _parts(found, bookings),
        standing_in_line=line,
        demand=demand.of([*bookings, *(one.booking for one in line if not one.booking.takes_places)]),
        settling=changes.unsettled(found),
        may_organise=access.may_organise(me(), found.hub_id),
        reads_needs=access.may_read_needs(me(), found),
    )


@bp.get("/events/<int(max=2147483647):event_id>/needs")
@may(access.has_desk)
def needs(event_id: int) -> str:
    """Show what people need on the day, to those who may read it; for anybody else there is no such page."""
    found = events.run_by(me(), event_id)
    if found is None or not access.may_read_needs(me(), found):
        abort(404)
    return render_template(
        "desk/needs.html", event=found, bookings=[one for one in places.of_event(found) if one.needs]
    )


@bp.get("/events/<int(max=2147483647):event_id>/people.csv")
@may(access.is_organiser)
def people(event_id: int) -> Any:
    """Send who is booked as a spreadsheet; what people need is not in it."""
    found = organised.event(event_id)
    current_app.logger.info("exported the people of event %d for person %d", found.id, me().id)
    name = re.sub(r"[^a-z0-9]+", "-", found.title.lower()).strip("-")[:60] or "event"
    return csv_response(f"{name}.csv", [(*COLUMNS, found.question or "Answer"), *_people(found)])


@bp.get("/events/<int(max=2147483647):event_id>/audit")
@may(access.is_organiser)
def trail(event_id: int) -> str:
    """Show who did what to an event and its bookings, the latest first."""
    found = organised.event(event_id)
    query = audit.of_event(found.id)
    page = paging.page(request.args.get("page", ""), total=count(query), size=TRAIL_PER_PAGE)
    entries = db.session.scalars(query.offset(page.rows.start).limit(TRAIL_PER_PAGE)).all()
    lines = desk_words.trail(entries)
    return render_template("desk/audit.html", event=found, lines=lines, page=page, address_of=_trail(found))


@bp.get("/events/<int(max=2147483647):event_id>/bookings/new")
@may(access.is_organiser)
def new(event_id: int) -> Any:
    """Show the form that books for somebody who phoned; of a full event the one that puts them on the waiting list."""
    found, form = organised.event(event_id), PhoneForm.ask()
    if not form.is_submitted():
        if found.is_bookable(now()) and found.is_full:
            return redirect(url_for("line.new", event_id=event_id), code=303)
        form.renew_key()
    return _page(found, form, problem=g.get("notice", "") or organised.why_not_bookable(found))


@bp.get("/events/<int(max=2147483647):event_id>/bookings")
@may(access.is_organiser)
def asked(event_id: int) -> Any:
    """Lead whoever reloads the address that the form was sent to back to the form."""
    return redirect(url_for("desk.new", event_id=event_id), code=303)


@bp.post("/events/<int(max=2147483647):event_id>/bookings")
@may(access.is_organiser)
def create(event_id: int) -> Any:
    """Book for somebody who phoned: confirmed at once, and everybody in the party is told."""
    found, form = organised.event(event_id), PhoneForm.ask()
    if form.change_rows(request.form):
        return _page(found, form)
    if not form.validate():
        return _page(found, form, status=422)
    if not form.has_sound_key:
        form.renew_key()
        return _page(found, form, problem=OUT_OF_DATE, status=422)
    try:
        with transaction():
            booking = places.book(event_id, form.party(), key=form.key.data or "", by=me(), at=now())
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _refused(event_id, form, refusal)
    flash(f"{booking.booker_name} is booked. We have written to everybody who comes.")
    return redirect(url_for("desk.event", event_id=event_id), code=303)


def _list(hub: Any, is_past: bool, number: int = 1) -> str:
    asked = {"hub": hub.slug if hub else None, "when": "past" if is_past else None}
    return url_for("desk.index", page=number if number > 1 else None, **asked)


def _trail(event: Event) -> Callable[[int], str]:
    return lambda number: url_for("desk.trail", event_id=event.id, page=number if number > 1 else None)


def _parts(event: Event, bookings: Any) -> dict[str, int]:
    """Answer how many places are confirmed, offered, held and free: the parts of the whole."""
    parts = {"confirmed": 0, "offered": 0, "held": 0}
    for booking in bookings:
        parts[booking.state] += booking.party_size
    return parts | {"free": max(0, event.capacity + event.extra - sum(parts.values()))}


def _people(event: Event) -> Iterator[tuple[object, ...]]:
    """Answer a row a person, under `COLUMNS` and the answer; who is only held is not booked yet."""
    for booking in places.of_event(event):
        if booking.confirmed_at is None:
            continue
        school = (booking.school_name, booking.school_urn or "", booking.school.town if booking.school else "")
        made = (booking.booker_name, f"{local(booking.confirmed_at):%Y-%m-%d %H:%M}", booking.id, booking.answer)
        for place in booking.last_places:
            yield (place.name, place.address, booking.job_of(place), *school, *made)


def _page(event: Event, form: PhoneForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    form.answer.label.text = event.question
    facts = {"event": event, "own": None, "most": places.MOST_AT_ONCE}
    facts["action"] = url_for("desk.create", event_id=event.id)
    facts["wait_action"] = url_for("line.add", event_id=event.id)
    return render_template("desk/new.html", form=form, problem=problem, **facts, **more), status


def _refused(event_id: int, form: PhoneForm, refusal: Refused) -> Any:
    """Show the form as it was typed, with why it was refused."""
    if isinstance(refusal, KeyReused):
        form.renew_key()
    if isinstance(refusal, BadInput):
        return _page(organised.event(event_id), form, problem=str(refusal), status=422)
    return _page(organised.event(event_id), form, problem=str(refusal), refusal=refusal.code, status=409)
