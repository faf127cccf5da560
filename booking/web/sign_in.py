"""Signing in and out. There are no passwords: a code goes to the address, and no page tells who is known."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField

from booking.db import db, transaction
from booking.domain import codes, sign_ins
from booking.domain.codes import Code
from booking.domain.errors import Refused, TooManyCodes
from booking.web import again, text
from booking.web.addresses import here
from booking.web.confirmation import CodeForm
from booking.web.proof import fulfil, remember
from booking.web.rules import public, signed_in
from booking.web.session import code_limits, me, network, now, person_signed_in, settings

bp = Blueprint("sign_in", __name__)
again.init_blueprint(bp, create="new", confirm="code", send_again="code")


class SignInForm(FlaskForm):
    """An address, and where to go on to."""

    email = EmailField("Your e-mail address")
    next = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and text.check_address(self.email, "your")


@bp.get("/sign-in")
@public
def new() -> Any:
    """Ask for the address."""
    form = SignInForm()
    if form.is_submitted():
        return _page(form, problem=g.get("notice", ""))
    onward = here(request.args.get("next"))
    if person_signed_in():
        return redirect(onward or url_for("mine.index"), code=303)
    form.next.data = onward
    return _page(form)


@bp.post("/sign-in")
@public
def create() -> Any:
    """Send a code, whether or not the address is known."""
    form = SignInForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        _send(form.email.data or "")
    except TooManyCodes as refusal:
        return _page(form, problem=str(refusal), status=429)
    session["next"] = here(form.next.data)
    return redirect(url_for("sign_in.code"), code=303)


@bp.get("/sign-in/code")
@public
def code() -> Any:
    """Ask for the code that went to the address."""
    sent = _sent()
    if sent is None:
        return redirect(here(session.get("next")) or url_for("sign_in.new"), code=303)
    return _code_page(sent, CodeForm(), problem=g.get("notice", ""))


@bp.post("/sign-in/code")
@public
def confirm() -> Any:
    """Sign this browser in, if the code is right."""
    sent = _sent()
    if sent is None:
        return redirect(url_for("sign_in.new"), code=303)
    form = CodeForm()
    if not form.validate():
        return _code_page(sent, form, status=422)
    try:
        with transaction():
            onward = fulfil(codes.check(sent.id, form.code.data or "", at=now(), limits=code_limits()))
    except TooManyCodes as refusal:
        return _code_page(sent, form, problem=str(refusal), status=429)
    except Refused as refusal:
        if sent.used_at:
            return redirect(here(session.get("next")) or url_for("mine.index"), code=303)
        text.say(form.code, str(refusal))
        return _code_page(sent, form, status=422)
    return redirect(onward, code=303)


@bp.post("/sign-in/code/again")
@public
def send_again() -> Any:
    """Send a new code, which voids the one before."""
    sent = _sent()
    if sent is None:
        return redirect(url_for("sign_in.new"), code=303)
    try:
        _send(sent.email)
    except TooManyCodes as refusal:
        return _code_page(sent, CodeForm(formdata=None), problem=str(refusal), status=429)
    return redirect(url_for("sign_in.code"), code=303)


@bp.post("/sign-out")
@public
def end() -> Any:
    """Sign this browser out, on the server."""
    if token := session.get("sign_in"):
        with transaction():
            sign_ins.end(token, at=now())
    session.clear()
    return redirect("/", code=303)


@bp.post("/sign-out-everywhere")
@signed_in
def end_everywhere() -> Any:
    """Sign every browser of this person out."""
    person = me()
    with transaction():
        sign_ins.end_everywhere(person, at=now())
    session.clear()
    return redirect("/", code=303)


def _send(address: str) -> None:
    with transaction():
        sent = codes.send(address, at=now(), network=network(), limits=code_limits())
        remember(sent)
        session["signing_in"] = sent.id


def _sent() -> Code | None:
    """Answer the code that this browser asked for to sign in, used or not; None once its address is forgotten."""
    number = session.get("signing_in")
    sent = db.session.get(Code, number) if isinstance(number, int) else None
    return sent if sent and sent.email else None


def _page(form: SignInForm, *, problem: str = "", status: int = 200) -> Any:
    return render_template("sign_in/new.html", form=form, problem=problem), status


def _code_page(sent: Code, form: CodeForm, *, problem: str = "", status: int = 200) -> Any:
    facts = {"code": sent, "sender": settings().mail_from}
    return render_template("sign_in/code.html", form=form, problem=problem, **facts), status
