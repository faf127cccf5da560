"""The public's events: the list with its filters, and a page for each."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from booking.domain import changes, events, finding, places
from booking.domain.changes import Difference
from booking.domain.events import Event, Slot
from booking.domain.finding import NEAREST, OPEN_DATE, Filters, Found, Listed, ListedSlot
from booking.web import errors, filters, lines, linked_data, near, paging
from booking.web.event_words import standing
from booking.web.rules import public
from booking.web.session import now, person_signed_in

PER_PAGE = 20

bp = Blueprint("events", __name__)


@bp.get("/")
@public
def index() -> Any:
    """Show what is to come, soonest or nearest first. What the form asks for has an address of its own, without it."""
    near_asked = near.asked(request.args)
    asked = Filters.read(request.args)
    if "school" in request.args:
        asked = near.filters(request.args, near_asked)
        if not near_asked.is_open:
            return redirect(filters.address(asked), code=303)
    found = finding.find(asked, at=now())
    page = paging.page(request.args.get("page", ""), total=found.number, size=PER_PAGE)
    return render_template(
        "events/index.html",
        found=found,
        page=page,
        groups=_grouped(finding.listed(found.page(page.rows)), found),
        menus=filters.menus(found),
        set_filters=filters.set_filters(found),
        near=near_asked,
        within=request.args.get("within", ""),
        has_unknown_place=bool(asked.near and not found.near),
        address=filters.address,
        address_of=lambda number: filters.address(found.filters, number),
    )


@bp.get("/events")
@public
def old_index() -> Any:
    """Lead to the one address of the list."""
    return redirect(url_for("events.index", **Filters.read(request.args).chosen), code=308)


@bp.get("/events/<int(max=2147483647):event_id>")
@public
def show(event_id: int) -> Any:
    """Show all that is needed to decide; for 30 days after the event."""
    event = events.public(event_id) or abort(404)
    if event.is_gone(now()):
        return errors.show(410)
    me = person_signed_in()
    stands = standing(event)
    return render_template(
        "events/show.html",
        event=event,
        stands=stands,
        linked_data=linked_data.event(event),
        line=lines.of_event(event, at=now()) if stands == "full" else None,
        own_place=places.at_event(event.id, me) if me else None,
        others=[] if stands in ("open", "later") else events.alternatives(event, at=now()),
        changed=[] if event.is_called_off else _changed(event),
    )


def _changed(event: Event) -> list[Difference]:
    """Answer what is different from two weeks ago, but for the link to join, which is for those who are booked."""
    known = changes.known_before(changes.lately([event], at=now()).get(event.id, []))
    return [one for one in changes.between(known, event) if one.what != "link"]


Row = tuple[Listed, Slot | ListedSlot | None]


def _grouped(listed: list[Listed], found: Found) -> list[tuple[str, list[Row]]]:
    """Answer the events with the session that comes next, under the words of their month; the nearest under none."""
    rows: list[Row] = [(event, finding.next_slot(event, at=now())) for event in listed]
    if found.filters.order == NEAREST:
        return [("", rows)]
    return [(filters.month_words(month), list(group)) for month, group in groupby(rows, key=_month)]


def _month(row: Row) -> str:
    slot = row[1]
    return f"{slot.local_start:%Y-%m}" if slot and slot.local_start and slot.starts_at > now() else OPEN_DATE
