"""What an organiser means to put up: words, numbers, and the sessions with their times and places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from booking.domain.errors import BadInput
from booking.domain.events import ZONES, Event, Kind, Slot, choosing

MOST_PLACES = 2000
MOST_SESSIONS = 30
LONGEST_SESSION = timedelta(hours=24)
LONGEST = {
    "title": 200,
    "summary": 500,
    "description": 10_000,
    "audience": 200,
    "taught_by": 300,
    "maths": 300,
    "bring": 300,
    "question": 200,
}
"""Characters of what is said of an event; the columns hold as much."""
SAID = ("summary", "description", "audience", "taught_by", "maths", "bring", "is_filmed", "question")
LONGEST_OF_SESSION = {"title": 200, "expected": 60, "room": 100, "join_url": 500}


@dataclass(frozen=True)
class Step:
    """A step of a session: minutes after its start, what happens, more about it, and whether it is lesson or talk."""

    minutes: int
    title: str
    note: str = ""
    part: str = ""


@dataclass(frozen=True)
class Session:
    """A session as it is planned; without times its date is to be confirmed. `slot_id` is the slot that it was."""

    title: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    expected: str = ""
    where: choosing.Where | None = None
    zone: str = ZONES[0]
    room: str = ""
    join_url: str = ""
    agenda: tuple[Step, ...] = ()
    slot_id: int | None = None


@dataclass(frozen=True)
class Lead:
    """Who is to lead an event that nobody leads yet."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Words:
    """What is said of an event, and when booking opens and closes: it may change while people are booked."""

    summary: str = ""
    description: str = ""
    audience: str = ""
    taught_by: str = ""
    maths: str = ""
    bring: str = ""
    is_filmed: bool = False
    question: str = ""
    phases: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    programme: int | str | None = None
    """The number of one that there is, or the title of a new one."""
    lead: Lead | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    offers_end_at: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """The whole: what people book, and the words about it."""

    title: str
    capacity: int
    max_per_school: int | None
    sessions: tuple[Session, ...]
    words: Words = field(default_factory=Words)

    @property
    def starts_at(self) -> datetime | None:
        return min((one.starts_at for one in self.sessions if one.starts_at), default=None)

    @property
    def zone(self) -> str:
        """Whose clocks opening and closing are said by: those of the first session."""
        return self.sessions[0].zone if self.sessions else ZONES[0]

    def faults(self, at: datetime, before: Event | None = None) -> Iterator[tuple[str, str]]:
        """Answer each thing that cannot be, with the field that it stands at; what stood before may be past."""
        yield from _numbers(self)
        if not 1 <= len(self.sessions) <= MOST_SESSIONS:
            yield "sessions", f"An event has between 1 and {MOST_SESSIONS} sessions"
        yield from _times(self.sessions, at, before)
        yield from booking_faults(self.words, self.starts_at, at, before)


def must_be_sound(faults: Iterator[tuple[str, str]]) -> None:
    """Raise `BadInput` for the first fault, if there is one."""
    for where, sentence in faults:
        raise BadInput(sentence, where)


def booking_faults(
    words: Words, starts_at: datetime | None, at: datetime, before: Event | None = None
) -> Iterator[tuple[str, str]]:
    """Answer what cannot be of opening, closing and the end of offers."""
    if words.closes_at is None:
        if before and before.is_published:
            yield "closes", "Say when booking closes: people can book already"
        return
    if words.opens_at and words.opens_at >= words.closes_at:
        yield "opens", "Booking opens before it closes: give an earlier day, or leave it empty"
    if starts_at and words.closes_at > starts_at:
        yield "closes", "Booking closes before the first session starts"
    elif words.closes_at <= at and (before is None or before.closes_at != words.closes_at):
        yield "closes", "Booking would be closed already: give a time to come"
    if words.offers_end_at is None:
        return
    if words.offers_end_at < words.closes_at:
        yield "offers_end", "Places are offered until booking closes, or longer"
    elif starts_at and words.offers_end_at > starts_at:
        yield "offers_end", "Places are offered until the first session starts at most"


