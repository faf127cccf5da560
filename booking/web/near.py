"""The school from which the list measures: picked from suggestions, or typed and then chosen from links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking.domain import schools
from booking.domain.finding import Filters
from booking.domain.schools import School

MOST_MATCHES = 10


@dataclass(frozen=True)
class Near:
    """What was typed into the form, and what it may mean."""

    typed: str = ""
    school: School | None = None
    matches: Sequence[School] = ()

    @property
    def is_open(self) -> bool:
        """Somebody typed what is no school's name, or the name of several."""
        return bool(self.typed) and self.school is None


def asked(query: Mapping[str, str]) -> Near:
    """Answer the school that the form names: the suggestion, unless its text was edited since, or the one so called."""
    typed = " ".join(query.get("school", "").split())[: schools.MOST_TYPED]
    if not typed:
        return Near()
    suggested = schools.numbered(query.get("school_urn", ""))
    school = suggested if suggested and suggested.label == typed else schools.named(typed)
    return Near(typed, school, () if school else schools.search(typed, limit=MOST_MATCHES))


def filters(query: Mapping[str, str], near: Near) -> Filters:
    """Answer the filters that the form asks for."""
    return Filters.read({**query, "near": str(near.school.urn) if near.school else ""})
