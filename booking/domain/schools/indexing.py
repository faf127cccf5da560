"""The index of words: written with a school, so that the picker finds it from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from booking.db import db
from booking.domain.schools import words
from booking.domain.schools.school import SCHOOL_WORDS, School, SchoolWord

RULES = 2
"""Raise it when `words` changes: the next import then writes every school's words anew."""


def make_findable(*schools: School) -> None:
    """Write schools that were made one by one, with their words; an import does so by itself."""
    for school in schools:
        for column, value in found_by(school.__dict__).items():
            setattr(school, column, value)
    db.session.add_all(schools)
    db.session.flush()
    rewrite({school.urn: school.search_words for school in schools})


def found_by(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the columns that the picker reads, from the facts of a school."""
    is_closed = facts.get("status") == "closed"
    named = {"name": facts["name"], "postcode": facts.get("postcode") or "", "urn": facts["urn"]}
    named["formerly"] = facts.get("formerly") or ""
    found = [] if is_closed else words.of_school(town=facts.get("town") or facts.get("locality") or "", **named)
    line = "".join(f" {word}" for word in found)
    return {"is_closed": is_closed, "sort_name": words.sort_name(facts["name"]), "search_words": line}


def rewrite(lines: Mapping[int, str]) -> None:
    """Replace the words of these schools by those of their `search_words`."""
    old = delete(SchoolWord).where(SchoolWord.urn.in_(list(lines)))
    db.session.execute(old.execution_options(synchronize_session=False))
    rows = sorted((word, urn) for urn, line in lines.items() for word in line.split())
    if rows:
        db.session.execute(insert(SCHOOL_WORDS), [{"word": word, "urn": urn} for word, urn in rows])
