"""The agenda of a session as it is typed: a line a step, "1:30pm The lesson | In Room 4", or "+30 The lesson"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.errors import BadInput
from booking.domain.putting_up import Step
from booking.web import text, when

MOST_STEPS = 20
LONGEST = 4000
LONGEST_TITLE, LONGEST_NOTE = 120, 200
AFTER = re.compile(r"\+\s?(\d{1,3})\s+(.+)")
AT = re.compile(r"(\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm)?|12 noon|noon)\s+(.+)", re.IGNORECASE)
PARTS = {"lesson": "lesson", "discussion": "talk", "talk": "talk", "questions": "talk"}
"""What the first words of a step say it is: the page draws lesson and talk apart."""


def read(typed: str, starts_at: datetime | None, zone: str) -> tuple[Step, ...]:
    """Read the steps. Raises `BadInput`, which names the line."""
    rows = [line for line in map(text.one_line, typed.splitlines()) if line]
    if len(rows) > MOST_STEPS:
        raise BadInput(f"Give at most {MOST_STEPS} steps")
    steps = tuple(_step(number, row, starts_at, zone) for number, row in enumerate(rows, 1))
    for number, (before, after) in enumerate(itertools.pairwise(steps), 2):
        if after.minutes < before.minutes:
            raise BadInput(f"Line {number} of the agenda comes before the line above it")
    return steps


def show(steps: Iterable[Step]) -> str:
    """Say the steps as they are read: by minutes after the start, so that they move with it."""
    return "\n".join(f"+{step.minutes} {step.title}{f' | {step.note}' if step.note else ''}" for step in steps)


def _step(number: int, row: str, starts_at: datetime | None, zone: str) -> Step:
    if found := AFTER.fullmatch(row):
        minutes = int(found[1])
    elif found := AT.fullmatch(row):
        minutes = _minutes(number, found[1], starts_at, zone)
    else:
        raise BadInput(f"Begin line {number} of the agenda with a time, like “1:30pm” or “+30”")
    title, _, note = (part.strip() for part in found[2].partition("|"))
    if not title or len(title) > LONGEST_TITLE or len(note) > LONGEST_NOTE:
        raise BadInput(
            f"Shorten line {number} of the agenda: {LONGEST_TITLE} characters, and {LONGEST_NOTE} after the bar"
        )
    return Step(minutes, title, note, _part(title))


def _minutes(number: int, typed: str, starts_at: datetime | None, zone: str) -> int:
    if starts_at is None:
        raise BadInput(
            f"Begin line {number} of the agenda with minutes after the start, like “+30”: it has no time yet"
        )
    try:
        clock = when.clock(typed)
    except BadInput as refusal:
        raise BadInput(f"Line {number} of the agenda: {refusal}") from refusal
    there = starts_at.astimezone(ZoneInfo(zone))
    after = datetime.combine(there.date(), clock) - there.replace(tzinfo=None)
    if after < timedelta(0):
        raise BadInput(f"Line {number} of the agenda comes before the session starts")
    return int(after.total_seconds() // 60)


def _part(title: str) -> str:
    words = re.findall(r"[a-z]+", title.lower())
    return next((PARTS[word] for word in words[:2] if word in PARTS), "")
