"""Your details: what people say of themselves, and where they sign out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from booking.db import transaction
from booking.domain import copies, details
from booking.domain.errors import Refused
from booking.domain.people import LONGEST_NAME
from booking.web import again, text
from booking.web.addresses import here
from booking.web.rules import signed_in
from booking.web.school_field import SchoolFields
from booking.web.session import me, now

bp = Blueprint("details", __name__)
again.init_blueprint(bp, change="show")


class DetailsForm(SchoolFields, FlaskForm):
    """Name, role and school; the address is proven and is changed by nobody here."""

    name = StringField("Your name")
    job = StringField("Your role")
    next = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        checks = [
            super().validate(extra_validators),
            text.check_line(self.name, "your name", most=LONGEST_NAME, empty="Enter your name"),
            text.check_line(self.job, "your role", most=LONGEST_NAME),
            text.check_line(self.unlisted_school, "where you work", most=200),
        ]
        return all(checks)


@bp.get("/me")
@signed_in
def show() -> Any:
    """Show what we know about whoever asks, to be changed."""
    person, form = me(), DetailsForm()
    if not form.is_submitted():
        form.name.data, form.job.data = "" if person.is_unnamed else person.name, person.job
        form.next.data = here(request.args.get("next"))
        form.show_school(person.school, person.unlisted_school)
    return _page(form, problem=g.get("notice", ""))


@bp.post("/me")
@signed_in
def change() -> Any:
    """Keep what somebody says of herself."""
    form = DetailsForm()
    if not form.validate():
        return _page(form, status=422)
    person = me()
    try:
        with transaction():
            details.change(
                person.id,
                name=form.name.data or "",
                job=form.job.data or "",
                school_urn=form.chosen_urn,
                unlisted_school=form.unlisted_name,
                by=person,
                at=now(),
            )
    except Refused as refusal:
        return _page(form, problem=str(refusal), status=422)
    flash("Your details are saved.")
    return redirect(here(form.next.data) or url_for("details.show"), code=303)


@bp.get("/me/copy")
@signed_in
def copy() -> Any:
    """Hand over all that is held about whoever asks, as a file that other programs can read."""
    answer = jsonify(copies.of(me()))
    answer.headers["Content-Disposition"] = 'attachment; filename="what-we-hold-about-you.json"'
    current_app.logger.info("person %d took a copy of what is held about them", me().id)
    return answer


def _page(form: DetailsForm, *, problem: str = "", status: int = 200) -> Any:
    return render_template("details/show.html", form=form, problem=problem), status
