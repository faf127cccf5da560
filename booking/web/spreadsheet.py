"""Tables for a spreadsheet: CSV (RFC 4180) in UTF-8 with a mark, so that Excel reads names right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What makes a spreadsheet calculate a cell, also after blanks (OWASP, CSV injection)."""


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Answer the rows, the first of them the head, as a file to keep; no cell of it is ever calculated."""
    kept = io.StringIO(newline="")
    csv.writer(kept, lineterminator="\r\n").writerows([defused(str(cell)) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + kept.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def defused(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; NUL is left out."""
    plain = cell.replace("\0", "")
    return f"'{plain}" if cell.lstrip(" \u00a0").startswith(FORMULA) else plain
