"""How it is running, for administrators of all hubs: mail that is due, late or failed, workers, and the timetable."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from booking.db import count, db, transaction
from booking.domain import access, messages, workers
from booking.domain.errors import Over
from booking.web import again, paging, status_words
from booking.web.rules import may
from booking.web.session import me, now

PER_PAGE = 30
STANDINGS = ("failed", "late", "due", "later", "cancelled", "sent")
bp = Blueprint("status", __name__, url_prefix="/desk/status")
again.init_blueprint(bp)


@bp.get("")
@may(access.is_national)
def show() -> str:
    """Show in one page whether everything runs, and what does not."""
    at = now()
    jobs, known, numbers = workers.jobs(), workers.known(), messages.numbers(at=at)
    hours = messages.sent_by_hour(at=at)
    return render_template(
        "status/show.html",
        numbers=numbers,
        hours=hours,
        step=status_words.step(number for _, number in hours),
        workers=known,
        jobs=[(status_words.job(name), job) for name, job in sorted(jobs.items())],
        troubles=status_words.troubles(numbers, known, jobs.values(), at),
    )


@bp.get("/messages")
@may(access.is_national)
def listed() -> str:
    """Show the messages that stand so, those that failed unless others are asked for."""
    asked = request.args.get("standing", "")
    standing = asked if asked in STANDINGS else STANDINGS[0]
    query = messages.listed(standing, at=now())
    page = paging.page(request.args.get("page", ""), total=count(query), size=PER_PAGE)
    found = db.session.scalars(query.offset(page.rows.start).limit(PER_PAGE)).all()
    return render_template(
        "status/messages.html",
        messages=found,
        standing=standing,
        standings=status_words.STANDINGS,
        page=page,
        address_of=lambda number: _list(standing, number),
    )


@bp.post("/messages/<int(max=2147483647):message_id>/another-try")
@may(access.is_national)
def retry(message_id: int) -> Any:
    """Make a message due again."""
    return _do(messages.retry, message_id, "The mail is due again, and goes at once.")


@bp.post("/messages/<int(max=2147483647):message_id>/cancellation")
@may(access.is_national)
def cancel(message_id: int) -> Any:
    """End a message that has not been sent."""
    return _do(messages.cancel, message_id, "The mail is cancelled. It is not tried again.")


def _do(verb: Any, message_id: int, done: str) -> Any:
    try:
        with transaction():
            verb(message_id, by=me(), at=now())
        flash(done)
    except Over as over:
        flash(str(over))
    return redirect(_list(request.args.get("standing", "")), code=303)


def _list(standing: str, number: int = 1) -> str:
    asked = standing if standing in STANDINGS else None
    return url_for("status.listed", standing=asked, page=number if number > 1 else None)
