"""Sessions become iCalendar: facts in, bytes out. No database, no clock: the same facts give the same bytes.

RFC 5545 (the format), RFC 7986 (names and refreshing), RFC 5546 and 6047 (entries by mail).
"""

from booking.calendars.documents import Method, Somebody, feed, file, invitation, publication
from booking.calendars.entries import Entry, Status
from booking.calendars.words import entry, own_entry

__all__ = [
    "Entry",
    "Method",
    "Somebody",
    "Status",
    "entry",
    "feed",
    "file",
    "invitation",
    "own_entry",
    "publication",
]
