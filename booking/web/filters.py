"""The filters of the list as links: each with the number of events behind it, the other filters standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import g, url_for

from booking.domain.finding import LEFT, OPEN_DATE, Filters, Found
from booking.wording import KINDS, PHASES


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


def _root() -> str:
    if "root_of_list" not in g:
        g.root_of_list = url_for("events.index")
    root: str = g.root_of_list
    return root


def menus(found: Found) -> list[Menu]:
    """Answer the menus; hubs and months only where there is something to choose."""
    whole = [
        _menu(found, "kind", "Kind", "All kinds", KINDS.items()),
        _menu(found, "phase", "Who for", "Everyone", PHASES.items()),
        _menu(found, "month", "When", "Any time", [(month, _month_short(month)) for month in found.months]),
        _menu(found, "hub", "Maths Hub", "All hubs", _hubs_short(found)),
        _menu(found, "places", "Places", "All events", [(LEFT, "With places left")]),
    ]
    return [menu for menu in whole if menu.title in ("Kind", "Who for", "Places") or len(menu.choices) > 2]


def set_filters(found: Found) -> list[Dropping]:
    """Answer the filters that are set, each with what the list would be without it."""
    filters = found.filters
    return [
        Dropping(_words(found, name, value), address(filters.choose(name, "")), found.counts[name][""])
        for name, value in filters.chosen.items()
    ]


def month_words(month: str) -> str:
    """Say a month: "March 2027"."""
    if month == OPEN_DATE:
        return "Dates to be confirmed"
    return f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}"


def _menu(found: Found, name: str, title: str, all_words: str, choices: Iterable[tuple[str, str]]) -> Menu:
    counts, chosen = found.counts[name], getattr(found.filters, name)
    return Menu(
        title,
        [
            Choice(words, address(found.filters.choose(name, value)), counts[value], value == chosen)
            for value, words in [("", all_words), *choices]
        ],
    )


def _month_short(month: str) -> str:
    return "To be confirmed" if month == OPEN_DATE else month_words(month)


def _hubs_short(found: Found) -> list[tuple[str, str]]:
    return [(slug, name.removesuffix(" Maths Hub")) for slug, name in found.hubs.items()]


def _words(found: Found, name: str, value: str) -> str:
    if name == "month":
        return month_words(value)
    return {"kind": KINDS, "phase": PHASES, "hub": found.hubs, "places": {LEFT: "With places left"}}[name][value]
