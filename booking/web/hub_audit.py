"""Who did what in a hub: one act a line, by event, by person, and by what it was about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from booking.db import count, db
from booking.domain import access, audit, events
from booking.domain.events import Event
from booking.web import desk_words, organised, paging, text
from booking.web.rules import may

PER_PAGE = 50
MOST_EVENTS = 500
ABOUT = {
    "booking": "Bookings",
    "place": "Single places",
    "event": "Events",
    "slot": "Sessions",
    "role": "Roles",
    "venue": "Venues",
    "message": "Mail",
}
bp = Blueprint("hub_audit", __name__, url_prefix="/desk/hubs/<slug>/audit")


@bp.get("")
@may(access.is_organiser)
def index(slug: str) -> str:
    """Show what was done in the hub, the latest first, narrowed to what is asked for."""
    hub = organised.hub(slug)
    asked = _asked()
    query = audit.of_hub(hub.id, event_id=asked["event"], actor_id=asked["person"], about=asked["about"])
    page = paging.page(request.args.get("page", ""), total=count(query), size=PER_PAGE)
    entries = db.session.scalars(query.offset(page.rows.start).limit(PER_PAGE)).all()
    return render_template(
        "hub_audit/index.html",
        hub=hub,
        asked=asked,
        is_narrowed=any(asked.values()),
        lines=desk_words.trail(entries),
        titles=events.titles({entry.event_id for entry in entries if entry.event_id}),
        people=audit.actors(hub.id),
        events=db.session.scalars(events.of_hub(hub.id).order_by(Event.id.desc()).limit(MOST_EVENTS)).all(),
        ABOUT=ABOUT,
        page=page,
        address_of=lambda number: url_for("hub_audit.index", slug=slug, **_set(asked, number)),
    )


def _asked() -> dict[str, Any]:
    about = request.args.get("about", "")
    return {
        "event": text.number(request.args.get("event")),
        "person": text.number(request.args.get("person")),
        "about": about if about in ABOUT else "",
    }


def _set(asked: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value} | ({"page": number} if number > 1 else {})
