"""School calendars on the desk: the holidays of the hub and of the schools that host, from a file."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import FileField, RadioField, SelectChoice

from booking.db import db, transaction
from booking.domain import access, school_calendars
from booking.domain.errors import BadInput
from booking.domain.people import Hub
from booking.domain.schools import School
from booking.web import again, organised, text
from booking.web.rules import may
from booking.web.school_field import SchoolFields
from booking.web.session import me, now
from booking.wording import count

OWN, SCHOOL = "hub", "school"
bp = Blueprint("holidays", __name__, url_prefix="/desk/hubs/<slug>/calendars")
again.init_blueprint(bp, upload="index")


class UploadForm(SchoolFields, FlaskForm):
    """Whose calendar it is, and the file."""

    of = RadioField(
        "Whose calendar is it?",
        choices=[SelectChoice(OWN, "The hub’s own"), SelectChoice(SCHOOL, "A school’s that hosts")],
        default=OWN,
        validate_choice=False,
    )
    file = FileField("Calendar file")

    whose = "the"

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        if self.of.data not in (OWN, SCHOOL):
            is_right = text.say(self.of, "Say whose calendar it is")
        if not self.file.data or not getattr(self.file.data, "filename", ""):
            is_right = text.say(self.file, "Choose a calendar file or a table")
        return is_right

    @property
    def urn(self) -> int | None:
        return self.chosen_urn if self.of.data == SCHOOL else None

    @property
    def _say_more(self) -> str:
        return "Type the school’s name and town, or its postcode"

    def _has_school(self) -> bool:
        return self.of.data != SCHOOL or super()._has_school()


@bp.get("")
@may(access.is_organiser)
def index(slug: str) -> Any:
    """Show the holidays that are known, and the form that takes a calendar over."""
    form = UploadForm()
    form.school.label.text = "Which school?"
    return _page(organised.hub(slug), form, problem=g.get("notice", ""))


@bp.post("")
@may(access.is_organiser)
def upload(slug: str) -> Any:
    """Take a calendar over, whole or not at all."""
    hub, form = organised.hub(slug), UploadForm()
    form.school.label.text = "Which school?"
    if not form.validate():
        return _page(hub, form, status=422)
    try:
        found = school_calendars.read(form.file.data.read(school_calendars.LARGEST_BYTES + 1))
        with transaction():
            school_calendars.take_over(hub.id, form.urn, found.holidays, by=me(), at=now())
    except BadInput as refusal:
        text.say(form.file, str(refusal))
        return _page(organised.hub(slug), form, status=422)
    rest = f" {count(found.left_out, 'entry', 'entries')} that are no holidays were left out." if found.left_out else ""
    flash(f"{count(len(found.holidays), 'holiday')} taken over.{rest}")
    return redirect(url_for("holidays.index", slug=slug), code=303)


@bp.post("/end")
@may(access.is_organiser)
def remove(slug: str) -> Any:
    """Forget the calendar of the hub, or of a school."""
    hub, urn = organised.hub(slug), request.form.get("school_urn", "")
    number = text.number(urn, digits=7)
    if urn and number is None:
        abort(404)
    with transaction():
        school_calendars.take_over(hub.id, number, (), by=me(), at=now())
    flash("The calendar is forgotten.")
    return redirect(url_for("holidays.index", slug=slug), code=303)


def _page(hub: Hub, form: UploadForm, *, problem: str = "", status: int = 200) -> Any:
    held = db.session.scalars(school_calendars.of_hub(hub.id)).all()
    calendars = [(urn, list(days)) for urn, days in groupby(held, key=lambda one: one.school_urn)]
    urns = [urn for urn, _ in calendars if urn]
    named = {one.urn: one for one in db.session.scalars(select(School).where(School.urn.in_(urns)))} if urns else {}
    facts = {"hub": hub, "calendars": calendars, "schools": named, "problem": problem}
    return render_template("holidays/index.html", form=form, **facts), status
