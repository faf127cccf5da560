"""What is said of an event in a line: how it stands, when it is, where it is. For every template."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from booking.domain import finding
from booking.domain.events import Event, Slot, Venue
from booking.domain.finding import Listed, ListedSlot, ListedVenue
from booking.web import markdown
from booking.web.session import now
from booking.wording import LONDON, PHASES, count, day, local, near, short_day, time, times, zone_name

FEW_AT_LEAST = 3
FEW_IN_HUNDRED = 10
HERE, FAR = 0.05, 10
"""Miles: nearer is the same place; farther off nobody counts tenths."""


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        quoted="“{}”".format, either=" or ".join, markdown=markdown.html, phase_words=PHASES.__getitem__
    )
    app.jinja_env.globals.update(
        standing=standing,
        is_nearly_full=is_nearly_full,
        next_slot=lambda event: finding.next_slot(event, at=now()),
        when_listed=when_listed,
        times_there=times_there,
        times_here=times_here,
        uk_words=uk_words,
        day_part=day_part,
        when_in_full=when_in_full,
        places_rule=places_rule,
        booking_rule=booking_rule,
        where=where,
        miles_words=miles_words,
        venue_name=venue_name,
        venues=venues,
        minutes=lambda number: timedelta(minutes=number),
        days=lambda number: timedelta(days=number),
        the_time=now,
        LONDON=LONDON,
    )


def standing(event: Event | Listed) -> str:
    """Say in one word how an event stands now: called_off, over, open, full, later or closed."""
    at = now()
    if event.is_called_off:
        return "called_off"
    if event.is_past(at):
        return "over"
    if event.is_bookable(at):
        return "full" if event.is_full else "open"
    return "later" if event.is_opening_later(at) else "closed"


def is_nearly_full(event: Event | Listed) -> bool:
    """Say whether whoever wants a place should not wait; a small event that nobody has booked is not nearly full."""
    places = event.capacity + event.extra
    return 0 < event.places_left <= min(max(FEW_AT_LEAST, places * FEW_IN_HUNDRED // 100), places - 1)


def when_listed(event: Event | Listed, slot: Slot | ListedSlot | None) -> str:
    """Say when, beside a date: "1:30pm to 3:30pm", or "First of 6 sessions, 1pm to 4pm, until July"."""
    number = len(event.slots)
    if slot is None or slot.starts_at is None:
        return f"{number} sessions" if number > 1 else ""
    if number == 1:
        return times_there(slot)
    which = "First" if slot is event.slots[0] else f"Session {event.slots.index(slot) + 1}"
    return f"{which} of {number} sessions, {times_there(slot)}, {_until(event, slot)}"


def times_there(slot: Slot | ListedSlot) -> str:
    """Say from when to when by the clocks of the place, and by whose where they are not ours."""
    if slot.starts_at is None or slot.ends_at is None:
        return ""
    said = times(slot.starts_at, slot.ends_at, slot.zone)
    return said if slot.zone == LONDON else f"{said}, {zone_name(slot.zone)}"


def times_here(slot: Slot | ListedSlot) -> str:
    """Say the same by UK clocks, with the day where it is another; nothing where the place is in the UK."""
    if slot.zone == LONDON or slot.starts_at is None or slot.ends_at is None:
        return ""
    said = f"{times(slot.starts_at, slot.ends_at)}, UK time"
    is_other_day = local(slot.starts_at).date() != local(slot.starts_at, slot.zone).date()
    return f"{short_day(slot.starts_at)}, {said}" if is_other_day else said


def uk_words(event: Event | Listed) -> str:
    """Say whose clocks opening and closing go by, where the event itself goes by others."""
    return " UK time" if any(slot.zone != LONDON for slot in event.slots) else ""


def when_in_full(slot: Slot) -> str:
    """Say the day and times of one session, by whose clocks, and what that is here; nothing while it has no date."""
    if slot.starts_at is None or slot.ends_at is None:
        return ""
    there = f"{times(slot.starts_at, slot.ends_at, slot.zone)}, {zone_name(slot.zone)}"
    here = f" ({times_here(slot)})" if slot.zone != LONDON else ""
    return f"{day(slot.starts_at, slot.zone)}, {there}{here}"


def places_rule(event: Event) -> str:
    """Say how many places there are, and for how many of one school."""
    places = count(event.capacity + event.extra, "place")
    return f"{places}, up to {event.max_per_school} for one school" if event.max_per_school else places


def booking_rule(event: Event) -> str:
    """Say from when and until when people book."""
    at, said = now(), ""
    if event.opens_at and event.is_opening_later(at):
        said = f"Opens {near(event.opens_at, at)}. "
    if event.closes_at is None:
        return said
    if event.is_closed(at):
        return f"Closed on {short_day(event.closes_at)}, {time(event.closes_at)}, UK time"
    return f"{said}Closes {near(event.closes_at, at)}, UK time"


def day_part(slot: Slot) -> str:
    """Say what the agenda is of: "The morning", "The afternoon", or "What happens"."""
    if slot.local_start is None or slot.local_end is None or slot.local_start.date() != slot.local_end.date():
        return "What happens"
    start, end = slot.local_start, slot.local_end
    if (end.hour, end.minute) <= (13, 0):
        return "The morning"
    return "The afternoon" if 12 <= start.hour < 17 and end.hour < 18 else "What happens"


def where(event: Event | Listed) -> str:
    """Say where: "Ashdale Academy, Harrogate, then online"."""
    first, *others = [venue_name(venue) for venue in venues(event)] or ["Place to be confirmed"]
    if not others:
        return first
    return f"{first}, then online" if others == ["Online"] else f"{first}, then elsewhere"


def miles_words(miles: float) -> str:
    """Say a distance: "1.2 miles", "14 miles", or that it is there."""
    if miles < HERE:
        return "at this school"
    said = f"{miles:.1f}".removesuffix(".0") if miles < FAR else f"{miles:.0f}"
    return f"{said} mile" if said == "1" else f"{said} miles"


def venues(event: Event | Listed) -> list[Venue | ListedVenue]:
    """Answer the places of an event, each once, in the order of its sessions."""
    return list(dict.fromkeys(slot.venue for slot in event.slots if slot.venue))


def venue_name(venue: Venue | ListedVenue) -> str:
    return "Online" if venue.is_online else str(venue)


def _until(event: Event | Listed, slot: Slot | ListedSlot) -> str:
    starts = [one.local_start for one in event.slots if one.local_start]
    last, this = max(starts), slot.local_start or max(starts)
    month = f"{last:%B}" if (last - this).days < 300 else f"{last:%B %Y}"
    said = f"until {month}" if (last.year, last.month) != (this.year, this.month) else f"until {last.day} {last:%B}"
    if event.has_open_dates:
        return "some dates to be confirmed"
    return said if last != this else "the last one"
