"""Finding events: the public list of what is to come, its filters, and a line for each event."""

from booking.domain.finding import revision
from booking.domain.finding.lines import Listed, ListedSlot, ListedVenue, listed, next_slot
from booking.domain.finding.searching import FILTERS, LEFT, OPEN_DATE, Filters, Found, find, is_coming

__all__ = [
    "FILTERS",
    "LEFT",
    "OPEN_DATE",
    "Filters",
    "Found",
    "Listed",
    "ListedSlot",
    "ListedVenue",
    "find",
    "is_coming",
    "listed",
    "next_slot",
    "revision",
]
