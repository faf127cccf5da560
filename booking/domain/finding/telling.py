"""What words an event is found by, and what is meant by the words that somebody types.

Both become the same plain words: small letters, no accents, no plural "s", "Key Stage 2" as one word, and a word for
each year group, so that "y4", "Year 4" and an event for Years 3 to 6 meet.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from booking.domain.events import LAST_YEAR
from booking.domain.finding import bits
from booking.domain.schools.words import is_one_slip, plain

PREFIX = 3
"""From so many letters on, the beginning of a word finds it."""
FORGIVEN = 4
"""From so many letters on, one slip is forgiven, but for the first letter."""
MOST_WORDS = 12
LITTLE = {"a", "an", "and", "at", "by", "for", "from", "in", "near", "of", "on", "or", "the", "to", "with"}
"""They are left out, unless nothing else is typed."""
_KEY_STAGE = re.compile(r"\bkey stage (\d)\b")
_YEARS = re.compile(r"\b(?:years?|yrs?|y) ?(\d{1,2})(?: (?:to|and) (\d{1,2}))?\b")


def words_of(text: str, years: Iterable[int] = ()) -> tuple[str, ...]:
    """Answer the words that find an event: of its text, and one for each of its year groups."""
    told = _KEY_STAGE.sub(r"ks\1", plain(text))
    found = {_singular(word) for word in told.split()} | {f"year{year}" for year in years}
    for first, last in _YEARS.findall(told):
        found.update(f"year{year}" for year in range(int(first), min(int(last or first), LAST_YEAR) + 1))
    return tuple(sys.intern(word) for word in sorted(found))


def typed(text: str) -> list[str]:
    """Answer the words that somebody typed, each once."""
    told = _YEARS.sub(r"year\1 \2", _KEY_STAGE.sub(r"ks\1", plain(text)))
    words = list(dict.fromkeys(_singular(word) for word in told.split()))[:MOST_WORDS]
    return [word for word in words if word not in LITTLE] or words


def _singular(word: str) -> str:
    return word[:-1] if len(word) > PREFIX and word.endswith("s") and not word.endswith("ss") else word


def _as_typed(text: str, word: str) -> str:
    """Answer the word with the plural that it may have lost."""
    return next((whole for whole in plain(text).split() if _singular(whole) == word), word)


class Index:
    """The words of many events, each known by its number."""

    def __init__(self, told: Sequence[Sequence[str]]) -> None:
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(told):
            for word in words:
                self._numbers[word].append(number)
        self._words = sorted(self._numbers)
        self._sets: dict[str, int] = {}

    def find(self, text: str) -> tuple[int, dict[str, list[str]]]:
        """Answer the set of those that have every typed word, and how words with a slip were read."""
        found, read = -1, {}
        for word in typed(text):
            words = self._meant(word)
            if not words and (words := self._near(word)):
                read[_as_typed(text, word)] = words
            found &= self._any_of(words)
        return found, read

    def _meant(self, word: str) -> list[str]:
        """Answer the words that are the typed one, or begin with it."""
        if len(word) < PREFIX or not word.isalpha():
            return [word] if word in self._numbers else []
        return self._words[bisect_left(self._words, word) : bisect_left(self._words, word + "\x7f")]

    def _near(self, word: str) -> list[str]:
        """Answer the words that begin with what the typed one is but for one slip."""
        if len(word) < FORGIVEN or not word.isalpha():
            return []
        same_letter = self._words[bisect_left(self._words, word[0]) : bisect_left(self._words, word[0] + "\x7f")]
        whole = [other for other in same_letter if is_one_slip(word, other)]
        lengths = (len(word), len(word) + 1, len(word) - 1)
        return whole or [other for other in same_letter if any(is_one_slip(word, other[:n]) for n in lengths)]

    def _any_of(self, words: Iterable[str]) -> int:
        found = 0
        for word in words:
            if word not in self._sets:
                self._sets[word] = bits.having(self._numbers[word])
            found |= self._sets[word]
        return found
