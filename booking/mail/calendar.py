"""The calendar part of a mail (RFC 6047): one person's own sessions, as they stand in that person's feed.

What is sent is read at the time of sending, like the words. The UID is the feed's, and the SEQUENCE only rises, so a
program that has both shows one entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage

from booking import calendars
from booking.calendars import Entry, Method, Somebody
from booking.config import Settings
from booking.domain import feeds
from booking.domain.feeds import Own
from booking.domain.messages import Message

COMING = frozenset(
    {
        *("places_booked", "place_booked", "event_changed"),
        *("joined_waiting_list", "place_offered", "offer_passed", "offer_withdrawn"),
    }
)
"""Kinds that invite whoever gets them, if they come themselves; tentatively while they wait or have an offer."""
OFF = frozenset(
    {
        *("booking_cancelled", "place_cancelled", "called_off", "event_changed"),
        *("left_waiting_list", "offer_passed"),
    }
)
"""Kinds that take the entry away again. A kind that may do either stands in both."""


def attach(mail: EmailMessage, message: Message, settings: Settings, *, at: datetime) -> None:
    """Add what belongs into the recipient's own calendar.

    One session is an invitation beside the words. Of several, the mail carries all as one attachment, and an
    invitation only to what it is about: the next one that it names, or the next of all once all are off.
    """
    sessions = _sessions(message, at)
    if not sessions:
        return
    own = [calendars.own_entry(one, settings.base_url) for one in sessions]
    organiser = Somebody(settings.site_name, settings.mail_from)
    if subject := _subject(message, sessions, own):
        attendee = Somebody(message.to_name, message.to_address or "")
        mail.attach(_part(*calendars.invitation(subject, organiser=organiser, attendee=attendee)))
    if len(own) > 1:
        part = _part(calendars.Method.PUBLISH, calendars.publication(own, organiser=organiser))
        part.add_header("Content-Disposition", "attachment", filename="sessions.ics")
        mail.make_mixed()
        mail.attach(part)


def _sessions(message: Message, at: datetime) -> list[Own]:
    """Answer the sessions that the mail speaks of: not what is over, and nothing that is no news of its kind."""
    if message.kind not in COMING | OFF or message.person is None or message.event_id is None:
        return []
    sessions = feeds.personal(message.person, at=at, event_id=message.event_id)
    told = [one for one in sessions if message.kind in (OFF if one.is_off else COMING)]
    return [one for one in told if one.session.ends_at > at]


def _subject(message: Message, sessions: Sequence[Own], own: Sequence[Entry]) -> Entry | None:
    """Answer the one session that the mail invites to, or takes away: a reader knows a single one in a mail."""
    if len(own) == 1:
        return own[0]
    named = _named(message)
    about = [entry for one, entry in zip(sessions, own, strict=True) if one.session.slot_id in named]
    if named:
        return about[0] if about else None
    return own[0] if all(one.is_off for one in sessions) else None


def _named(message: Message) -> set[int]:
    """Answer the slots that the mail is about by name: a reminder's, or those of a change."""
    changed = message.facts.get("known", {}).get("slots", {})
    return {int(number) for number in (*message.facts.get("slots", []), *changed)}


def _part(method: Method, content: bytes) -> EmailMessage:
    """Answer a part whose lines are 76 long (RFC 2045, 6.8), however wide the mail's headers may be."""
    part = EmailMessage(policy.SMTP)
    said = {"method": method, "charset": "utf-8"}
    part.set_content(content, maintype="text", subtype="calendar", cte="base64", params=said)
    del part["MIME-Version"]
    return part
