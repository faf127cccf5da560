"""Read a calendar with somebody else's program and say as JSON what it understood:  python read.py vobject < file"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from typing import Any


def with_icalendar(content: bytes) -> list[dict[str, Any]]:
    import icalendar

    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [
        {
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "start": instant(event["DTSTART"].dt),
            "end": instant(event["DTEND"].dt),
            "title": str(event["SUMMARY"]),
            "place": str(event["LOCATION"]),
            "words": str(event["DESCRIPTION"]),
            "status": str(event["STATUS"]),
        }
        for event in events
    ]


def with_vobject(content: bytes) -> list[dict[str, Any]]:
    import vobject

    calendar = vobject.readOne(content.decode())
    return [
        {
            "uid": event.uid.value,
            "sequence": int(event.sequence.value),
            "start": instant(event.dtstart.value),
            "end": instant(event.dtend.value),
            "title": event.summary.value,
            "place": event.location.value,
            "words": event.description.value,
            "status": event.status.value,
        }
        for event in getattr(calendar, "vevent_list", [])
    ]


def instant(when: date | datetime) -> str:
    assert isinstance(when, datetime)
    assert when.tzinfo is not None, "a floating time"
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    readers = {"icalendar": with_icalendar, "vobject": with_vobject}
    print(json.dumps(readers[sys.argv[1]](sys.stdin.buffer.read())))
