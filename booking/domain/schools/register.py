"""The register comes in: what a daily file changes is found by reading, then kept in one short transaction.

The register keeps schools that have closed, and says so. A school that is missing from a file has therefore not gone:
the file is a part of the register, or damaged. Such schools stay as they are, and are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from booking.db import db, must_be_writing
from booking.domain.errors import Refused
from booking.domain.schools import daily_file, entry, indexing
from booking.domain.schools.daily_file import NotTheRegister, Row
from booking.domain.schools.school import SCHOOLS, School

Progress = Callable[[int], None]
OPEN = ("open", "closing")
LISTED = 20
"""So many refused rows are named; all are counted."""
BATCH = 1000
MOST_REFUSED = 0.1
"""A file of which more is refused is damaged throughout, once the refused rows are more than can be listed."""
LEAST_OPEN = 0.9
"""With fewer of the open schools that we know, a file is a part of the register, or an old one: ask first."""


class FarFewer(Refused):
    """The file has far fewer open schools than are known; somebody must say that this is right."""

    code = "far_fewer"


class Known(NamedTuple):
    fingerprint: str
    status: str
    formerly: str


@dataclass
class Changes:
    """What a file would change, and what else was noticed in it. Numbers are of schools, or of rows refused."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    unchanged: int = 0
    refused: int = 0
    missing: int = 0
    open_before: int = 0
    open_in_file: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    reasons: list[tuple[int, str]] = field(default_factory=list)
    to_keep: list[dict[str, Any]] = field(default_factory=list)


def compare(path: Path, *, progress: Progress = lambda amount: None) -> Changes:
    """Read a daily file and answer what it would change, writing nothing; `progress` gets the bytes read.

    Raises `NotTheRegister`.
    """
    known = _known()
    changes = Changes(open_before=sum(school.status in OPEN for school in known.values()))
    seen: dict[int, int] = {}
    for row in daily_file.rows(path):
        changes.rows += 1
        progress(row.bytes_read)
        try:
            _note(row, known, seen, changes)
        except entry.Unreadable as unreadable:
            changes.refused += 1
            changes.reasons += [(row.number, str(unreadable))] if changes.refused <= LISTED else []
    changes.missing = len(known.keys() - seen.keys())
    if changes.refused > max(LISTED, changes.rows * MOST_REFUSED):
        first, reason = changes.reasons[0]
        raise NotTheRegister(f"{changes.refused:,} of {changes.rows:,} rows cannot be read. Row {first}: {reason}.")
    return changes


def must_be_whole(changes: Changes) -> None:
    """Raise `FarFewer` if the file has under nine tenths of the open schools that are known."""
    if changes.open_in_file < changes.open_before * LEAST_OPEN:
        raise FarFewer(
            f"It has {changes.open_in_file:,} open schools, but {changes.open_before:,} are known: "
            "it may be a part of the register, or an old one."
        )


def keep(changes: Changes, *, progress: Progress = lambda amount: None) -> None:
    """Write new and changed schools with their words; `progress` gets how many are written."""
    must_be_writing()
    for start in range(0, len(changes.to_keep), BATCH):
        rows = [_row(facts) for facts in changes.to_keep[start : start + BATCH]]
        _write(rows)
        indexing.rewrite({row["urn"]: row["search_words"] for row in rows})
        progress(start + len(rows))
    if changes.to_keep and _is_postgresql():
        db.session.execute(
            text("ANALYZE school, school_word")
        )  # else the picker's plans are guesses until it comes round


def _known() -> dict[int, Known]:
    rows = db.session.execute(select(School.urn, School.fingerprint, School.status, School.formerly))
    return {urn: Known(*facts) for urn, *facts in rows}


def _note(row: Row, known: dict[int, Known], seen: dict[int, int], changes: Changes) -> None:
    if not row.has_all_columns:
        raise entry.Unreadable("it has more or fewer values than the header has columns")
    urn = entry.urn_of(row.columns)
    if urn in seen:
        raise entry.Unreadable(f"URN {urn} is in row {seen[urn]} already")
    seen[urn] = row.number
    if sort := entry.left_out(row.columns):
        changes.left_out[sort] += 1
        return
    facts = entry.facts(row.columns)
    changes.open_in_file += facts["status"] in OPEN
    _weigh(facts, known.get(urn), changes)


def _weigh(facts: dict[str, Any], before: Known | None, changes: Changes) -> None:
    if before and before.fingerprint == facts["fingerprint"]:
        changes.unchanged += 1
        return
    changes.to_keep.append({**facts, "formerly": before.formerly if before else ""})
    if before is None:
        changes.new += 1
    elif facts["status"] == "closed" != before.status:
        changes.closed += 1
    else:
        changes.changed += 1


def _row(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, **indexing.found_by(facts), "family_urn": facts["urn"]}


def _write(rows: list[dict[str, Any]]) -> None:
    """Insert or update. The family is only ever inserted: it may have been joined to another since."""
    insert = postgresql.insert if _is_postgresql() else sqlite.insert
    write = insert(SCHOOLS)
    fresh = {name: write.excluded[name] for name in rows[0] if name not in ("urn", "family_urn")}
    db.session.execute(write.on_conflict_do_update(index_elements=["urn"], set_=fresh), rows)


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
