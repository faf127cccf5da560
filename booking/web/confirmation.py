"""Confirming places that are kept for somebody: the page that asks for the code we sent."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField

from booking.db import db, transaction
from booking.domain import codes, events, places
from booking.domain.codes import DIGITS
from booking.domain.errors import Refused, TooManyCodes, WrongCode
from booking.domain.places import Booking
from booking.web import again, text
from booking.web.proof import fulfil, send_for
from booking.web.rules import by_link
from booking.web.session import code_limits, now, person_signed_in, settings

bp = Blueprint("confirmation", __name__)
bp.after_request(again.keep_private)
again.init_blueprint(bp, confirm="show", send_again="show")


class CodeForm(FlaskForm):
    """Six digits, however they were copied."""

    code = StringField("6-digit code")

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        typed = unicodedata.normalize("NFKC", self.code.data or "")
        self.code.data = "".join(one for one in typed if one.isalnum())[:20]
        if len(self.code.data) != DIGITS or not (self.code.data.isascii() and self.code.data.isdigit()):
            return text.say(self.code, f"Enter the {DIGITS} digits of the code")
        return is_right


@bp.get("/bookings/<token>/confirmation")
@by_link
def show(token: str) -> Any:
    """Ask for the code; once it is proven, lead its booker on to the booking."""
    booking = places.with_form_link(token)
    if booking.booker_id:
        return _proven(booking)
    return _page(booking, CodeForm(), problem=g.get("notice", ""))


@bp.post("/bookings/<token>/confirmation")
@by_link
def confirm(token: str) -> Any:
    """Confirm the places and sign this browser in, if the code is right."""
    booking = places.with_form_link(token)
    form = CodeForm()
    if booking.booker_id:
        return redirect(url_for("confirmation.show", token=token), code=303)
    if not form.validate():
        return _page(booking, form, status=422)
    code = codes.newest_for(booking.id)
    try:
        with transaction():
            used = codes.check(code.id if code else 0, form.code.data or "", at=now(), limits=code_limits())
            onward = fulfil(used, places.prove_and_wait if "wait" in request.form else places.prove)
    except Refused as refusal:
        return _refused(token, form, refusal)
    return redirect(onward, code=303)


@bp.post("/bookings/<token>/code")
@by_link
def send_again(token: str) -> Any:
    """Send a new code, which voids the one before and does not keep the places longer."""
    booking = places.with_form_link(token)
    if booking.booker_id or not booking.booker_email:
        return redirect(url_for("confirmation.show", token=token), code=303)
    try:
        with transaction():
            send_for(places.with_form_link(token))
    except TooManyCodes as refusal:
        return _page(places.with_form_link(token), CodeForm(formdata=None), problem=str(refusal), status=429)
    return redirect(url_for("confirmation.show", token=token), code=303)


def _refused(token: str, form: CodeForm, refusal: Refused) -> Any:
    db.session.rollback()
    booking = places.with_form_link(token)
    if isinstance(refusal, TooManyCodes):
        return _page(booking, form, problem=str(refusal), status=429)
    if not isinstance(refusal, WrongCode):
        others = events.alternatives(booking.event, at=now(), places=booking.party_size)
        return _page(booking, form, problem=str(refusal), refusal=refusal.code, others=others, status=409)
    if booking.booker_id:
        return redirect(url_for("confirmation.show", token=token), code=303)
    text.say(form.code, str(refusal))
    return _page(booking, form, status=422)


def _page(booking: Booking, form: CodeForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    if booking.booker_email is None:
        return render_template("confirmation/forgotten.html", booking=booking), 410
    page = render_template(
        "confirmation/show.html",
        booking=booking,
        party=places.party_of(booking),
        kept=booking.is_held(now()),
        code=codes.newest_for(booking.id),
        sender=settings().mail_from,
        form=form,
        problem=problem,
        **more,
    )
    return page, status


def _proven(booking: Booking) -> Any:
    final = db.session.get_one(Booking, booking.again_id) if booking.again_id else booking
    person = person_signed_in()
    if person and person.id == final.booker_id:
        return redirect(url_for("manage.booking", token=final.link), code=303)
    return render_template("confirmation/proven.html", booking=final)
