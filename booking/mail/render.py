"""A Message becomes a mail: one text template tells subject and words, one HTML template the same with our look.

What it says is read when it is sent, so that it is true then. Links begin with BASE_URL. No mail tells anybody's needs.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking import wording
from booking.config import Settings
from booking.db import db
from booking.domain import changes, closing, places, reminders
from booking.domain.codes import Code
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.places import Booking, Place
from booking.mail import calendar, standing

WIDE = policy.SMTP.clone(max_line_length=998)
"""RFC 5322, 2.1.1. A plain header is left whole: folding puts a long subject on a line of its own, which some clients
show with a blank in front. Encoded words keep the usual 78."""


EMPTY_LINES = re.compile(r"\n{3,}")
"""What a template leaves where it has nothing to say."""

ENDING = ("called_off", "booking_cancelled", "place_cancelled")
"""Kinds after which nobody hears of a change: they say themselves what has changed and was not told yet."""
LISTS = ("list_after_closing", "list_changed_after_closing")


class Nobody(Exception):
    """There is no address to write to: the person has been erased."""


class Pointless(Exception):
    """What it was to say is no longer true: places that were given up meanwhile, a session that has moved."""


def mail(message: Message, *, at: datetime) -> EmailMessage:
    """Answer the mail that the message promises, as true at this instant. Raises `Nobody` and `Pointless`."""
    settings: Settings = current_app.config["SETTINGS"]
    if not message.to_address:
        raise Nobody
    facts = _facts(message, settings) | {"now": at}
    if message.kind == reminders.KIND:
        facts |= _reminded(message, at)
    if message.kind in ENDING and facts["event"]:
        facts |= _untold(message, facts["event"], facts["booking"])
    if facts["since"]:
        facts |= _since(facts["event"], facts["since"], at)
    if not standing.still_stands(message, facts):
        raise Pointless
    first, _, words = render_template(f"mail/{message.kind}.txt", **facts).lstrip().partition("\n")
    subject = _one_line(first.removeprefix("Subject:"))
    made = EmailMessage(WIDE if subject.isascii() and message.to_name.isascii() else policy.SMTP)
    made["Subject"] = subject
    made["From"] = Address(_one_line(settings.site_name), addr_spec=settings.mail_from)
    made["To"] = Address(_one_line(message.to_name), addr_spec=message.to_address)
    if message.hub:
        made["Reply-To"] = Address(_one_line(message.hub.name), addr_spec=message.hub.email)
    made["Date"] = format_datetime(message.promised_at)
    made["Message-ID"] = f"<{message.internet_id}@{urlsplit(settings.base_url).hostname}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    made.set_content(EMPTY_LINES.sub("\n\n", words.strip()) + "\n")
    made.add_alternative(render_template(f"mail/{message.kind}.html", **facts), subtype="html")
    calendar.attach(made, message, settings, at=at, reminded=facts.get("reminded", ()))
    return made


def _facts(message: Message, settings: Settings) -> dict[str, Any]:
    """Read what the templates speak of; the kinds differ only in which of it they use."""
    given = message.facts
    booking = _booking(given["booking"]) if given.get("booking") else None
    if booking and message.kind in places.TOLD_ONCE:
        booking = places.first_in_line(booking)
    event = booking.event if booking else _event(message.event_id)
    hub = message.hub or (event.hub if event else None)
    return {
        "message": message,
        "name": message.name or message.to_name,
        "booking": booking,
        "event": event,
        "hub": hub,
        "place": _place(given.get("place")),
        "came": _place(given.get("came")),
        "left": _place(given.get("left")),
        "dropped": [_place(number) for number in given.get("dropped", [])],
        "instead": bool(given.get("instead")),
        "reason": given.get("reason", ""),
        "number": given.get("places", 0),
        "code": given.get("code", ""),
        "code_row": db.session.get(Code, given["code_id"]) if given.get("code_id") else None,
        "bookings": places.of_event(event) if event and message.kind in LISTS else [],
        "since": datetime.fromisoformat(given["since"]) if given.get("since") else None,
        **_line(booking, given),
        "base_url": settings.base_url,
        "contact": hub.email if hub else settings.contact_email,
        "cancel_by": event.starts_at - timedelta(hours=event.notice_hours) if event and event.starts_at else None,
        "differences": changes.between(given["known"], event) if event and "known" in given else [],
        "wording": wording,
        "facts": given,
    }


def _reminded(message: Message, at: datetime) -> dict[str, Any]:
    found = reminders.of_message(message.id, at=at)
    if not found:
        raise Pointless
    return {"reminded": found, "map_link": wording.map_link}


def _untold(message: Message, event: Event, booking: Booking | None) -> dict[str, Any]:
    """Read what had changed, and was not told yet, when the mail was promised."""
    known = changes.untold(event.id, at=message.promised_at, since=booking.confirmed_at if booking else None)
    return {"differences": changes.between(known, event)}


def _since(event: Event, since: datetime, at: datetime) -> dict[str, Any]:
    """Read who was on the list when it went out, and who of them is not any more."""
    were, are = closing.coming(event.id, at=since), closing.coming(event.id, at=at)
    return {"were": were, "gone": [name for number, name in were.items() if number not in are]}


def _line(booking: Booking | None, given: dict[str, Any]) -> dict[str, Any]:
    """Read which bookings a mail of the waiting list speaks of that still wait, and how manieth each is in its line."""
    joined = [one for number in given.get("bookings", []) if (one := _booking(number)) and one.waits]
    return {"joined": joined, "ranks": places.ranks([*joined, booking] if booking else joined)}


def _booking(number: int) -> Booking | None:
    query = select(Booking).where(Booking.id == number)
    event = joinedload(Booking.event).options(joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue))
    return db.session.scalar(query.options(event, selectinload(Booking.places), joinedload(Booking.school)))


def _event(number: int | None) -> Event | None:
    if number is None:
        return None
    query = select(Event).where(Event.id == number)
    return db.session.scalar(query.options(joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue)))


def _place(number: int | None) -> Place | None:
    return db.session.get(Place, number) if number else None


def _one_line(text: str) -> str:
    """Nothing in a name or title begins a header of its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
