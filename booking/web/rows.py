"""Rows of fields that a form repeats: colleagues, sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import FieldList

from booking.web import text


class Rows(FieldList):
    """A row each, numbered from 0 in the names of their fields."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Leave out what only looks like a number: other scripts' digits, and thousands of them."""
        for name in formdata:
            number = text.number(name.removeprefix(f"{prefix}-").partition("-")[0], digits=2)
            if number is not None and name.startswith(f"{prefix}-"):
                yield number
