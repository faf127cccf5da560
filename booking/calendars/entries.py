"""An entry: one session as a VEVENT (RFC 5545, 3.6.1). All words are final here; this module only writes them down."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bng_latlon import OSGB36toWGS84  # type: ignore[import-untyped]

from booking.calendars.lines import escaped, folded


class Status(StrEnum):
    """RFC 5545, 3.8.1.11."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Entry(NamedTuple):
    """What one session says in a calendar. Instants are aware; `zone` is one of `zones.ZONES`."""

    uid: str
    sequence: int
    modified_at: datetime
    """Also its DTSTAMP, so that an unchanged entry is the same to the last octet."""
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    place: str
    address: str
    """Of its page on the web."""
    words: str
    category: str
    status: Status
    keeps_time: bool
    """Whether somebody is busy meanwhile: not while they only wait, or only follow a list."""
    grid: tuple[int, int] | None = None
    """Easting and northing of the British National Grid."""
    join_url: str = ""


def vevent(entry: Entry, *more: str) -> str:
    """Answer the entry's lines; `more` are content lines that an invitation adds."""
    busy = entry.keeps_time and entry.status != Status.CANCELLED
    stamp = utc(entry.modified_at)
    written = [
        "BEGIN:VEVENT\r\n",
        folded(f"UID:{entry.uid}"),
        f"DTSTAMP:{stamp}\r\nLAST-MODIFIED:{stamp}\r\nSEQUENCE:{entry.sequence}\r\n",
        f"DTSTART{_there(entry.starts_at, entry.zone)}\r\nDTEND{_there(entry.ends_at, entry.zone)}\r\n",
        folded(f"SUMMARY:{escaped(entry.title)}"),
        folded(f"LOCATION:{escaped(entry.place)}"),
        *([f"GEO:{_geo(*entry.grid)}\r\n"] if entry.grid else []),
        folded(f"URL:{entry.address}"),
        folded(f"DESCRIPTION:{escaped(entry.words)}"),
        folded(f"CATEGORIES:{escaped(entry.category)}"),
        f"STATUS:{entry.status}\r\nTRANSP:{'OPAQUE' if busy else 'TRANSPARENT'}\r\n",
        *([folded(f"CONFERENCE;VALUE=URI;FEATURE=VIDEO:{entry.join_url}")] if entry.join_url else []),
        *(folded(line) for line in more),
        "END:VEVENT\r\n",
    ]
    return "".join(written)


def utc(instant: datetime) -> str:
    """Answer an instant as "20270316T133000Z"."""
    there = instant.astimezone(UTC)
    return f"{there.year:04}{there.month:02}{there.day:02}T{there.hour:02}{there.minute:02}{there.second:02}Z"


def _there(instant: datetime, zone: str) -> str:
    """Answer an instant by the clocks of its zone; in UTC within the hour that those clocks show twice."""
    there = instant.astimezone(_zone(zone))
    if there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset():
        return f":{utc(instant)}"
    clock = f"{there.year:04}{there.month:02}{there.day:02}T{there.hour:02}{there.minute:02}{there.second:02}"
    return f";TZID={zone}:{clock}"


_zone = lru_cache(ZoneInfo)


@lru_cache(maxsize=4096)
def _geo(easting: int, northing: int) -> str:
    latitude, longitude = OSGB36toWGS84(easting, northing)
    return f"{latitude:.6f};{longitude:.6f}"
