"""The link in the mail that carries a code. Opening it does nothing, for mail systems open links; its button does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import EmailField

from booking.db import db, transaction
from booking.domain import codes, events
from booking.domain.codes import Code
from booking.domain.errors import Refused, TooManyCodes, WrongCode
from booking.domain.places import Booking
from booking.web import again, text
from booking.web.proof import fulfil, was_asked_here
from booking.web.rules import by_link
from booking.web.session import code_limits, now, person_signed_in

bp = Blueprint("codes", __name__)
bp.after_request(again.keep_private)
again.init_blueprint(bp, press="show")


class AddressForm(FlaskForm):
    """In a browser that did not ask for the code, whoever opens the link says which address it went to."""

    email = EmailField("The e-mail address it went to")

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and text.check_address(self.email, "your")


@bp.get("/codes/<link>")
@by_link
def show(link: str) -> Any:
    """Show the button; where the link has been used, lead its owner on."""
    code = _code(link)
    if code.used_at:
        return _used(code)
    return _page(code, AddressForm(), problem=g.get("notice", ""))


@bp.post("/codes/<link>")
@by_link
def press(link: str) -> Any:
    """Use the link up and do what it stands for. Of many presses one does it; the others are led to the same page."""
    code = _code(link)
    form = AddressForm()
    is_here = was_asked_here(code)
    if not code.is_live(now()):
        return redirect(url_for("codes.show", link=link), code=303)
    if not is_here and not form.validate():
        return _page(code, form, status=422)
    try:
        with transaction():
            onward = fulfil(_check(link, None if is_here else form.email.data))
    except Refused as refusal:
        return _refused(link, form, refusal)
    return redirect(onward, code=303)


def _check(link: str, address: str | None) -> Code:
    if address is None:
        return codes.check_link(link, at=now())
    return codes.check_link_elsewhere(link, address, at=now(), limits=code_limits())


def _refused(link: str, form: AddressForm, refusal: Refused) -> Any:
    db.session.rollback()
    code = _code(link)
    if code.used_at:
        return redirect(url_for("codes.show", link=link), code=303)
    if isinstance(refusal, TooManyCodes):
        return _page(code, form, problem=str(refusal), status=429)
    if isinstance(refusal, WrongCode) and code.is_live(now()):
        text.say(form.email, str(refusal))
        return _page(code, form, status=422)
    if isinstance(refusal, WrongCode):
        return _page(code, form, status=409)
    booking = db.session.get_one(Booking, code.booking_id)
    others = events.alternatives(booking.event, at=now(), places=booking.party_size)
    return _page(code, form, problem=str(refusal), refusal=refusal.code, others=others, status=409)


def _code(link: str) -> Code:
    return codes.with_link(link) or abort(404)


def _page(code: Code, form: AddressForm, *, problem: str = "", status: int = 200, **more: Any) -> Any:
    booking = db.session.get(Booking, code.booking_id) if code.booking_id else None
    is_here, is_live = was_asked_here(code), code.is_live(now())
    facts = {"code": code, "booking": booking, "is_here": is_here, "is_live": is_live}
    return render_template("codes/show.html", form=form, problem=problem, **facts, **more), status


def _used(code: Code) -> Any:
    person = person_signed_in()
    if person is None or person.email != code.email:
        return render_template("codes/used.html", code=code)
    booking = db.session.get(Booking, code.booking_id) if code.booking_id else None
    if booking is None:
        return redirect(url_for("mine.index"), code=303)
    return redirect(url_for("confirmation.show", token=booking.form_link), code=303)
