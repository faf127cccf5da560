"""Picking a school: a few typed letters of its name, town, postcode or number find it among thousands."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, func, intersect, literal, select, true, union_all

from booking.db import db
from booking.domain.schools import nearly, words
from booking.domain.schools.school import School, SchoolWord

MOST_TYPED = 200
MOST_WORDS = 20
LONGEST_NUMBER = 9
RARE = 1500
"""A word of more schools than this is met soon by looking through the names."""
COMMON = 3000
"""From so many schools on, a word is looked for in the rows of the schools that the rarer ones lead to."""
LOOKED_THROUGH = 1500
WORDS_COUNTED = 6
LAST = "\x7f"
"""Sorts behind every letter and digit."""
ORDER = (School.sort_name, School.town, School.urn)


def search(text: str, *, limit: int = 8) -> list[School]:
    """Answer the schools that have a word beginning with each typed word, the likeliest first.

    First the school of that number, then names that are or begin with what was typed, then the rest, by name and
    town. A closed school is found only by its number or its whole name, and comes last. Where nothing is found, words
    that were typed apart are joined, one slip in a word is forgiven, and one word too many is left out.
    """
    asked = words.typed(text)[:MOST_WORDS] if len(text) <= MOST_TYPED else []
    if not asked:
        return []
    found = {school.urn: school for school in (*_numbered(text), *_beginning(text, limit))}
    for others in (_having, _closed):
        if len(found) < limit:
            found |= {school.urn: school for school in others(text, limit) if school.urn not in found}
    return list(found.values())[:limit] or _nearly(text, limit)


def numbered(text: str) -> School | None:
    """Answer the school of this number, written in digits; open, closed or to be opened."""
    return next(iter(_numbered(text)), None)


def named(text: str) -> School | None:
    """Answer the one school whose number, name or label the whole text is; None if there are several."""
    spelling = words.sort_name(text)
    if not spelling or len(text) > MOST_TYPED:
        return None
    same = [school for school in search(text, limit=3) if spelling in _spellings(school)]
    return same[0] if len(same) == 1 else None


def _spellings(school: School) -> set[str]:
    town = school.town or school.locality
    rests = ("", town, school.postcode, f"{town} {school.postcode}")
    told = (school.label, *(f"{school.name} {rest}" for rest in rests))
    return {str(school.urn), *map(words.sort_name, told)}


def _numbered(text: str) -> list[School]:
    digits = text.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    school = db.session.get(School, int(digits)) if is_number else None
    return [school] if school else []


def _beginning(text: str, limit: int) -> list[School]:
    """Answer names that begin with the text; a name that is the text sorts before those that go on."""
    spelling = words.sort_name(text)
    begins = (School.sort_name >= spelling, School.sort_name < spelling + LAST)
    return _first(select(School).where(School.is_closed == false(), *begins), limit)


def _having(text: str, limit: int) -> list[School]:
    """Answer schools that have all the words, the first by name. Where even the rarest is common, some stand early."""
    asked = words.typed(text)[:MOST_WORDS]
    counts = _counts(asked)
    rarest = min(counts, key=lambda word: counts[word])
    listed = [word for word in asked if word == rarest or counts.get(word, COMMON) < COMMON]
    if len(listed) == 1 and counts[rarest] > RARE:
        found = _first(
            select(School).where(School.is_closed == false(), _is_early(), *map(_stands_in_line, asked)), limit
        )
        if len(found) == limit:
            return found
    others = [_stands_in_line(word) for word in asked if word not in listed]
    schools = select(School).where(School.urn.in_(intersect(*map(_leads_to, listed))), *others)
    return _first(schools, limit) if counts[rarest] else []


def _counts(asked: list[str]) -> dict[str, int]:
    """Answer to how many schools each word leads, of the longest words; counting stops at `COMMON`."""
    longest = sorted(asked, key=len, reverse=True)[:WORDS_COUNTED]
    counts = [select(literal(number), _count(word)) for number, word in enumerate(longest)]
    return {longest[number]: schools for number, schools in db.session.execute(union_all(*counts))}


def _count(word: str) -> ScalarSelect[int]:
    return select(func.count()).select_from(_leads_to(word).limit(COMMON).subquery()).scalar_subquery()


def _leads_to(word: str) -> Select[int]:
    return select(SchoolWord.urn).where(SchoolWord.word >= word, SchoolWord.word < word + LAST)


def _stands_in_line(word: str) -> ColumnElement[bool]:
    """Has the word in its own row: quickly asked of a few rows, or where most have it."""
    return School.search_words.like(f"% {word}%")


def _is_early() -> ColumnElement[bool]:
    """Among the first names: where many words are common but not together, looking further costs more than it finds."""
    names = select(School.sort_name).where(School.is_closed == false()).order_by(School.sort_name)
    last = names.offset(LOOKED_THROUGH).limit(1).scalar_subquery()
    return School.sort_name < func.coalesce(last, LAST)


def _closed(text: str, limit: int) -> list[School]:
    return _first(select(School).where(School.is_closed == true(), School.sort_name == words.sort_name(text)), limit)


def _nearly(text: str, limit: int) -> list[School]:
    """Answer what some other way to say it finds, the likeliest way first."""
    asked = words.typed(text)[:MOST_WORDS]
    for other in nearly.ways(asked):
        if found := _having(" ".join(other), limit):
            return found
    return []


def _first(schools: Select[School], limit: int) -> list[School]:
    return list(db.session.scalars(schools.order_by(*ORDER).limit(limit)))