def step_rows(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Answer an agenda as a slot keeps it."""
    return [vars(step) for step in steps]


def ordinary(kind: str) -> Plan:
    """Answer what an event of this kind usually is, to begin with."""
    return ORDINARY[Kind(kind)]


def _numbers(plan: Plan) -> Iterator[tuple[str, str]]:
    if not 1 <= plan.capacity <= MOST_PLACES:
        yield "capacity", f"Give a number of places from 1 to {MOST_PLACES}"
    if plan.max_per_school is not None and not 1 <= plan.max_per_school <= MOST_PLACES:
        yield "max_per_school", f"Give a number from 1 to {MOST_PLACES}, or leave it empty for no limit"


def _times(sessions: tuple[Session, ...], at: datetime, before: Event | None) -> Iterator[tuple[str, str]]:
    stood = {(slot.id, slot.starts_at) for slot in before.slots} if before else set()
    ended: datetime | None = None
    for number, one in enumerate(sessions):
        if one.starts_at is None or one.ends_at is None:
            continue
        if one.ends_at <= one.starts_at:
            yield f"sessions-{number}-ends", "It ends after it starts: give a later time"
        elif one.ends_at - one.starts_at > LONGEST_SESSION:
            yield f"sessions-{number}-ends", "A session is no longer than a day: make one of each day"
        elif one.starts_at <= at and (one.slot_id, one.starts_at) not in stood:
            yield f"sessions-{number}-day", "That is past: give a day to come"
        elif ended and one.starts_at < ended:
            yield f"sessions-{number}-day", f"Session {number + 1} starts before an earlier one has ended"
        ended = max(ended or one.ends_at, one.ends_at)


LESSON = (
    Step(0, "Welcome", "Sign in at the office."),
    Step(15, "What the lesson is about"),
    Step(30, "The lesson", "", "lesson"),
    Step(75, "Discussion", "First the teacher speaks, then everybody.", "talk"),
)
ORDINARY = {
    Kind.SHOWCASE: Plan("", 30, 4, (Session("Lesson and discussion", agenda=LESSON),)),
    Kind.EXCHANGE_VISIT: Plan("", 8, 2, (Session("Visit"),)),
    Kind.WORK_GROUP: Plan("", 24, 2, tuple(Session(f"Meeting {number}") for number in range(1, 7))),
}
"""A showcase lesson of 30 with its discussion; a visit of eight; a Work Group of 12 schools, two people each, that
meets for six half-days."""


def plan_of(event: Event) -> Plan:
    """Answer an event as the plan that would make it."""
    words = Words(
        **{name: getattr(event, name) for name in SAID},
        phases=frozenset(one.phase for one in event.phases),
        years=frozenset(one.year for one in event.years),
        programme=event.programme_id,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        offers_end_at=event.offers_end_at,
    )
    sessions = tuple(_session_of(slot) for slot in event.slots)
    return Plan(event.title, event.capacity, event.max_per_school, sessions, words)


def another_day(event: Event) -> Plan:
    """Answer the plan of an event like this one, with its days and its booking left open."""
    plan = plan_of(event)
    sessions = tuple(replace(one, starts_at=None, ends_at=None, expected="", slot_id=None) for one in plan.sessions)
    words = replace(plan.words, opens_at=None, closes_at=None, offers_end_at=None)
    return replace(plan, sessions=sessions, words=words)


def same_day(event: Event) -> Plan:
    """Answer the plan of an event like this one on the same day, right after it; booking opens and closes with it."""
    plan = plan_of(event)
    later = _span(plan)
    sessions = tuple(
        replace(one, slot_id=None, starts_at=one.starts_at + later, ends_at=one.ends_at + later)
        if one.starts_at and one.ends_at
        else replace(one, slot_id=None)
        for one in plan.sessions
    )
    return replace(plan, sessions=sessions, words=replace(plan.words, offers_end_at=None))


def _span(plan: Plan) -> timedelta:
    """Answer from the first start to the last end: none for what has no date, or goes on for days."""
    ends = [one.ends_at for one in plan.sessions if one.ends_at]
    if not plan.starts_at or not ends:
        return timedelta(0)
    span = max(ends) - plan.starts_at
    return span if span < timedelta(hours=12) else timedelta(0)


def _session_of(slot: Slot) -> Session:
    steps = tuple(Step(one["minutes"], one["title"], one.get("note", ""), one.get("part", "")) for one in slot.agenda)
    return Session(
        title=slot.title,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        expected=slot.expected,
        where=choosing.Known(slot.venue_id) if slot.venue_id else None,
        zone=slot.zone,
        room=slot.room,
        join_url=slot.join_url,
        agenda=steps,
        slot_id=slot.id,
    )
