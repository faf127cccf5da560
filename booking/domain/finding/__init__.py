"""Finding events: the public list of what is to come, its filters, and a line for each event."""

from booking.domain.finding import revision, together
from booking.domain.finding.filters import (
    DISTANCES,
    FILTERS,
    HALF_TERM,
    IN_PERSON,
    LEFT,
    NEAREST,
    ONLINE,
    OPEN_DATE,
    Filters,
)
from booking.domain.finding.half_terms import HalfTerm
from booking.domain.finding.lines import Listed, ListedSlot, ListedVenue, listed, next_slot
from booking.domain.finding.searching import Found, find, half_term, matching

__all__ = [
    "DISTANCES",
    "FILTERS",
    "HALF_TERM",
    "IN_PERSON",
    "LEFT",
    "NEAREST",
    "ONLINE",
    "OPEN_DATE",
    "Filters",
    "Found",
    "HalfTerm",
    "Listed",
    "ListedSlot",
    "ListedVenue",
    "find",
    "half_term",
    "listed",
    "matching",
    "next_slot",
    "revision",
    "together",
]
