"""The time zones that entries speak of, as calendars understand them: constant, each proven against the IANA database.

Rules, not lists of dates: Outlook ignores a zone made of RDATEs, and other readers take only the first of them.
"""

from __future__ import annotations

LONDON = "Europe/London"

ZONES = {
    LONDON: """\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19970330T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
""",
    "Asia/Shanghai": """\
BEGIN:VTIMEZONE
TZID:Asia/Shanghai
BEGIN:STANDARD
DTSTART:19920101T000000
TZNAME:CST
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
""",
}
"""Zone → its VTIMEZONE (RFC 5545, 3.6.5). `domain/events/venues.py` lets a venue have no other zone."""
