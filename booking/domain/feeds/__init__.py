"""Feeds: what calendars show, to the public and to one person; the same facts in a feed, a file and a mail.

What is called off, taken away or given up stays as cancelled until 30 days after its end: it never just vanishes.
"""

from booking.domain.feeds.own import SHOWN, Own, end, link, personal, renew, with_link
from booking.domain.feeds.sessions import EVERYTHING, Session, followed, last_start, of_event, programme, public

__all__ = [
    "EVERYTHING",
    "SHOWN",
    "Own",
    "Session",
    "end",
    "followed",
    "last_start",
    "link",
    "of_event",
    "personal",
    "programme",
    "public",
    "renew",
    "with_link",
]
