"""The venues of a hub, on its desk: how to get there, where to park, how they are got into."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import TextAreaField

from booking.db import db, transaction
from booking.domain import access
from booking.domain.events import Venue, choosing
from booking.domain.people import Hub
from booking.web import again, organised, text
from booking.web.rules import may
from booking.web.session import me, now

LONGEST = 2000
WHAT = {"directions": "how to get there", "parking": "where to park", "access_words": "how it is got into"}
bp = Blueprint("venue_desk", __name__, url_prefix="/desk")
again.init_blueprint(bp, change="edit")


class VenueForm(FlaskForm):
    """What those who come want to know of a place."""

    directions = TextAreaField("Getting there")
    parking = TextAreaField("Parking")
    access_words = TextAreaField("Access")

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        checks = [text.check_lines(self[name], what, most=LONGEST) for name, what in WHAT.items()]
        return is_right and all(checks)


@bp.get("/hubs/<slug>/venues")
@may(access.is_organiser)
def index(slug: str) -> str:
    """Show the places that the hub has used."""
    hub = organised.hub(slug)
    return render_template("venue_desk/index.html", hub=hub, venues=db.session.scalars(choosing.of_hub(hub.id)).all())


@bp.get("/venues/<int(max=2147483647):venue_id>")
@may(access.is_organiser)
def edit(venue_id: int) -> Any:
    """Show what is said of a place, to be changed."""
    venue, form = _venue(venue_id), VenueForm()
    if not form.is_submitted():
        form.directions.data, form.parking.data, form.access_words.data = venue.directions, venue.parking, venue.access
    return _page(venue, form, problem=g.get("notice", ""))


@bp.post("/venues/<int(max=2147483647):venue_id>")
@may(access.is_organiser)
def change(venue_id: int) -> Any:
    """Keep what is said of a place; pages and mails say it from now on."""
    venue, form = _venue(venue_id), VenueForm()
    if not form.validate():
        return _page(venue, form, status=422)
    said = {name: form[name].data or "" for name in WHAT}
    with transaction():
        changed = choosing.describe(venue.id, by=me(), at=now(), **said)
        slug = db.session.get_one(Hub, changed.hub_id).slug
    flash(f"{changed.name} is saved.")
    return redirect(url_for("venue_desk.index", slug=slug), code=303)


def _venue(venue_id: int) -> Venue:
    found: Venue = choosing.organised_by(me(), venue_id) or abort(404)
    return found


def _page(venue: Venue, form: VenueForm, *, problem: str = "", status: int = 200) -> Any:
    hub = db.session.get_one(Hub, venue.hub_id)
    return render_template("venue_desk/edit.html", venue=venue, hub=hub, form=form, problem=problem), status
