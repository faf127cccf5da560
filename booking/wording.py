"""How dates, times and numbers are said, on screen and in mail alike: "Tuesday 12 January 2027, 1:30pm".

Instants come in UTC and are said in the zone of the venue (an IANA name).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

ZONE_NAMES = {"Europe/London": "UK time", "Asia/Shanghai": "Shanghai time"}
LONDON = "Europe/London"


def local(instant: datetime, zone: str = LONDON) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def zone_name(zone: str) -> str:
    """Say a zone as people do: "UK time"."""
    return ZONE_NAMES.get(zone) or zone.rpartition("/")[2].replace("_", " ") + " time"


def day(instant: datetime, zone: str = LONDON) -> str:
    """Say the day in full: "Tuesday 12 January 2027"."""
    return f"{short_day(instant, zone)} {local(instant, zone).year}"


def short_day(instant: datetime, zone: str = LONDON) -> str:
    """Say the day without its year: "Tuesday 12 January"."""
    there = local(instant, zone)
    return f"{there:%A} {there.day} {there:%B}"


def date_words(when: date) -> str:
    return f"{when:%A} {when.day} {when:%B} {when.year}"


def time(instant: datetime, zone: str = LONDON) -> str:
    """Say the time: "1:30pm", "2pm", "12 noon", "midnight"."""
    there = local(instant, zone)
    if there.minute == 0 and there.hour in (0, 12):
        return "12 noon" if there.hour else "midnight"
    minutes = f":{there.minute:02}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'am' if there.hour < 12 else 'pm'}"


def times(starts_at: datetime, ends_at: datetime, zone: str = LONDON) -> str:
    """Say from when to when: "1:30pm to 3:30pm"; with the second day where it ends on another."""
    if local(starts_at, zone).date() == local(ends_at, zone).date():
        return f"{time(starts_at, zone)} to {time(ends_at, zone)}"
    return f"{time(starts_at, zone)} to {short_day(ends_at, zone)}, {time(ends_at, zone)}"


def moment(instant: datetime, zone: str = LONDON) -> str:
    """Say day and time: "Tuesday 12 January 2027, 1:30pm"."""
    return f"{day(instant, zone)}, {time(instant, zone)}"


def near(instant: datetime, now: datetime, zone: str = LONDON) -> str:
    """Say a moment near now: "today, 5pm", "tomorrow, 5pm", "Friday 15 January, 5pm"; with its year if it is far."""
    days = (local(instant, zone).date() - local(now, zone).date()).days
    if days in (0, 1):
        return f"{('today', 'tomorrow')[days]}, {time(instant, zone)}"
    is_this_year = local(instant, zone).year == local(now, zone).year
    return (
        f"{short_day(instant, zone) if is_this_year or 0 < days < 120 else day(instant, zone)}, {time(instant, zone)}"
    )


def ahead(instant: datetime, now: datetime, zone: str = LONDON) -> str:
    """Say a day as one looks forward to it: "Today", "Tomorrow", "Tuesday 16 March"."""
    days = (local(instant, zone).date() - local(now, zone).date()).days
    return {0: "Today", 1: "Tomorrow"}.get(days) or short_day(instant, zone)


def map_link(venue: Any) -> str:
    """Answer an address at which a map shows the venue; nothing is asked of it before somebody follows it."""
    return f"https://www.openstreetmap.org/search?query={quote(venue.address)}"


def before_words(before: Any) -> str:
    """Say how long before a session: "7 days before, at 9am", "24 hours before"."""
    if before.clock is None:
        return f"{count(before.hours, 'hour')} before"
    clock = datetime.combine(date(2001, 1, 1), before.clock, UTC)
    return f"{count(before.days, 'day')} before, at {time(clock, 'UTC')}"


def masked(address: str) -> str:
    """Say an address so that whoever knows it recognises it: "p…@school.example"."""
    local_part, _, domain = address.rpartition("@")
    return f"{local_part[:1]}…@{domain}"


def is_soon(instant: datetime, now: datetime) -> bool:
    """Within two days: worth the accent."""
    return timedelta(0) < instant - now <= timedelta(days=2)


def when(slot: Any) -> str:
    """Say when a session is, in its own zone: "Tuesday 12 January 2027, 1:30pm to 3:30pm (UK time)"."""
    if slot.starts_at is None:
        return "Date to be confirmed" + (f": {slot.expected}" if slot.expected else "")
    there = f"{day(slot.starts_at, slot.zone)}, {times(slot.starts_at, slot.ends_at, slot.zone)}"
    return f"{there} ({zone_name(slot.zone)})"


def where(facts: Any) -> str:
    """Say where people know a session to be: "Larkmead Primary School, Otley, the hall"."""
    return ", ".join(part for part in (facts.venue, facts.room) if part) or "Place to be confirmed"


def difference(one: Any) -> tuple[str, str, str]:
    """Say one thing that changed (`changes.Difference`): what it is, how it was, and how it is now."""
    before, now = one.before, one.now
    named = lambda what: f"{one.session}: {what.lower()}" if one.session else what  # noqa: E731
    said: dict[str, Callable[[], tuple[str, str, str]]] = {
        "title": lambda: ("Title", before, now),
        "lead": lambda: ("Who leads it", before or "Nobody named", now or "Nobody named"),
        "added": lambda: (f"A new session: {now.title}", "", f"{when(now)}, {where(now)}"),
        "removed": lambda: (f"Taken away: {before.title}", when(before), "Does not take place"),
        "time": lambda: (named("When"), when(before), when(now)),
        "place": lambda: (named("Where"), where(before), where(now)),
        "link": lambda: (named("The link to join"), "", "There is a new one" if now.join_url else "There is none now"),
        "name": lambda: ("Name of a session", before.title, now.title),
    }
    return said[one.what]()


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def count(number: int, one: str, many: str = "") -> str:
    """Say a number of things: "1 place", "3 places"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """Say how manieth: "1st", "2nd", "3rd", "11th"."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def listed(names: list[str]) -> str:
    """Say names in a row: "Ann, Ben and Cy"."""
    return " and ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])


KINDS = {"showcase": "Shanghai Showcase", "exchange_visit": "Exchange visit", "work_group": "Work Group"}
ROLES = {
    "administrator": ("look after", "You may do everything that an organiser does, and say who else may."),
    "organiser": ("organise events for", "You may see who is booked at its events, and book for people who phone."),
    "lead": ("lead", "You may see who comes and what they need on the day."),
    "host": ("host", "You may see who comes to your school and what they need on the day."),
    "analyst": ("read the numbers of", "You may read numbers of its events, without names."),
}
"""What somebody with a role can do: in a title before the hub's name, and in a sentence."""
YEARS = {0: "Reception"} | {year: f"Year {year}" for year in range(1, 14)}


def role_reach(role: str, hub: str, event: str = "", school: str = "") -> str:
    """Say what a role is about: the event that somebody leads, the school's days, the hub, or all of them."""
    return event or (f"{hub}’s events at {school}" if school else hub or "every hub")


PHASES = {
    "early_years": "Early years",
    "primary": "Primary",
    "secondary": "Secondary",
    "post_16": "Post-16",
    "special": "Special schools",
}
