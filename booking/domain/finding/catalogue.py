"""The catalogue: all that is published, kept in memory as sets of bits, until it changes or the clock strikes.

One process keeps one for each database. It is true while the revision of the list stays the same, and until the next
instant at which something begins, ends or closes (docs/decisions/0020-the-list-is-kept-in-memory.md).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import compress
from operator import itemgetter
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, bindparam, select

from booking.db import UtcDateTime, db
from booking.domain.events import SHOWN_AFTER_END, Event
from booking.domain.finding import bits, entries, half_terms
from booking.domain.finding.entries import Entry, Point
from booking.domain.finding.filters import HALF_TERM, IN_PERSON, ONLINE, OPEN_DATE
from booking.domain.finding.revision import Listing
from booking.domain.finding.telling import Index

LONDON = ZoneInfo("Europe/London")
NEVER = datetime.max.replace(tzinfo=UTC)
NOT_ASKED = -1
FEW = 50
"""So many are put in order one by one; more by going through all."""
Sets = dict[str, dict[str, int]]
"""For each filter, for each value, the set of the events that it finds."""

_kept: WeakKeyDictionary[Engine, Catalogue] = WeakKeyDictionary()
_one_reader = threading.Lock()


class Catalogue:
    """The published events at one revision; the number of each is its place in `entries`."""

    def __init__(self, revision: int, listed: Sequence[Entry], *, at: datetime) -> None:
        listed = sorted(listed, key=lambda entry: (_next(entry, at)[0] or NEVER, entry.id))
        self.revision, self.entries, self.read_at = revision, listed, at
        self.number_of = {entry.id: number for number, entry in enumerate(listed)}
        self.sets: Sets = {
            "kind": _sets((entry.kind,) for entry in listed),
            "phase": _sets(entry.phases for entry in listed),
            "year": _sets(map(str, entry.years) for entry in listed),
            "hub": _sets((entry.hub,) for entry in listed),
            "where": _sets(_wheres(entry) for entry in listed),
        }
        self.hubs = {entry.hub: entry.hub_name for entry in listed}
        self.full = (NOT_ASKED, 0)
        """The set of the events that are full, and the fullness at which that was asked of the database."""
        self.near: dict[Point, list[tuple[int, int]]] = {}
        """What lies around a point from which somebody measured (`around`)."""
        self.moment = Moment(self, at)

    @cached_property
    def index(self) -> Index:
        return Index([entry.words for entry in self.entries])

    @cached_property
    def points(self) -> list[tuple[Point, int]]:
        """Every place in which something happens, and the set of what does; from west to east."""
        found: dict[Point, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            for point in entry.points:
                found[point].append(number)
        return sorted((point, bits.having(numbers)) for point, numbers in found.items())


class Moment:
    """The catalogue between two instants at which it would say something else: true from `since`, before `until`."""

    def __init__(self, catalogue: Catalogue, at: datetime) -> None:
        listed = catalogue.entries
        self.catalogue = catalogue
        self.half_term = half_terms.on(at.astimezone(LONDON).date())
        nexts = [_next(entry, at) for entry in listed]
        order = sorted(range(len(listed)), key=lambda number: (nexts[number][0] or NEVER, listed[number].id))
        self._ids = [listed[number].id for number in order]
        self._order = order
        self.coming = bits.having([n for n, entry in enumerate(listed) if _is_coming(entry, at)])
        self.shown = bits.having([n for n, entry in enumerate(listed) if _is_shown(entry, at)])
        self.to_book = bits.having([n for n, entry in enumerate(listed) if _is_to_book(entry, at)])
        self.sets: Sets = catalogue.sets | {"month": _sets(self._months(starts, zone) for starts, zone in nexts)}
        instants = list(_instants(listed, at))
        self.since = max(instant for instant in instants if instant <= at)
        self.until = min(instant for instant in instants if instant > at)

    def in_order(self, events: int) -> Iterator[int]:
        """Answer the ids of these, the soonest first, those with a date to be confirmed last."""
        if events.bit_count() <= FEW:
            return iter([self._ids[rank] for rank in sorted(map(self._ranks.__getitem__, bits.members(events)))])
        return compress(self._ids, self._in_order(bits.flags(events, len(self._ids))))

    @cached_property
    def _in_order(self) -> Callable[[Sequence[int]], Sequence[int]]:
        """Put things in order; until the clock strikes they are numbered in it, and nothing is to do."""
        is_in_order = self._order == list(range(len(self._order)))
        return (lambda things: things) if is_in_order else itemgetter(*self._order)

    @cached_property
    def _ranks(self) -> dict[int, int]:
        return {number: rank for rank, number in enumerate(self._order)}

    def _months(self, next_at: datetime | None, zone: str) -> Iterable[str]:
        if next_at is None:
            return (OPEN_DATE,)
        there = next_at.astimezone(ZoneInfo(zone))
        return (f"{there.year}-{there.month:02}", *([HALF_TERM] if there.date() in self.half_term else []))


def now(at: datetime) -> tuple[Moment, int]:
    """Answer the catalogue of this instant, and the set of what is full."""
    revision, fullness = db.session.execute(_STATE).one()
    kept = _kept.get(db.engine)
    if not _is_true(kept, revision, at):
        with _one_reader:
            kept = _kept.get(db.engine)
            if not _is_true(kept, revision, at):
                kept = _kept[db.engine] = _renewed(kept, revision, at)
    assert kept is not None  # noqa: S101 renewed, if there was none
    asked_at, full = kept.full
    if asked_at != fullness:
        full = _full(kept, at)
        kept.full = (fullness, full)
    return kept.moment, full


def _full(kept: Catalogue, at: datetime) -> int:
    found = db.session.scalars(_FULL, {"at": at})
    return bits.having([kept.number_of[event_id] for event_id in found if event_id in kept.number_of])


def _is_true(kept: Catalogue | None, revision: int, at: datetime) -> bool:
    return kept is not None and kept.revision == revision and kept.moment.since <= at < kept.moment.until


def _renewed(kept: Catalogue | None, revision: int, at: datetime) -> Catalogue:
    """Read it anew where something was written since, or the clock went back; else only look at the clock."""
    if kept is not None and kept.revision == revision and kept.read_at <= at:
        kept.moment = Moment(kept, at)
        return kept
    known = {entry.id: entry for entry in kept.entries} if kept else {}
    return Catalogue(revision, entries.read(known, at=at), at=at)


def _sets(values: Iterable[Iterable[str]]) -> dict[str, int]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, its_values in enumerate(values):
        for value in its_values:
            numbers[value].append(number)
    return {value: bits.having(found) for value, found in numbers.items()}


def _instants(listed: Sequence[Entry], at: datetime) -> Iterable[datetime]:
    """Answer when the answers change: something begins, ends, is gone or closes, or a day begins."""
    for entry in listed:
        yield from (starts_at for starts_at, _ in entry.sessions if starts_at)
        yield from (entry.ends_at, entry.ends_at + SHOWN_AFTER_END) if entry.ends_at else ()
        yield entry.closes_at
    today = at.astimezone(LONDON).date()
    yield from (datetime.combine(day, time(), LONDON) for day in (today, today + timedelta(days=1)))


def _wheres(entry: Entry) -> Iterable[str]:
    return [word for word, has in ((IN_PERSON, entry.has_in_person), (ONLINE, entry.has_online)) if has]


def _next(entry: Entry, at: datetime) -> tuple[datetime | None, str]:
    """Answer the next start, and by whose clocks; None where none is known or to come."""
    coming = [(starts, zone) for starts, zone in entry.sessions if starts is not None and starts > at]
    return min(coming, default=(None, entry.sessions[0][1] if entry.sessions else str(LONDON)))


def _is_coming(entry: Entry, at: datetime) -> bool:
    """Say whether it is on the list: still to begin or still to be booked.

    What is called off stays until it would have begun; where no date was ever set, until it would have closed.
    """
    if entry.starts_at is None:
        return not entry.is_called_off or entry.closes_at > at
    is_under_way = entry.ends_at is None or entry.ends_at > at
    return entry.starts_at > at or (entry.closes_at > at and is_under_way and not entry.is_called_off)


def _is_shown(entry: Entry, at: datetime) -> bool:
    return entry.ends_at is None or at < entry.ends_at + SHOWN_AFTER_END


def _is_to_book(entry: Entry, at: datetime) -> bool:
    return entry.closes_at > at and not entry.is_called_off


# Written once: putting such a statement together costs as much as running it.
_STATE = select(Listing.revision, Listing.fullness)
_FULL = select(Event.id).where(
    Event.published_at.is_not(None),
    Event.called_off_at.is_(None),
    Event.closes_at > bindparam("at", type_=UtcDateTime()),
    Event.taken >= Event.capacity + Event.extra,
)
