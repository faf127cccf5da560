"""The calendar part of a mail (RFC 6047): one person's own sessions, as they stand in that person's feed.

What is sent is read at the time of sending, like the words. The UID is the feed's, and the SEQUENCE only rises, so a
program that has both shows one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage

from booking import calendars
from booking.calendars import Entry, Method, Somebody
from booking.config import Settings
from booking.domain import feeds, reminders
from booking.domain.feeds import Own
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.reminders import Reminded

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


def attach(
    mail: EmailMessage, message: Message, settings: Settings, *, at: datetime, reminded: Iterable[Reminded] = ()
) -> None:
    """Add what belongs into the recipient's own calendar.

    One session is an invitation beside the words. Of several, the mail carries all as one attachment, and an
    invitation only to what it is about: the next one that it names, or the next of all once all are off.
    """
    if message.person is None:
        return
    named = _named(message, reminded)
    sessions = [one for one in _own(message, message.person, named, at) if one.session.ends_at > at]
    if not sessions:
        return
    own = [calendars.own_entry(one, settings.base_url) for one in sessions]
    organiser = Somebody(settings.site_name, settings.mail_from)
    if subject := _subject(sessions, own, named):
        attendee = Somebody(message.to_name, message.to_address or "")
        mail.attach(_part(*calendars.invitation(subject, organiser=organiser, attendee=attendee)))
    if len(own) > 1:
        part = _part(calendars.Method.PUBLISH, calendars.publication(own, organiser=organiser))
        part.add_header("Content-Disposition", "attachment", filename="sessions.ics")
        mail.make_mixed()
        mail.attach(part)


def _named(message: Message, reminded: Iterable[Reminded]) -> set[int]:
    """Answer the slots that the mail is about by name: those of a change, or those that it reminds of."""
    changed = message.facts.get("known", {}).get("slots", {})
    return {int(number) for number in changed} | {slot.id for one in reminded for slot in one.slots}


def _own(message: Message, person: Person, named: set[int], at: datetime) -> list[Own]:
    """Answer the sessions that the mail speaks of, without what is no news of its kind.

    The only session of an event came with the confirmation; of several, each comes with its reminder.
    """
    if message.kind == reminders.KIND:
        sessions = feeds.personal(person, at=at)
        return [one for one in sessions if one.session.slot_id in named and one.session.is_one_of_several]
    if message.kind not in COMING | OFF or message.event_id is None:
        return []
    sessions = feeds.personal(person, at=at, event_id=message.event_id)
    return [one for one in sessions if message.kind in (OFF if one.is_off else COMING)]


def _subject(sessions: Sequence[Own], own: Sequence[Entry], named: set[int]) -> Entry | None:
    """Answer the one session that the mail invites to, or takes away: a reader knows a single one in a mail."""
    if len(own) == 1 or (not named and all(one.is_off for one in sessions)):
        return own[0]
    return next((entry for one, entry in zip(sessions, own, strict=True) if one.session.slot_id in named), None)


def _part(method: Method, content: bytes) -> EmailMessage:
    """Answer a part whose lines are 76 long (RFC 2045, 6.8), however wide the mail's headers may be."""
    part = EmailMessage(policy.SMTP)
    said = {"method": method, "charset": "utf-8"}
    part.set_content(content, maintype="text", subtype="calendar", cte="base64", params=said)
    del part["MIME-Version"]
    return part
