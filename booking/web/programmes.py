"""A programme's page: its events as a timetable, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, render_template

from booking.domain import finding
from booking.domain.finding import Listed, ListedSlot, together
from booking.web.rules import public
from booking.web.session import now
from booking.wording import local

bp = Blueprint("programmes", __name__)

Row = tuple[ListedSlot, Listed]


@bp.get("/programmes/<int(max=2147483647):programme_id>")
@public
def show(programme_id: int) -> Any:
    """Show all that is published of a programme, until 30 days after it ends."""
    programme = together.programme(programme_id, at=now()) or abort(404)
    events = finding.listed(together.in_programme(programme, at=now()))
    days, today = _by_day(events), local(now()).date()
    return render_template(
        "programmes/show.html",
        programme=programme,
        coming=[(day, rows) for day, rows in days if day >= today],
        over=[(day, rows) for day, rows in reversed(days) if day < today],
        open_dates=[event for event in events if event.has_open_dates],
        number=len(events),
    )


def _by_day(events: Sequence[Listed]) -> list[tuple[date, list[Row]]]:
    """Answer each day, by the clocks of the place, with the sessions of that day in their order."""
    rows = [(slot, event) for event in events for slot in event.slots if slot.starts_at]
    rows.sort(key=lambda row: (_day(row), row[0].starts_at, row[1].id))
    return [(day, list(group)) for day, group in groupby(rows, key=_day)]


def _day(row: Row) -> date:
    start = row[0].local_start
    return start.date() if start else date.max
