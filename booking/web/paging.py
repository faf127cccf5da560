"""Pages of a long list: which one is asked for, and the links to the others."""

from __future__ import annotations

from dataclasses import dataclass

from booking.web import text

NEAR = 1


@dataclass(frozen=True)
class Page:
    number: int
    last: int
    size: int
    total: int

    @property
    def rows(self) -> slice:
        return slice((self.number - 1) * self.size, self.number * self.size)

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def numbers(self) -> list[int | None]:
        """Answer the pages to link to: the first, the last, those near this one, and None for what is left out."""
        near = range(max(1, self.number - NEAR), min(self.last, self.number + NEAR) + 1)
        shown = sorted({1, *near, self.last})
        gaps: list[int | None] = []
        for before, number in zip([0, *shown], shown, strict=False):
            gaps += [None, number] if number > before + 1 else [number]
        return gaps


def page(asked: str, *, total: int, size: int) -> Page:
    """Answer the page that is asked for; the first where that is no number, the last where there are not so many."""
    last = max(1, -(-total // size))
    number = text.number(asked, digits=6) or 1
    return Page(min(number, last), last, size, total)
