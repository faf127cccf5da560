"""Whole calendars: what is polled (a feed), what is kept (a file), and what comes by mail (an invitation)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from icalendar import Parameters, vCalAddress
from icalendar.parser import Contentline

from booking.calendars.entries import Entry, Status, vevent
from booking.calendars.lines import escaped, folded, plain
from booking.calendars.zones import LONDON, ZONES

PRODUCT = "-//Maths Hub events//Booking 1.0//EN"
REFRESH = "PT1H"
"""How often readers are asked to come again (RFC 7986, 5.7); they come when they like."""


class Method(StrEnum):
    """RFC 5546, 3.2: what a mail's calendar part asks the reader to do."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Somebody(NamedTuple):
    """Who sends or receives an invitation."""

    name: str
    email: str


def feed(entries: Sequence[Entry], *, name: str, about: str, source: str = "") -> bytes:
    """Answer a calendar to be followed. `about` is its page; `source` its own address, unless that is secret."""
    head = [
        folded(f"NAME:{escaped(name)}"),
        folded(f"X-WR-CALNAME:{escaped(name)}"),
        f"X-WR-TIMEZONE:{LONDON}\r\n",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}\r\n",
        f"X-PUBLISHED-TTL:{REFRESH}\r\n",
        folded(f"URL:{about}"),
        *([folded(f"SOURCE;VALUE=URI:{source}")] if source else []),
    ]
    return _calendar(head, entries, map(vevent, entries))


def file(entries: Sequence[Entry]) -> bytes:
    """Answer a calendar to be kept: the same entries as in the feeds, and nothing to follow."""
    return _calendar([], entries, map(vevent, entries))


def invitation(entry: Entry, *, organiser: Somebody, attendee: Somebody) -> tuple[Method, bytes]:
    """Answer what a mail to one person says of one session: REQUEST, or CANCEL once it is off for them.

    RFC 5546, 3.2.2 and 3.2.5. Outlook takes a CANCEL only with its time zone in it.
    """
    method = Method.CANCEL if entry.status == Status.CANCELLED else Method.REQUEST
    comes = "TENTATIVE" if entry.status == Status.TENTATIVE else "ACCEPTED"
    guest = {} if method == Method.CANCEL else {"PARTSTAT": comes, "RSVP": "FALSE"}
    lines = [_party("ORGANIZER", organiser), _party("ATTENDEE", attendee, **guest)]
    return method, _calendar([f"METHOD:{method}\r\n"], [entry], [vevent(entry, *lines)])


def publication(entries: Sequence[Entry], *, organiser: Somebody) -> bytes:
    """Answer several sessions as one attachment (RFC 5546, 3.2.1): a mail can invite to one of them only."""
    line = _party("ORGANIZER", organiser)
    return _calendar([f"METHOD:{Method.PUBLISH}\r\n"], entries, [vevent(entry, line) for entry in entries])


def _calendar(head: Iterable[str], entries: Iterable[Entry], written: Iterable[str]) -> bytes:
    zones = sorted({entry.zone for entry in entries}) or [LONDON]
    return "".join(
        [
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\n",
            *head,
            *(ZONES[zone].replace("\n", "\r\n") for zone in zones),
            *written,
            "END:VCALENDAR\r\n",
        ]
    ).encode()


def _party(role: str, somebody: Somebody, **given: str) -> str:
    """Answer an ORGANIZER or ATTENDEE line; the library quotes what a name may contain (RFC 6868)."""
    parameters = Parameters({"CN": plain(somebody.name).replace("\n", " "), **given})
    return str(Contentline.from_parts(role, parameters, vCalAddress(f"mailto:{somebody.email}")))
