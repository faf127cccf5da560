"""Families: what a school was before, so that an academy inherits the past of the school that it grew from.

The register tells it in a file of its own: which school follows which. A closed school belongs to the one school that
stands at the end of its successors. Where it was split in two, nobody can say, and it stays by itself.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import load_only

from booking.db import db, must_be_writing
from booking.domain.schools import indexing, words
from booking.domain.schools.daily_file import ENCODING, NotTheRegister
from booking.domain.schools.school import School

NEEDED = {"URN", "LinkURN", "LinkType"}
LONGEST_NAMES = 200
READ = (
    *(School.name, School.town, School.locality, School.postcode, School.status),
    *(School.is_closed, School.family_urn, School.formerly),
)
Links = Mapping[int, set[int]]
"""For a school, by its number, those that follow it."""


@dataclass(frozen=True)
class Changes:
    """What a file of links changes; numbers are of schools."""

    links: int
    joined: int
    """Closed schools that belong to another now."""
    named: int
    """Schools that are found by a former name."""
    left_alone: int
    """Closed schools that were split, or whose successor is not known."""


def read(path: Path) -> Links:
    """Answer who follows whom, from `links_edubasealldata….csv`. Raises `NotTheRegister`."""
    after: dict[int, set[int]] = defaultdict(set)
    with path.open(encoding=ENCODING, errors="replace", newline="") as file:
        lines = csv.DictReader(file)
        if not set(lines.fieldnames or ()) >= NEEDED:
            raise NotTheRegister(
                f"Its first line is not the header of the links: it needs {', '.join(sorted(NEEDED))}."
            )
        for line in lines:
            _note(line, after)
    return after


def _note(line: Mapping[str, str | None], after: dict[int, set[int]]) -> None:
    urn, other = (_number(line[column]) for column in ("URN", "LinkURN"))
    sort = words.plain(line["LinkType"] or "").partition(" ")[0]
    if urn is None or other is None or urn == other:
        return
    if sort == "successor":
        after[urn].add(other)
    elif sort == "predecessor":
        after[other].add(urn)


def keep(after: Links) -> Changes:
    """Join every closed school to its successor, and let that be found by the former names."""
    must_be_writing()
    schools = {school.urn: school for school in db.session.scalars(select(School).options(load_only(*READ)))}
    families = {urn: _family(urn, schools, after) for urn in schools}
    before: dict[int, list[School]] = defaultdict(list)
    for urn, family in families.items():
        if urn != family:
            before[family].append(schools[urn])
    _move({urn: family for urn, family in families.items() if schools[urn].family_urn != family})
    named = [school for school in schools.values() if _rename(school, before[school.urn])]
    indexing.rewrite({school.urn: school.search_words for school in named})
    return Changes(
        sum(map(len, after.values())),
        sum(map(len, before.values())),
        sum(bool(school.formerly) for school in schools.values()),
        sum(schools[urn].is_closed and urn in after and families[urn] == urn for urn in schools),
    )


def _family(urn: int, schools: Mapping[int, School], after: Links) -> int:
    """Answer the one school at the end of the line, or the school itself where there is none or more than one."""
    if not schools[urn].is_closed:
        return urn
    seen, ends, waiting = {urn}, set(), [urn]
    while waiting:
        one = waiting.pop()
        follows = {other for other in after.get(one, ()) if other in schools}
        if one != urn and (not schools[one].is_closed or not follows):
            ends.add(one)
            continue
        waiting += follows - seen
        seen |= follows
    return ends.pop() if len(ends) == 1 else urn


def _move(families: Mapping[int, int]) -> None:
    for urn, family in families.items():
        db.session.execute(update(School).where(School.urn == urn).values(family_urn=family))


def _rename(school: School, before: Iterable[School]) -> bool:
    """Write the former names and the words; say whether anything changed."""
    own = words.sort_name(school.name)
    names = sorted({one.name for one in before if words.sort_name(one.name) != own})
    formerly = ", ".join(names)[:LONGEST_NAMES]
    if formerly == school.formerly:
        return False
    school.formerly = formerly
    for column, value in indexing.found_by(school.__dict__).items():
        setattr(school, column, value)
    return True


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else None
