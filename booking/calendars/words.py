"""What an entry says: a session of the domain in the words of a calendar, for the public and for somebody who comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from booking import wording
from booking.calendars.entries import Entry, Status

if TYPE_CHECKING:
    from booking.domain.feeds import Own, Session

BEFORE = {"offered": "Place offered: ", "waiting": "Waiting list: "}
CANCELLED = "Cancelled: "


def entry(session: Session, base_url: str) -> Entry:
    """Answer what everybody may read: no name, no address but the page's, no link to join. It keeps nobody's time."""
    words = _called_off(session) if session.is_off else f"{session.summary}\n\n{HOW_TO_BOOK}"
    status = Status.CANCELLED if session.is_off else Status.CONFIRMED
    return _entry(session, base_url, words, status, CANCELLED if session.is_off else "")


def own_entry(own: Own, base_url: str) -> Entry:
    """Answer what somebody who comes, waits or came reads. What they need on the day is in no calendar."""
    session = own.session
    before = CANCELLED if own.is_off else BEFORE.get(own.state, "")
    status = Status.CANCELLED if own.is_off else Status.TENTATIVE if before else Status.CONFIRMED
    written = _entry(session, base_url, _own_words(own, base_url), status, before)
    return written._replace(
        sequence=own.sequence,
        modified_at=own.modified_at,
        keeps_time=status == Status.CONFIRMED,
        join_url=own.join_url,
    )


HOW_TO_BOOK = (
    "How to get there, and how to book, is on the page of the event. Booked already? "
    "Cancel in My bookings, or with the link in your e-mail."
)


def _entry(session: Session, base_url: str, words: str, status: Status, before: str) -> Entry:
    page = f"{base_url}/events/{session.event_id}"
    title = f"{session.title}: {session.name}" if session.is_one_of_several else session.title
    return Entry(
        uid=session.uid,
        sequence=session.sequence,
        modified_at=session.modified_at,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.zone,
        title=before + title,
        place=_place(session),
        address=page,
        words=f"{words.strip()}\n{page}",
        category=wording.KINDS[session.kind],
        status=status,
        keeps_time=False,
        grid=_grid(session),
    )


def _own_words(own: Own, base_url: str) -> str:
    session, mine = own.session, f"{base_url}/my/bookings"
    if session.is_off:
        return _called_off(session)
    if own.is_off:
        return "You have no place here any more."
    if own.offer_ends_at:
        until = wording.moment(own.offer_ends_at, session.zone)
        return f"Offered until {until} ({wording.zone_name(session.zone)}).\nTake the place, or pass it on: {mine}\n"
    if own.state == "waiting":
        return f"You are on the waiting list, and have no place yet.\nLeave the list: {mine}\n"
    facts = [
        f"Room: {session.room}" if session.room else "",
        f"Bring: {own.bring}" if own.bring else "",
        own.directions,
        f"Parking: {own.parking}" if own.parking else "",
    ]
    cancel = f"Can’t come? Cancel, and somebody else can have the place: {mine}"
    return "\n".join(["You have a place.", *filter(None, facts), "", cancel, ""])


def _called_off(session: Session) -> str:
    if session.is_undated and not session.called_off_at:
        return "This does not take place then. Its new date is to be confirmed."
    why = f" {session.called_off_why}" if session.called_off_at and session.called_off_why else ""
    return f"This does not take place.{why}"


def _place(session: Session) -> str:
    if session.is_online:
        return "Online"
    where = (session.venue, session.street, session.town, session.postcode)
    return ", ".join(part for part in where if part) or "Place to be confirmed"


def _grid(session: Session) -> tuple[int, int] | None:
    if session.is_online or session.easting is None or session.northing is None:
        return None
    return session.easting, session.northing
