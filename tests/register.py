"""The register's daily file with invented schools: the header and the bytes are as the real one has them."""

from __future__ import annotations

import csv
import io
from itertools import count
from pathlib import Path

HEADER = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (code)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "OpenDate",
    "CloseDate",
    "PhaseOfEducation (code)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "Trusts (name)",
    "LastChangedDate",
    "Street",
    "Locality",
    "Address3",
    "Town",
    "County (name)",
    "Postcode",
    "HeadLastName",
    "GOR (name)",
    "Easting",
    "Northing",
)
ORDINARY = {
    "LA (code)": "383",
    "LA (name)": "Leeds",
    "EstablishmentNumber": "2001",
    "EstablishmentName": "Larkmead Primary School",
    "TypeOfEstablishment (code)": "01",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentTypeGroup (code)": "4",
    "EstablishmentTypeGroup (name)": "Local authority maintained schools",
    "EstablishmentStatus (code)": "1",
    "EstablishmentStatus (name)": "Open",
    "PhaseOfEducation (code)": "2",
    "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "3",
    "StatutoryHighAge": "11",
    "LastChangedDate": "04-05-2026",
    "Street": "Larkmead Lane",
    "Town": "Otley",
    "County (name)": "West Yorkshire",
    "Postcode": "LS21 3XQ",
    "HeadLastName": "Nobody",
    "GOR (name)": "Yorkshire and the Humber",
    "Easting": "420123",
    "Northing": "445678",
}
_urns = count(990001)


def row(urn: int | str | None = None, **columns: str) -> dict[str, str]:
    """Answer an ordinary open primary school, but for what is given: `name`, `town`, … or a column's own name."""
    short = {
        "name": "EstablishmentName",
        "town": "Town",
        "postcode": "Postcode",
        "status": "EstablishmentStatus (name)",
        "kind": "TypeOfEstablishment (name)",
        "phase": "PhaseOfEducation (name)",
    }
    given = {short.get(column, column): value for column, value in columns.items()}
    if "EstablishmentStatus (name)" in given:
        given.setdefault("EstablishmentStatus (code)", "")
    if "PhaseOfEducation (name)" in given:
        given.setdefault("PhaseOfEducation (code)", "")
    return {**ORDINARY, "URN": str(next(_urns) if urn is None else urn), **given}


def text_of(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> str:
    """Answer the file's text: every value in quotes, lines ended with CR LF."""
    written = io.StringIO()
    lines = csv.DictWriter(written, header, restval="", extrasaction="ignore", quoting=csv.QUOTE_ALL)
    lines.writeheader()
    lines.writerows(rows)
    return written.getvalue()


def write(path: Path, *rows: dict[str, str], header: tuple[str, ...] = HEADER, encoding: str = "cp1252") -> Path:
    path.write_bytes(text_of(*rows, header=header).encode(encoding))
    return path
