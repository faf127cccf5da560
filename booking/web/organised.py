"""What somebody who organises asks for by its address; another hub's is not found, as if there were none."""

from __future__ import annotations

from flask import abort

from booking.domain import events, hubs, places
from booking.domain.errors import Full, Refused
from booking.domain.events import Event
from booking.domain.people import Hub
from booking.web.session import me, now


def event(event_id: int) -> Event:
    """Answer an event of a hub that the person organises."""
    found: Event = events.organised_by(me(), event_id) or abort(404)
    return found


def why_not_bookable(event: Event) -> str:
    """Say why somebody who phones can neither be booked nor wait; nothing if they can."""
    try:
        places.must_be_bookable(event, now())
    except Full:
        return ""
    except Refused as refusal:
        return str(refusal)
    return ""


def hub(slug: str) -> Hub:
    """Answer a hub that the person organises."""
    found: Hub = hubs.one_organised_by(me(), slug) or abort(404)
    return found
