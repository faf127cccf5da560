"""Finding events: what fits every filter, in which order, and how many events stand behind each choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from math import hypot, inf
from operator import and_, or_

from sqlalchemy import select

from booking.db import db
from booking.domain.finding import catalogue, half_terms
from booking.domain.finding.catalogue import Catalogue, Moment
from booking.domain.finding.filters import DISTANCES, FILTERS, HALF_TERM, LEFT, NEAREST, Filters
from booking.domain.finding.half_terms import HalfTerm
from booking.domain.people import Hub
from booking.domain.schools import School

MILE = 1609.344
"""Metres. The national grid is flat, so Pythagoras is near enough for any distance that somebody drives."""


@dataclass(frozen=True)
class Found:
    """The events that were found, in order, and the counts behind every filter."""

    filters: Filters
    """What was asked for, less a hub or school that does not exist."""
    ids: Sequence[int]
    counts: Mapping[str, Counter[str]]
    """How many events each value of a filter would find, the other filters standing; under "" all of them."""
    hubs: Mapping[str, str]
    """Every hub that has something to come, and the one asked for: slug → name, by name."""
    months: Sequence[str]
    """Every month with something to come, and the one asked for, in order; `OPEN_DATE` last."""
    total: int
    """How many events are to come in all."""
    half_term: HalfTerm | None
    near: School | None
    """The school from which `miles` counts."""
    miles: Callable[[int], float | None]
    """How far an event is from `near`; None where either place is not known, or it is online."""
    readings: Mapping[str, Sequence[str]]
    """Words with a slip, as they were typed, and what they were taken for."""


def find(filters: Filters, *, at: datetime) -> Found:
    """Find the coming events: soonest first, those with a date to be confirmed last; or the nearest first."""
    moment, full = catalogue.now(at)
    hubs = _hubs(moment)
    school = _school(filters.near)
    filters = filters if school else filters.near_nothing()
    if filters.hub and filters.hub not in hubs:
        hubs |= {hub.slug: hub.name for hub in db.session.scalars(select(Hub).where(Hub.slug == filters.hub))}
        filters = filters if filters.hub in hubs else filters.choose("hub", "")
    asked = _Asked(filters, moment, full, school)
    miles = _measure(moment.catalogue, school)
    return Found(
        filters,
        _in_order(asked.fitting(moment.coming), filters, moment, miles),
        asked.counts(moment.coming),
        dict(sorted(hubs.items(), key=lambda hub: hub[1].casefold())),
        _months(filters, moment),
        moment.coming.bit_count(),
        moment.half_term,
        school,
        miles,
        asked.readings,
    )


def matching(filters: Filters, *, at: datetime) -> list[int]:
    """Answer the events that fit, coming or not over for 30 days, soonest first: what a calendar shows of a list."""
    moment, full = catalogue.now(at)
    school = _school(filters.near)
    asked = _Asked(filters if school else filters.near_nothing(), moment, full, school)
    return moment.in_order(asked.fitting(moment.shown))


def half_term(at: datetime) -> HalfTerm | None:
    """Answer the half-term that is meant at this instant; None where no dates are known."""
    return half_terms.on(at.astimezone(catalogue.LONDON).date())


class _Asked:
    """The filters as sets of numbers."""

    def __init__(self, filters: Filters, moment: Moment, full: int, school: School | None) -> None:
        self.sets = {**moment.sets, "places": {LEFT: moment.to_book & ~full}, "words": {}, "within": {}}
        self.readings: dict[str, list[str]] = {}
        if filters.words:
            self.sets["words"][filters.words], self.readings = moment.catalogue.index.find(filters.words)
        if school:
            self.sets["within"] = _within(moment.catalogue, school)
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


def _in_order(fitting: int, filters: Filters, moment: Moment, miles: Callable[[int], float | None]) -> list[int]:
    ids = moment.in_order(fitting)
    if filters.order == NEAREST:
        ids.sort(key=lambda event_id: inf if (far := miles(event_id)) is None else far)
    return ids


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


def _within(listed: Catalogue, school: School) -> dict[str, int]:
    """Answer for each distance what takes place within it."""
    limits = {distance: (int(distance) * MILE) ** 2 for distance in DISTANCES}
    east, north, most = school.easting or 0, school.northing or 0, max(limits.values())
    near = [
        (square, those) for (x, y), those in listed.points if (square := (x - east) ** 2 + (y - north) ** 2) <= most
    ]
    return {
        distance: reduce(or_, (those for square, those in near if square <= limit), 0)
        for distance, limit in limits.items()
    }


def _measure(listed: Catalogue, school: School | None) -> Callable[[int], float | None]:
    """Answer how far events are from the school, in miles."""

    def miles(event_id: int) -> float | None:
        number = listed.number_of.get(str(event_id))
        if school is None or number is None:
            return None
        east, north = school.easting or 0, school.northing or 0
        far = [hypot(x - east, y - north) for x, y in listed.entries[number].points]
        return min(far) / MILE if far else None

    return miles
