"""A row of the register read as a school: its status, its phase, its dates; refused, or left out, with the reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from booking.domain.schools import indexing
from booking.domain.schools.words import plain

UNREADABLE = "\N{REPLACEMENT CHARACTER}"

TEXTS = {
    "name": ("EstablishmentName", 200),
    "street": ("Street", 200),
    "locality": ("Locality", 200),
    "town": ("Town", 100),
    "county": ("County (name)", 100),
    "postcode": ("Postcode", 10),
    "local_authority": ("LA (name)", 100),
    "type_name": ("TypeOfEstablishment (name)", 100),
    "type_group": ("EstablishmentTypeGroup (name)", 60),
    "trust": ("Trusts (name)", 200),
}
DATES = {"opened_on": "OpenDate", "closed_on": "CloseDate", "changed_on": "LastChangedDate"}
STATUSES = {
    "1": "open",
    "open": "open",
    "2": "closed",
    "closed": "closed",
    "3": "closing",
    "open but proposed to close": "closing",
    "4": "proposed",
    "proposed to open": "proposed",
}
PHASES = {
    "1": "early_years",
    "nursery": "early_years",
    "2": "primary",
    "primary": "primary",
    "3": "primary",
    "middle deemed primary": "primary",
    "4": "secondary",
    "secondary": "secondary",
    "5": "secondary",
    "middle deemed secondary": "secondary",
    "6": "post_16",
    "16 plus": "post_16",
    "7": "all_through",
    "all through": "all_through",
}
"""By code (without its leading zeros) and by name; of the rest, “not applicable”, the ages tell."""
LEFT_OUT = {
    "Wales": ("wales pseudo", "welsh establishment"),
    "offshore and overseas": ("offshore", "bfpo", "british schools overseas", "service childrens education"),
    "children’s centres": ("childrens centre",),
}
"""How the type, the region or the authority begins of what the register has beside the schools of England."""
_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?: 00:00(?::00)?)?")


class Unreadable(Exception):
    """The row is no school that can be kept; the text says why."""


def urn_of(columns: Mapping[str, str]) -> int:
    """Answer the school's number. Raises `Unreadable`."""
    text = columns.get("URN", "").strip()
    if not (text.isascii() and text.isdigit() and 5 <= len(text) <= 7):
        raise Unreadable(f"“{text[:20]}” is not a URN")
    return int(text)


def left_out(columns: Mapping[str, str]) -> str | None:
    """Answer of which sort the row is, where it is no school of England."""
    told = [plain(columns.get(name, "")) for name in ("TypeOfEstablishment (name)", "GOR (name)", "LA (name)")]
    return next((sort for sort, starts in LEFT_OUT.items() if any(text.startswith(starts) for text in told)), None)


def facts(columns: Mapping[str, str]) -> dict[str, Any]:
    """Answer what a School is made of, with its fingerprint. Raises `Unreadable`."""
    told: dict[str, Any] = {name: _text(columns, *source) for name, source in TEXTS.items()}
    if not told["name"]:
        raise Unreadable("it has no name")
    if any(UNREADABLE in value for value in told.values()):
        raise Unreadable("it has a character that cannot be read")
    told |= {name: _date(columns, source) for name, source in DATES.items()}
    told |= {"low_age": _age(columns, "StatutoryLowAge"), "high_age": _age(columns, "StatutoryHighAge")}
    told |= {"easting": _number(columns, "Easting"), "northing": _number(columns, "Northing")}
    told["status"] = _status(columns)
    told["phase"] = _phase(columns, told)
    told["urn"] = urn_of(columns)
    told["fingerprint"] = _fingerprint(told)
    return told


def _fingerprint(told: Mapping[str, Any]) -> str:
    text = "\x1f".join(str(told[name]) for name in sorted(told))
    return hashlib.blake2b(f"{indexing.RULES}\x1f{text}".encode(), digest_size=20).hexdigest()


def _text(columns: Mapping[str, str], name: str, longest: int) -> str:
    return " ".join(columns.get(name, "").split())[:longest].rstrip()


def _date(columns: Mapping[str, str], name: str) -> date | None:
    """Read 31-08-2019, and 31/08/2019 as a spreadsheet writes it. Raises `Unreadable`."""
    text = columns.get(name, "").strip()
    if not text:
        return None
    try:
        day, month, year = _DATE.fullmatch(text).groups()  # type: ignore[union-attr]
        return date(int(year), int(month), int(day))
    except (AttributeError, ValueError):
        raise Unreadable(f"{name} “{text[:20]}” is not a date") from None


def _number(columns: Mapping[str, str], name: str) -> int | None:
    """Read a whole number of metres; the register writes 0, or nothing, where it does not know."""
    text = columns.get(name, "").strip()
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= 7 else None


def _age(columns: Mapping[str, str], name: str) -> int | None:
    text = columns.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None


def _code_or_name(columns: Mapping[str, str], column: str, known: Mapping[str, str]) -> str | None:
    """Look the name up, else the code, which may have lost or kept its leading zeros."""
    name = known.get(plain(columns.get(f"{column} (name)", "")))
    return name or known.get(columns.get(f"{column} (code)", "").strip().lstrip("0"))


def _status(columns: Mapping[str, str]) -> str:
    status = _code_or_name(columns, "EstablishmentStatus", STATUSES)
    if status is None:
        told = columns.get("EstablishmentStatus (name)") or columns.get("EstablishmentStatus (code)") or ""
        raise Unreadable(f"its status “{told[:30]}” is unknown")
    return status


def _phase(columns: Mapping[str, str], told: Mapping[str, Any]) -> str:
    """Answer the phase. Special schools have none in the register, nor have most independent ones: their ages tell."""
    if "special" in plain(f"{told['type_name']} {told['type_group']}").split():
        return "special"
    phase = _code_or_name(columns, "PhaseOfEducation", PHASES)
    return phase or _phase_by_ages(told["low_age"], told["high_age"])


def _phase_by_ages(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return ""
    if high <= 5:
        return "early_years"
    if low >= 16:
        return "post_16"
    if low >= 9:
        return "secondary"
    return "primary" if high <= 13 else "all_through"
