"""The filters of the list as links: each with the number of events behind it, the other filters standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import g, url_for

from booking.domain.finding import DISTANCES, HALF_TERM, IN_PERSON, LEFT, ONLINE, OPEN_DATE, Filters, Found, HalfTerm
from booking.web.session import settings
from booking.wording import KINDS, PHASES, YEARS

VALUE = "0-value-0"
"""Stands for a value in an address."""
WHERE = {IN_PERSON: "In person", ONLINE: "Online"}
MONTHS = {OPEN_DATE: "Dates to be confirmed", HALF_TERM: "This half-term"}


@dataclass(frozen=True)
class Choice:
    words: str
    address: str
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Menu:
    title: str
    choices: list[Choice]


@dataclass(frozen=True)
class Dropping:
    """A filter that is set, and what the list would be without it."""

    words: str
    address: str
    number: int


def address(filters: Filters, page: int = 1) -> str:
    """Answer the one address of a filtered list."""
    asked = filters.chosen | ({"page": str(page)} if page > 1 else {})
    return _root() + (f"?{urlencode(asked)}" if asked else "")


def in_full(path: str) -> str:
    """Answer the address of a page of ours as others link to it: from the settings, whatever the browser called us."""
    return settings().base_url + path


def _root() -> str:
    if "root_of_list" not in g:
        g.root_of_list = url_for("events.index")
    root: str = g.root_of_list
    return root


def menus(found: Found) -> list[Menu]:
    """Answer the menus; some only where there is something to choose."""
    whole = [
        _menu(found, "within", "Distance", "Any distance", _distances(found)),
        _menu(found, "kind", "Kind", "All kinds", KINDS.items()),
        _menu(found, "phase", "Who for", "Everyone", PHASES.items()),
        _menu(found, "year", "Year group", "All years", _years(found)),
        _menu(found, "month", "When", "Any time", _times(found)),
        _menu(found, "where", "Where", "Everywhere", WHERE.items() if found.counts["where"][ONLINE] else ()),
        _menu(found, "hub", "Maths Hub", "All hubs", _hubs_short(found)),
        _menu(found, "places", "Places", "All events", [(LEFT, "With places left")]),
    ]
    return [menu for menu in whole if menu.title in ("Kind", "Who for", "Places") or len(menu.choices) > 2]


def set_filters(found: Found) -> list[Dropping]:
    """Answer the filters that are set, each with what the list would be without it."""
    filters = found.filters
    words = said(filters, found.hubs.get(filters.hub, ""), str(found.near or ""))
    dropping = [
        Dropping(words[name], address(filters.choose(name, "")), found.counts[name][""]) for name in filters.narrowing
    ]
    if found.near and not filters.within:
        dropping.append(Dropping(f"From {found.near}", address(filters.near_nothing()), found.number))
    return dropping


def half_term_words(half_term: HalfTerm) -> str:
    """Say which days are meant: every school's half-term differs by a few."""
    first, last = half_term.begins_on, half_term.ends_on
    return f"{MONTHS[HALF_TERM]}, {first.day} {first:%b} to {last.day} {last:%b}"


def month_words(month: str) -> str:
    """Say a month: "March 2027"."""
    if month in MONTHS:
        return MONTHS[month]
    return f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}"


def said(filters: Filters, hub: str = "", near: str = "") -> dict[str, str]:
    """Say each filter that is set; the names of a hub and of a school are known to those who ask the database."""
    words = {
        "words": lambda value: f"“{value}”",
        "kind": KINDS.__getitem__,
        "phase": PHASES.__getitem__,
        "year": lambda value: YEARS[int(value)],
        "hub": lambda value: hub or value,
        "month": month_words,
        "where": WHERE.__getitem__,
        "places": lambda value: "With places left",
        "within": lambda value: f"Within {value} miles of {near or filters.near}",
    }
    return {name: words[name](value) for name, value in filters.narrowing.items()}


def _menu(found: Found, name: str, title: str, all_words: str, choices: Iterable[tuple[str, str]]) -> Menu:
    counts, chosen = found.counts[name], getattr(found.filters, name)
    start, end = _around(found.filters, name)
    whole = Choice(all_words, address(found.filters.choose(name, "")), counts[""], not chosen)
    others = [Choice(words, f"{start}{value}{end}", counts[value], value == chosen) for value, words in choices]
    return Menu(title, [whole, *others])


def _around(filters: Filters, name: str) -> tuple[str, str]:
    """Answer the address of a list before and after the value of one filter; no menu's value needs quoting."""
    start, end = address(filters.choose(name, VALUE)).split(VALUE)
    return start, end


def _times(found: Found) -> list[tuple[str, str]]:
    months = [(month, "To be confirmed" if month == OPEN_DATE else month_words(month)) for month in found.months]
    return [*([(HALF_TERM, half_term_words(found.half_term))] if len(months) > 1 else []), *months]


def _years(found: Found) -> list[tuple[str, str]]:
    """Answer the year groups that events name, and the one asked for."""
    named = set(found.counts["year"]) | {found.filters.year}
    return [(str(year), words) for year, words in YEARS.items() if str(year) in named]


def _distances(found: Found) -> list[tuple[str, str]]:
    return [(miles, f"Within {miles} miles") for miles in DISTANCES] if found.near else []


def _hubs_short(found: Found) -> list[tuple[str, str]]:
    return [(slug, name.removesuffix(" Maths Hub")) for slug, name in found.hubs.items()]
