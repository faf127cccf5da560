"""The calendar of a month: a list of days on a phone, a sheet of weeks on a desk, and the feed of just that."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from booking.domain import feeds
from booking.domain.events import SHOWN_AFTER_END
from booking.domain.feeds import Session
from booking.domain.finding import Filters
from booking.web import feed_words
from booking.web import filters as filter_words
from booking.web.rules import public
from booking.web.session import now
from booking.wording import local, times, zone_name

bp = Blueprint("month", __name__)


@dataclass
class Day:
    on: date
    sessions: list[Session] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.on == local(now()).date()


@bp.get("/calendar")
@public
def index() -> str:
    """Show every session of a month that the filters find."""
    filters = _with_month(Filters.read(request.args))
    first = _first(filters.month)
    return render_template(
        "month/index.html",
        filters=filters,
        first=first,
        days=_days(first, feeds.public(filters, at=now())),
        months=_around(filters),
        address_of=address,
        feed=feed_words.of(filters),
        list_address=filter_words.address(filters),
        said=[(words, address(filters.choose(name, ""))) for name, words in _said(filters)],
        times_of=_times,
        month_words=filter_words.month_words,
    )


def address(filters: Filters) -> str:
    """Answer the one address of a month of a list."""
    root = url_for("month.index")
    return f"{root}?{urlencode(filters.chosen)}" if filters.chosen else root


def _with_month(filters: Filters) -> Filters:
    """Answer the filters with a month in which there can be days: this one, unless another is asked for."""
    is_month = re.fullmatch(r"\d{4}-\d\d", filters.month)
    return filters if is_month else filters.choose("month", f"{local(now()):%Y-%m}")


def _said(filters: Filters) -> Iterator[tuple[str, str]]:
    for name, words in filter_words.said(filters).items():
        if name != "month":
            yield name, words


def _around(filters: Filters) -> dict[str, Filters]:
    """Answer the months before and after this one, as far as calendars go."""
    earliest, latest = local(now() - SHOWN_AFTER_END), local(feeds.last_start() or now())
    first = _first(filters.month)
    beside = {
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{first + timedelta(days=31):%Y-%m}",
    }
    reached = {"before": beside["before"] >= f"{earliest:%Y-%m}", "after": beside["after"] <= f"{latest:%Y-%m}"}
    return {which: filters.choose("month", month) for which, month in beside.items() if reached[which]}


def _first(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def _days(first: date, sessions: list[Session]) -> list[Day]:
    """Answer every day of the month with what begins on it, by the clocks of the place."""
    on: defaultdict[date, list[Session]] = defaultdict(list)
    for session in sessions:
        on[local(session.starts_at, session.zone).date()].append(session)
    days = (first + timedelta(days=number) for number in range(monthrange(first.year, first.month)[1]))
    return [Day(day, on[day]) for day in days]


def _times(session: Session) -> str:
    said = times(session.starts_at, session.ends_at, session.zone)
    return said if session.zone == "Europe/London" else f"{said}, {zone_name(session.zone)}"
