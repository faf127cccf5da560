"""Finding events: the public list of what is to come, its filters, and how many events stand behind each of them.

The facts that filters ask about are read for all coming events in one statement and counted here, since the month of an
event is that of its venue's zone, which no two databases agree on how to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased, defer, joinedload, raiseload, selectinload

from booking.db import db
from booking.domain.events import Event, EventPhase, Kind, Phase, Slot
from booking.domain.people import Hub

FILTERS = ("kind", "phase", "hub", "month", "places")
OPEN_DATE = "tbc"
LEFT = "left"
NEVER = datetime.max.replace(tzinfo=UTC)


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
        return {name: value for name, value in asdict(self).items() if value}

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
    rows = _rows(at)
    hubs = {row.slug: row.name for row in rows}
    if filters.hub and filters.hub not in hubs:
        hubs |= {hub.slug: hub.name for hub in db.session.scalars(select(Hub).where(Hub.slug == filters.hub))}
        filters = filters if filters.hub in hubs else filters.choose("hub", "")
    facts = sorted(map(_fact, rows), key=lambda fact: (fact.next_at or NEVER, fact.event_id))
    ids, counts = _count(facts, filters.chosen)
    hubs = dict(sorted(hubs.items(), key=lambda hub: hub[1].casefold()))
    months = {month for fact in facts for month in fact.month} | ({filters.month} - {""})
    return Found(filters, ids, counts, hubs, sorted(months), len(facts))


def _count(facts: Sequence[Fact], chosen: Mapping[str, str]) -> tuple[list[int], dict[str, Counter[str]]]:
    """Answer which events fit every filter, and count, for each filter, those that fit all the others."""
    ids: list[int] = []
    counts: dict[str, Counter[str]] = {name: Counter() for name in FILTERS}
    for fact in facts:
        missed = [name for name, value in chosen.items() if value not in getattr(fact, name)]
        if not missed:
            ids.append(fact.event_id)
        for name in FILTERS:
            if missed in ([], [name]):
                counts[name].update(("", *getattr(fact, name)))
    return ids, counts


def next_slot(event: Event, *, at: datetime) -> Slot | None:
    """Answer the event's next session; the first, where none is to come or its date is not known."""
    coming = [slot for slot in event.slots if slot.starts_at and slot.starts_at > at]
    return min(coming, key=lambda slot: slot.starts_at or NEVER, default=event.slots[0] if event.slots else None)


def listed(ids: Sequence[int]) -> list[Event]:
    """Answer these events in this order, with what a list shows of them and nothing else."""
    query = (
        select(Event)
        .where(Event.id.in_(ids))
        .options(
            defer(Event.description),
            joinedload(Event.hub),
            selectinload(Event.slots).options(defer(Slot.agenda), joinedload(Slot.venue)),
            raiseload("*"),
        )
    )
    found = {event.id: event for event in db.session.scalars(query)}
    return [found[one] for one in ids]


def is_coming(at: datetime) -> ColumnElement[bool]:
    """Answer the condition for what is on the list: published, and still to begin or still to be booked.

    What is called off stays until it would have begun; where no date was ever set, until it would have closed.
    """
    is_live, has_no_date = Event.called_off_at.is_(None), Event.starts_at.is_(None)
    is_to_begin = or_(Event.starts_at > at, and_(has_no_date, is_live))
    is_under_way = or_(Event.ends_at.is_(None), Event.ends_at > at)
    is_to_book = and_(Event.closes_at > at, is_under_way, or_(has_no_date, is_live))
    return and_(Event.published_at.is_not(None), or_(is_to_begin, is_to_book))


def _rows(at: datetime) -> Sequence[Any]:
    one = aliased(Slot)
    next_slot = (
        select(one.id)
        .where(one.event_id == Event.id)
        .order_by(case((one.starts_at > at, 0), else_=1), one.starts_at, one.number)
        .limit(1)
        .correlate(Event)
        .scalar_subquery()
    )
    phases = (
        select(func.aggregate_strings(EventPhase.phase, " ")).where(EventPhase.event_id == Event.id).scalar_subquery()
    )
    is_left = and_(Event.called_off_at.is_(None), Event.closes_at > at, Event.taken < Event.capacity + Event.extra)
    next_at = case((Slot.starts_at > at, Slot.starts_at))
    query = (
        select(Event.id, Event.kind, Hub.slug, Hub.name, is_left, next_at, Slot.zone, phases)
        .join(Hub, Hub.id == Event.hub_id)
        .outerjoin(Slot, Slot.id == next_slot)
        .where(is_coming(at))
    )
    return db.session.execute(query).all()


def _fact(row: Any) -> Fact:
    event_id, kind, slug, _, is_left, next_at, zone, phases = row
    month = next_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m") if next_at else OPEN_DATE
    return Fact(
        event_id, next_at, (kind,), tuple((phases or "").split()), (slug,), (month,), (LEFT,) if is_left else ()
    )
