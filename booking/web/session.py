"""Who is asking: the sign-in of this browser, kept on the server, and the network it comes from."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from flask import Flask, current_app, g, request, session

from booking import clock, keys
from booking.config import Settings
from booking.db import AWAY, db, transaction
from booking.domain import codes, sign_ins
from booking.domain.people import Person

SAME_FOR_ALL = "same_for_all"
"""The access rule (rules.py) of what has nothing to do with who asks."""


def init_app(app: Flask) -> None:
    app.before_request(_note_use)


def is_same_for_all() -> bool:
    """Say whether the answer has nothing to do with who asks: then no session is even looked at."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.endpoint == "static" or getattr(view, "access_rule", "") == SAME_FOR_ALL


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def now() -> datetime:
    """Answer the one clock reading of this request."""
    if "now" not in g:
        g.now = clock.now()
    instant: datetime = g.now
    return instant


def person_signed_in() -> Person | None:
    """Answer who is signed in, with the roles they have at this moment."""
    if "sign_in" not in g:
        token = session.get("sign_in")
        g.sign_in = sign_ins.live(token, at=now(), **_limits()) if token else None
        g.person = g.sign_in.person if g.sign_in else None
    found: Person | None = g.person
    return found


def me() -> Person:
    """Answer who is signed in, in a view whose rule has made sure of it."""
    person = person_signed_in()
    if person is None:
        raise RuntimeError("this view's access rule lets strangers in")
    return person


def sign_in(person: Person, *, at: datetime) -> None:
    """Sign the browser in, inside a transaction: a new session, so that one planted before is worth nothing."""
    token = sign_ins.begin(person, at=at)
    session.clear()
    session["sign_in"] = token
    session.permanent = False
    g.pop("sign_in", None)


def take_back() -> None:
    """Let this browser keep the session that it came with: what was to change it was not kept."""
    came = current_app.session_interface.open_session(current_app, request)
    session.clear()
    session.update(came or {})
    for name in ("sign_in", "person"):
        g.pop(name, None)


def code_limits() -> codes.Limits:
    given = settings()
    return codes.Limits(given.codes_per_address, given.codes_per_network, given.guesses_per_address)


def network() -> str:
    """Answer a keyed mark of the network that asks (a /64 of IPv6), so that no address is kept."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):  # a server that listens on both sees IPv4 in this form too
        return _marked(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return _marked(address)


def _marked(network: object) -> str:
    return keys.digest("network", network)[:32]


def _limits() -> dict[str, timedelta]:
    given = settings()
    return {"idle": timedelta(hours=given.sign_in_idle_hours), "longest": timedelta(days=given.sign_in_days)}


def _note_use() -> None:
    if is_same_for_all() or not session.get("sign_in"):
        return
    person_signed_in()
    if g.sign_in and sign_ins.is_unnoted(g.sign_in, at=now()):
        used = g.sign_in.id
        try:
            with transaction():
                sign_ins.note_use(used, at=now())
        except AWAY as error:  # what can be read is shown all the same
            current_app.logger.warning("use of a sign-in not noted: %s", type(error).__name__)
        db.session.expire_all()
        for name in ("sign_in", "person"):
            g.pop(name, None)
