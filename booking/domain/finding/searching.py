"""Finding events: what fits every filter, in which order, and how many events stand behind each choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from itertools import islice
from operator import and_

from sqlalchemy import select

from booking.db import db
from booking.domain.finding import catalogue, half_terms
from booking.domain.finding.around import Around
from booking.domain.finding.catalogue import Moment
from booking.domain.finding.filters import FILTERS, HALF_TERM, LEFT, NEAREST, Filters
from booking.domain.finding.half_terms import HalfTerm
from booking.domain.people import Hub
from booking.domain.schools import School


@dataclass(frozen=True)
class Found:
    """The events that were found, in order, and the counts behind every filter."""

    filters: Filters
    """What was asked for, less a hub or school that does not exist."""
    number: int
    """How many they are."""
    in_order: Callable[[], Iterator[int]]
    counts: Mapping[str, Counter[str]]
    """How many events each value of a filter would find, the other filters standing; under "" all of them."""
    hubs: Mapping[str, str]
    """Every hub that has something to come, and the one asked for: slug → name, by name."""
    months: Sequence[str]
    """Every month with something to come, and the one asked for, in order; `OPEN_DATE` last."""
    total: int
    """How many events are to come in all."""
    half_term: HalfTerm
    near: School | None
    """The school from which `miles` counts."""
    miles: Callable[[int], float | None]
    """How far an event is from `near`; None where either place is not known, or it is online."""
    readings: Mapping[str, Sequence[str]]
    """Words with a slip, as they were typed, and what they were taken for."""

    @property
    def ids(self) -> list[int]:
        """Answer all of them; a page costs less."""
        return list(self.in_order())

    def page(self, rows: slice) -> list[int]:
        """Answer the ids of some rows of the list."""
        return list(islice(self.in_order(), rows.start, rows.stop))


def find(filters: Filters, *, at: datetime) -> Found:
    """Find the coming events: soonest first, those with a date to be confirmed last; or the nearest first."""
    moment, full = catalogue.now(at)
    hubs = _hubs(moment)
    school = _school(filters.near)
    filters = filters if school else filters.near_nothing()
    if filters.hub and filters.hub not in hubs:
        hubs |= {hub.slug: hub.name for hub in db.session.scalars(select(Hub).where(Hub.slug == filters.hub))}
        filters = filters if filters.hub in hubs else filters.choose("hub", "")
    around = Around(moment, school) if school else None
    asked = _Asked(filters, moment, full, around)
    fitting = asked.fitting(moment.coming)
    in_order = around.nearest_first if around and filters.order == NEAREST else moment.in_order
    return Found(
        filters,
        fitting.bit_count(),
        partial(in_order, fitting),
        asked.counts(moment.coming),
        dict(sorted(hubs.items(), key=lambda hub: hub[1].casefold())),
        _months(filters, moment),
        moment.coming.bit_count(),
        moment.half_term,
        school,
        around.miles if around else lambda event_id: None,
        asked.readings,
    )


def matching(filters: Filters, *, at: datetime) -> list[int]:
    """Answer the events that fit, coming or not over for 30 days, soonest first: what a calendar shows of a list."""
    moment, full = catalogue.now(at)
    school = _school(filters.near)
    around = Around(moment, school) if school else None
    asked = _Asked(filters if school else filters.near_nothing(), moment, full, around)
    return list(moment.in_order(asked.fitting(moment.shown)))


def half_term(at: datetime) -> HalfTerm:
    """Answer the half-term that is meant at this instant."""
    return half_terms.on(at.astimezone(catalogue.LONDON).date())


class _Asked:
    """The filters as sets of numbers."""

    def __init__(self, filters: Filters, moment: Moment, full: int, around: Around | None) -> None:
        self.sets = {**moment.sets, "places": {LEFT: moment.to_book & ~full}, "words": {}, "within": {}}
        self.readings: dict[str, list[str]] = {}
        if filters.words:
            self.sets["words"][filters.words], self.readings = moment.catalogue.index.find(filters.words)
        if around:
            self.sets["within"] = around.within()
        self.chosen = {name: self.sets[name].get(value, 0) for name, value in filters.narrowing.items()}

    def fitting(self, events: int) -> int:
        """Answer which of these events fit every filter."""
        return reduce(and_, self.chosen.values(), events)

    def counts(self, events: int) -> dict[str, Counter[str]]:
        """Count, for each filter, the values of those of these events that fit all the others."""
        counted = {}
        for name in FILTERS:
            others = reduce(and_, (those for other, those in self.chosen.items() if other != name), events)
            counted[name] = Counter({value: (others & those).bit_count() for value, those in self.sets[name].items()})
            counted[name][""] = others.bit_count()
        return counted


def _hubs(moment: Moment) -> dict[str, str]:
    named = moment.catalogue.hubs
    return {slug: named[slug] for slug, those in moment.sets["hub"].items() if those & moment.coming}


def _months(filters: Filters, moment: Moment) -> list[str]:
    coming = {month for month, those in moment.sets["month"].items() if those & moment.coming}
    return sorted((coming | {filters.month}) - {"", HALF_TERM})


def _school(urn: str) -> School | None:
    """Answer the school to measure from, if there is one and the register knows where it stands."""
    school = db.session.get(School, int(urn)) if urn else None
    return school if school and school.easting and school.northing else None
