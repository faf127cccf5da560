"""The rows of lists of events, drawn once: each is kept beside its line for as long as it would be drawn the same.

What a row shows follows from the line, and from what is asked here: how many places are taken, how the event stands,
which day it is. Only the distance depends on who looks, so it is put in afterwards.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from booking import wording
from booking.domain.finding import Listed, ListedSlot
from booking.web.event_words import standing
from booking.web.session import now

DISTANCE = Markup("\ue000")
"""Where the distance goes: nobody types this."""
MOST_KEPT = 4


def init_app(app: Flask) -> None:
    app.jinja_env.globals["event_row"] = event_row


def event_row(event: Listed, slot: ListedSlot | None, *, with_hub: bool, miles: float | None = None) -> Markup:
    """Draw one event of a list, under a heading of level 2; `miles` from a school."""
    seen = (event.taken, slot and event.slots.index(slot), with_hub, *_by_the_clock(event))
    row = event.drawn.get(seen)
    if row is None:
        row = str(_macro("event_row")(event, slot, with_hub, DISTANCE))
        if len(event.drawn) >= MOST_KEPT:
            event.drawn.clear()
        event.drawn[seen] = row
    distance = "" if miles is None else _macro("distance")(miles)
    return Markup(row.replace(DISTANCE, distance))  # noqa: S704 both were drawn by templates


def _macro(name: str) -> Any:
    return getattr(current_app.jinja_env.get_template("_macros/events.html").module, name)


def _by_the_clock(event: Listed) -> tuple[object, ...]:
    """Answer all that the clock changes of a row."""
    is_soon = event.closes_at is not None and wording.is_soon(event.closes_at, now())
    return standing(event), is_soon, wording.local(now()).date()
