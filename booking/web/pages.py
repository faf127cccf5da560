"""Pages about the site itself: help and contact, privacy, cookies, accessibility."""

from __future__ import annotations

from flask import Blueprint, render_template

from booking.web.rules import public
from booking.web.session import settings

bp = Blueprint("pages", __name__)


@bp.get("/help")
@public
def help() -> str:
    return render_template("pages/help.html", contact=settings().contact_email, sender=settings().mail_from)


@bp.get("/privacy")
@public
def privacy() -> str:
    given = settings()
    return render_template(
        "pages/privacy.html",
        contact=given.contact_email,
        hours=given.sign_in_idle_hours,
        days=given.sign_in_days,
        months=given.people_kept_months,
    )


@bp.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("pages/accessibility.html", contact=settings().contact_email)


@bp.get("/cookies")
@public
def cookies() -> str:
    return render_template("pages/cookies.html")
