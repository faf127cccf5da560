"""Names that are half remembered: what else may be meant by words that no school has together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from booking.db import db
from booking.domain.schools.school import SchoolWord
from booking.domain.schools.words import is_one_slip

FORGIVEN = 4
"""From so many letters on, one slip is forgiven, but for the first two letters."""
MOST_WAYS = 8
LITTLE = {"a", "and", "at", "for", "in", "of", "on", "school", "the"}
LAST = "\x7f"


def ways(asked: Sequence[str]) -> Iterator[Sequence[str]]:
    """Answer other ways to say the same: joined, spelt right, and with one word left out; at most a few."""
    spelt = [_spelt(word) for word in asked]
    right = [others[0] for others in spelt if others]
    tried = [list(asked)]
    for way in (*_joined(asked), *([right] if len(right) == len(asked) else []), *_without_one(right)):
        if way not in tried and len(tried) <= MOST_WAYS:
            tried.append(way)
            yield way


def _joined(asked: Sequence[str]) -> Iterator[list[str]]:
    """Answer the words with two neighbours as one: "gordon brock" is Gordonbrock."""
    for place in range(len(asked) - 1):
        yield [*asked[:place], asked[place] + asked[place + 1], *asked[place + 2 :]]


def _without_one(asked: Sequence[str]) -> Iterator[list[str]]:
    """Answer the words without the little ones, then without one of the others, the shortest first."""
    telling = [word for word in asked if word not in LITTLE]
    if len(telling) > 1:
        yield telling
    for word in sorted(telling, key=len) if len(telling) > 2 else []:
        yield [other for other in telling if other != word]


def _spelt(word: str) -> list[str]:
    """Answer the word if a school has it, else those that it is but for one slip, the nearest in length first."""
    if _has(word):
        return [word]
    if len(word) < FORGIVEN or not word.isalpha():
        return []
    alike = select(SchoolWord.word).where(SchoolWord.word >= word[:2], SchoolWord.word < word[:2] + LAST).distinct()
    near = [other for other in db.session.scalars(alike) if is_one_slip(word, other) or _begins_alike(word, other)]
    return sorted(near, key=lambda other: (abs(len(other) - len(word)), other))


def _begins_alike(word: str, other: str) -> bool:
    return any(is_one_slip(word, other[:length]) for length in (len(word), len(word) + 1))


def _has(word: str) -> bool:
    begins = select(SchoolWord.word).where(SchoolWord.word >= word, SchoolWord.word < word + LAST)
    return db.session.scalar(begins.limit(1)) is not None
