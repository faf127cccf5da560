"""Finding events: the public list of what is to come, its filters, and how many events stand behind each of them.

What filters ask about is read for all coming events at once and counted here: the month of an event is that of its
venue's zone, which no two databases say in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select

from booking.db import UtcDateTime, db
from booking.domain.events import Event, EventPhase, Kind, Phase, Slot
from booking.domain.finding.lines import NEVER
from booking.domain.people import Hub

FILTERS = ("kind", "phase", "hub", "month", "places")
OPEN_DATE = "tbc"
LEFT = "left"
LONDON = "Europe/London"


@dataclass(frozen=True)
class Filters:
    """What is asked for; an empty text asks for everything."""

    kind: str = ""
    phase: str = ""
    hub: str = ""
    """A hub's slug."""
    month: str = ""
    """A month like "2027-03", or `OPEN_DATE`."""
    places: str = ""
    """`LEFT`, or everything."""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Filters:
        """Answer what can be understood of what was asked; the rest is as if it had not been asked."""
        sound = {
            "kind": asked.get("kind") in list(Kind),
            "phase": asked.get("phase") in list(Phase),
            "hub": re.fullmatch(r"[a-z0-9-]{1,60}", asked.get("hub", "")),
            "month": re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])|" + OPEN_DATE, asked.get("month", "")),
            "places": asked.get("places") == LEFT,
        }
        return cls(**{name: asked[name] for name in FILTERS if sound[name]})

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def choose(self, name: str, value: str) -> Filters:
        """Answer these filters with one set, or with an empty text taken away."""
        return replace(self, **{name: value})


class Fact(NamedTuple):
    """What filters ask of one event: for each filter, the values that find it."""

    event_id: int
    next_at: datetime | None
    kind: tuple[str, ...]
    phase: tuple[str, ...]
    hub: tuple[str, ...]
    month: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The events that were found, in order, and the counts behind every filter."""

    filters: Filters
    """What was asked for, less a hub that does not exist."""
    ids: Sequence[int]
    counts: Mapping[str, Counter[str]]
    """How many events each value of a filter would find, the other filters standing; under "" all of them."""
    hubs: Mapping[str, str]
    """Every hub that has something to come, and the one asked for: slug → name, by name."""
    months: Sequence[str]
    """Every month with something to come, and the one asked for, in order; `OPEN_DATE` last."""
    total: int
    """How many events are to come in all."""


def find(filters: Filters, *, at: datetime) -> Found:
    """Find the coming events: soonest first, those with a date to be confirmed last."""
    facts, hubs = _facts(at)
    if filters.hub and filters.hub not in hubs:
        hubs |= {hub.slug: hub.name for hub in db.session.scalars(select(Hub).where(Hub.slug == filters.hub))}
        filters = filters if filters.hub in hubs else filters.choose("hub", "")
    ids, counts = _count(facts, filters.chosen)
    hubs = dict(sorted(hubs.items(), key=lambda hub: hub[1].casefold()))
    months = {month for fact in facts for month in fact.month} | ({filters.month} - {""})
    return Found(filters, ids, counts, hubs, sorted(months), len(facts))


def _count(facts: Sequence[Fact], chosen: Mapping[str, str]) -> tuple[list[int], dict[str, Counter[str]]]:
    """Answer which events fit every filter, and count, for each filter, the values of those that fit all the others."""
    counts = {}
    for name in FILTERS:
        fitting = _fitting(facts, {other: value for other, value in chosen.items() if other != name})
        counts[name] = Counter(chain.from_iterable(map(attrgetter(name), fitting)))
        counts[name][""] = len(fitting)
    return [fact.event_id for fact in _fitting(facts, chosen)], counts


def _fitting(facts: Sequence[Fact], chosen: Mapping[str, str]) -> Sequence[Fact]:
    for name, value in chosen.items():
        facts = [fact for fact in facts if value in getattr(fact, name)]
    return facts


def is_coming(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Answer the condition for what is on the list: published, and still to begin or still to be booked.

    What is called off stays until it would have begun; where no date was ever set, until it would have closed.
    """
    is_live, has_no_date = Event.called_off_at.is_(None), Event.starts_at.is_(None)
    is_to_begin = or_(Event.starts_at > at, and_(has_no_date, is_live))
    is_under_way = or_(Event.ends_at.is_(None), Event.ends_at > at)
    is_to_book = and_(Event.closes_at > at, is_under_way, or_(has_no_date, is_live))
    return and_(Event.published_at.is_not(None), or_(is_to_begin, is_to_book))


def _facts(at: datetime) -> tuple[list[Fact], dict[str, str]]:
    """Answer what filters ask of all coming events, soonest first, and the hubs that run them."""
    special, facts, hubs = _special_starts(at), [], {}
    for event_id, starts_at, kind, phases, slug, hub_name, is_left in db.session.execute(_COMING, {"at": at}).all():
        next_at, zone = special.get(event_id, (starts_at, LONDON))
        places = (LEFT,) if is_left else ()
        for_phases = tuple((phases or "").split())
        facts.append(Fact(event_id, next_at, (kind,), for_phases, (slug,), (_month(next_at, zone),), places))
        hubs[slug] = hub_name
    return sorted(facts, key=_order), hubs


def _special_starts(at: datetime) -> dict[int, tuple[datetime | None, str]]:
    """Answer the next start, and by whose clocks, of the few that have begun or go by other clocks than ours.

    For all others it is the event's own first start.
    """
    found: dict[int, tuple[datetime | None, str]] = {}
    for event_id, starts_at, zone in db.session.execute(_SPECIAL_SLOTS, {"at": at}).all():
        soonest = found.setdefault(event_id, (None, zone))[0]
        if starts_at and starts_at > at and (soonest is None or starts_at < soonest):
            found[event_id] = (starts_at, zone)
    return found


def _month(next_at: datetime | None, zone: str) -> str:
    if next_at is None:
        return OPEN_DATE
    there = next_at.astimezone(ZoneInfo(zone))
    return f"{there.year}-{there.month:02}"


def _order(fact: Fact) -> tuple[datetime, int]:
    return fact.next_at or NEVER, fact.event_id


# Written once: putting such statements together costs as much as running them.
_AT = bindparam("at", type_=UtcDateTime())
_PHASES = select(func.aggregate_strings(EventPhase.phase, " ")).where(EventPhase.event_id == Event.id)
_IS_LEFT = and_(Event.called_off_at.is_(None), Event.closes_at > _AT, Event.taken < Event.capacity + Event.extra)
_COMING = (
    select(Event.id, Event.starts_at, Event.kind, _PHASES.scalar_subquery(), Hub.slug, Hub.name, _IS_LEFT)
    .join(Hub, Hub.id == Event.hub_id)
    .where(is_coming(_AT))
)
_SPECIAL_SLOTS = (
    select(Slot.event_id, Slot.starts_at, Slot.zone)
    .join(Event, Event.id == Slot.event_id)
    .where(is_coming(_AT), Slot.removed_at.is_(None), or_(Slot.zone != LONDON, Event.starts_at <= _AT))
)
