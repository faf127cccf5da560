"""What programs ask a site for: which pages there are, which to leave alone, and where to tell of a weakness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, render_template, url_for

from booking.domain.finding import together
from booking.web.filters import in_full
from booking.web.rules import public
from booking.web.session import now, settings

PRIVATE = ("/bookings/", "/places/", "/my/", "/me", "/sign-in", "/desk")
GOOD_FOR = timedelta(days=180)
"""RFC 9116, 2.5.5 recommends less than a year."""

bp = Blueprint("machines", __name__)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Ask search engines to keep to what is for everybody (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), f"Sitemap: {in_full('/sitemap.xml')}"]
    return _text(lines)


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Name every public page and when it changed last (sitemaps.org, protocol 0.9)."""
    return Response(render_template("sitemap.xml", pages=_pages()), mimetype="application/xml")


@bp.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say where to tell of a weakness (RFC 9116)."""
    given = settings()
    contact = given.security_contact or given.contact_email
    lines = [
        f"Contact: {contact if '://' in contact else f'mailto:{contact}'}",
        f"Expires: {(now() + GOOD_FOR).date().isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {in_full('/.well-known/security.txt')}",
        *([f"Policy: {given.security_policy}"] if given.security_policy else []),
    ]
    return _text(lines)


def _pages() -> Iterator[tuple[str, date | None]]:
    for endpoint in ("events.index", "hubs.index", "pages.help", "pages.privacy", "pages.accessibility"):
        yield in_full(url_for(endpoint)), None
    names = {"event": "event_id", "programme": "programme_id", "hub": "slug", "venue": "venue_id"}
    for sort, things in together.everything(at=now()).items():
        for thing, changed_at in things:
            yield in_full(url_for(f"{sort}s.show", **{names[sort]: thing})), _day(changed_at)


def _day(changed_at: datetime) -> date:
    return changed_at.date()


def _text(lines: list[str]) -> Response:
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
