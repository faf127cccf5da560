"""What can be asked of the list: each state of it is a set of filters, and each set of filters is an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from booking.domain.events import LAST_YEAR, RECEPTION, Kind, Phase

FILTERS = ("words", "kind", "phase", "year", "hub", "month", "where", "places", "within")
"""What narrows the list, in the order in which a page speaks of them."""
ASKED = (*FILTERS, "near", "order")
OPEN_DATE = "tbc"
HALF_TERM = "this-half-term"
LEFT = "left"
IN_PERSON, ONLINE = "in-person", "online"
NEAREST = "nearest"
DISTANCES = ("5", "15", "40")
"""Miles."""
LONGEST_WORDS = 100
YEARS = [str(year) for year in range(RECEPTION, LAST_YEAR + 1)]


@dataclass(frozen=True)
class Filters:
    """What is asked for; an empty text asks for everything."""

    words: str = ""
    """Words of the title, the description, the venue, the hub or who teaches; all of them."""
    kind: str = ""
    phase: str = ""
    year: str = ""
    """A year group, "0" (Reception) to "13"."""
    hub: str = ""
    """A hub's slug."""
    month: str = ""
    """A month like "2027-03", `HALF_TERM`, or `OPEN_DATE`."""
    where: str = ""
    """`IN_PERSON`, `ONLINE`, or everywhere."""
    places: str = ""
    """`LEFT`, or everything."""
    within: str = ""
    """So many miles of `near`."""
    near: str = ""
    """The URN of a school, from which distances count."""
    order: str = ""
    """`NEAREST`, or the soonest first."""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Filters:
        """Answer what can be understood of what was asked; the rest is as if it had not been asked."""
        words = " ".join(asked.get("words", "").split())[:LONGEST_WORDS].rstrip()
        near = re.fullmatch(r"[0-9]{5,7}", asked.get("near", ""))
        sound = {
            "kind": asked.get("kind") in list(Kind),
            "phase": asked.get("phase") in list(Phase),
            "year": asked.get("year", "") in YEARS,
            "hub": re.fullmatch(r"[a-z0-9-]{1,60}", asked.get("hub", "")),
            "month": re.fullmatch(rf"20[0-9]{{2}}-(0[1-9]|1[0-2])|{HALF_TERM}|{OPEN_DATE}", asked.get("month", "")),
            "where": asked.get("where") in (IN_PERSON, ONLINE),
            "places": asked.get("places") == LEFT,
            "within": near and asked.get("within") in DISTANCES,
            "near": near,
            "order": near and asked.get("order") == NEAREST,
        }
        return cls(words=words, **{name: asked[name] for name, is_sound in sound.items() if is_sound})

    @property
    def chosen(self) -> dict[str, str]:
        """Answer what was asked for, by its name: the query of the one address of this list."""
        return {name: value for name in ASKED if (value := getattr(self, name))}

    @property
    def narrowing(self) -> dict[str, str]:
        """Answer the filters that are set, without what only measures or orders."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def choose(self, name: str, value: str) -> Filters:
        """Answer these filters with one set, or with an empty text taken away."""
        return replace(self, **{name: value})

    def near_nothing(self) -> Filters:
        """Answer these filters without a school to measure from."""
        return replace(self, near="", within="", order="")
