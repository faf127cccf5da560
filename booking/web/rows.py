"""Rows of fields that a form repeats: colleagues, sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import FieldList


class Rows(FieldList):
    """A row each, numbered from 0 in the names of their fields."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Leave out what only looks like a number: other scripts' digits, and thousands of them."""
        for name in formdata:
            number = name.removeprefix(f"{prefix}-").partition("-")[0]
            if number.isascii() and number.isdigit() and len(number) < 3 and name.startswith(f"{prefix}-"):
                yield int(number)
