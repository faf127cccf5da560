"""A hub's own pages: who it is and what it has coming, and what it does with people's data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from booking.domain import finding
from booking.domain.finding import Filters, together
from booking.domain.people import Hub
from booking.web import filters
from booking.web.rules import public
from booking.web.session import now, settings

MOST = 10

bp = Blueprint("hubs", __name__)


@bp.get("/hubs")
@public
def index() -> str:
    """Show every hub, with what it has coming."""
    found = finding.find(Filters(), at=now())
    return render_template("hubs/index.html", hubs=together.hubs(), coming=found.counts["hub"])


@bp.get("/hubs/<slug>")
@public
def show(slug: str) -> Any:
    """Show who a hub is, how to reach it, its programmes and its next events."""
    hub = _found(slug)
    coming = finding.find(Filters(hub=hub.slug), at=now())
    rows = [(event, finding.next_slot(event, at=now())) for event in finding.listed(coming.page(slice(MOST)))]
    return render_template(
        "hubs/show.html",
        hub=hub,
        programmes=together.programmes_of(hub, at=now()),
        rows=rows,
        total=coming.number,
        all_of_them=filters.address(Filters(hub=hub.slug)),
    )


@bp.get("/hubs/<slug>/privacy")
@public
def privacy(slug: str) -> Any:
    """Show who answers for people's data at this hub, and how to reach them."""
    return render_template("hubs/privacy.html", hub=_found(slug), contact=settings().contact_email)


def _found(slug: str) -> Hub:
    return together.hub(slug) or abort(404)
