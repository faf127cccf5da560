"""What the programme knows and does; nothing here has heard of HTTP.

The rooms stand in a line and import only leftwards:
errors, wall_clock, schools, people, access, audit, hubs, messages, codes, sign_ins, details, working_days,
school_calendars, events, finding, places, changes, reminders, feeds, roles, putting_up, closing, erasing, workers,
verify.
"""

from booking.domain import (
    access,
    audit,
    changes,
    closing,
    codes,
    details,
    erasing,
    errors,
    events,
    hubs,
    messages,
    people,
    places,
    putting_up,
    reminders,
    roles,
    school_calendars,
    schools,
    sign_ins,
    verify,
    wall_clock,
    workers,
    working_days,
)

__all__ = [
    "access",
    "audit",
    "changes",
    "closing",
    "codes",
    "details",
    "erasing",
    "errors",
    "events",
    "hubs",
    "messages",
    "people",
    "places",
    "putting_up",
    "reminders",
    "roles",
    "school_calendars",
    "schools",
    "sign_ins",
    "verify",
    "wall_clock",
    "workers",
    "working_days",
]
