"""A venue's page: how to get there, what to know about access and parking, and what takes place there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from booking.domain import finding
from booking.domain.finding import together
from booking.web.rules import public
from booking.web.session import now

bp = Blueprint("venues", __name__)


@bp.get("/venues/<int(max=2147483647):venue_id>")
@public
def show(venue_id: int) -> Any:
    """Show a place while something published happens there."""
    venue = together.venue(venue_id, at=now()) or abort(404)
    events = finding.listed(together.at_venue(venue, at=now()))
    rows = [(event, finding.next_slot(event, at=now())) for event in events]
    return render_template("venues/show.html", venue=venue, rows=rows)
