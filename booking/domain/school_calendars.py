"""School calendars: the holidays of a hub, or of a school that hosts, read from a file that nobody vouches for.

An iCalendar file (RFC 5545) or a table of CSV (RFC 4180). What is wrong is refused by its line, and then nothing of the
file is kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar.parser import Contentline
from sqlalchemy import Select, delete, select

from booking.db import db
from booking.domain import access, audit
from booking.domain.errors import BadInput, NotFound
from booking.domain.people import Hub, Person
from booking.domain.schools import School
from booking.domain.working_days import Holiday

LARGEST_BYTES = 64_000
MOST_LINES = 5_000
MOST_HOLIDAYS = 300
LONGEST_NAME = 120
LONGEST_DAYS = 120
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
HEADS = {
    "name": {"name", "holiday", "title", "summary"},
    "begins_on": {"begins_on", "begins", "from", "start", "first day", "start date"},
    "ends_on": {"ends_on", "ends", "to", "until", "end", "last day", "end date"},
}
"""What a table may call its columns."""
CLOSED = re.compile(
    r"holiday|half[ -]?term|inset|clos(ed|ure)|\bbreak\b|non[ -]?pupil|staff (training|development) day", re.IGNORECASE
)
"""A calendar has terms and parents' evenings, too: what says none of this is left out."""


@dataclass(frozen=True)
class Days:
    """A holiday as the file has it; both days are part of it."""

    name: str
    begins_on: date
    ends_on: date


@dataclass(frozen=True)
class Found:
    """What a file says, and how many of its entries are no holidays."""

    holidays: tuple[Days, ...]
    left_out: int = 0


class Wrong(BadInput):
    """A file that cannot be taken over; `line` is where."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}", "file")
        self.line = line


def read(file: bytes) -> Found:
    """Read a calendar file. Raises `Wrong` with the line, and `BadInput` for what is no such file."""
    if len(file) > LARGEST_BYTES:
        raise BadInput(f"Choose a file of at most {LARGEST_BYTES // 1000} kB", "file")
    written = _text(file)
    if written.count("\n") > MOST_LINES:
        raise BadInput(f"Choose a file of at most {MOST_LINES} lines", "file")
    found = _calendar(written) if written.lstrip().upper().startswith("BEGIN:VCALENDAR") else _table(written)
    if not found.holidays:
        raise BadInput("There is no holiday in this file", "file")
    if len(found.holidays) > MOST_HOLIDAYS:
        raise BadInput(f"There are more than {MOST_HOLIDAYS} holidays in this file", "file")
    return found


def take_over(hub_id: int, school_urn: int | None, days: Sequence[Days], *, by: Person, at: datetime) -> None:
    """Let these be the holidays of the hub, or of one of its host schools, instead of what stood; none is right.

    Raises `NotFound`, `NotAllowed`, and `BadInput` for a school that is not in the register.
    """
    access.must_organise(by, hub_id)
    hub = db.session.get(Hub, hub_id)
    if hub is None:
        raise NotFound("That hub does not exist.")
    if school_urn is not None and db.session.get(School, school_urn) is None:
        raise BadInput("Choose the school from the list", "school")
    whose = Holiday.school_urn.is_(None) if school_urn is None else Holiday.school_urn == school_urn
    db.session.execute(delete(Holiday).where(Holiday.hub_id == hub_id, whose))
    db.session.add_all(Holiday(hub_id=hub_id, school_urn=school_urn, **vars(one)) for one in days)
    school = {"school": school_urn} if school_urn else {}
    audit.record("hub.holidays_read", hub, by=by, at=at, hub_id=hub_id, holidays=len(days), **school)


def of_hub(hub_id: int) -> Select[Holiday]:
    """Answer the query for all holidays that a hub keeps: its own first, then school by school."""
    query = select(Holiday).where(Holiday.hub_id == hub_id)
    return query.order_by(Holiday.school_urn.is_not(None), Holiday.school_urn, Holiday.begins_on, Holiday.id)


def _text(file: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            written = file.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in written:
            return written
    raise BadInput("Choose a calendar file or a table: this is neither", "file")


def _calendar(written: str) -> Found:
    """Read the entries of whole days; what repeats is refused, and what has a time of day is no holiday."""
    entries = list(_entries(written))
    found = [days for entry in entries if (days := _entry_days(entry))]
    return Found(tuple(found), len(entries) - len(found))


Entry = dict[str, tuple[int, dict[str, str], str]]


def _entries(written: str) -> Iterator[Entry]:
    """Answer the properties of each entry: name → line, parameters, value."""
    entry: Entry | None = None
    for line, content in _unfolded(written):
        name, parameters, value = _property(line, content)
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            entry = {"BEGIN": (line, {}, "")}
        elif (name, value.upper()) == ("END", "VEVENT") and entry is not None:
            yield entry
            entry = None
        elif entry is not None:
            entry.setdefault(name, (line, parameters, value))


def _unfolded(written: str) -> Iterator[tuple[int, str]]:
    """Answer each content line with the number of its first line (RFC 5545, 3.1)."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(written.splitlines(), 1):
        if held and line[:1] in (" ", "\t"):
            held = (held[0], held[1] + line[1:])
            continue
        if held:
            yield held
        held = (number, line) if line.strip() else None
    if held:
        yield held


def _property(line: int, content: str) -> tuple[str, dict[str, str], str]:
    try:
        name, parameters, value = Contentline(content).parts()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise Wrong(line, "this is not as calendar files are written") from error
    return name.upper(), {key.upper(): str(said) for key, said in parameters.items()}, value


def _entry_days(entry: Entry) -> Days | None:
    if "RRULE" in entry or "RDATE" in entry:
        raise Wrong(entry.get("RRULE", entry.get("RDATE", entry["BEGIN"]))[0], "it repeats. Give each holiday its days")
    if "DTSTART" not in entry:
        raise Wrong(entry["BEGIN"][0], "this entry does not say when it begins")
    line, parameters, value = entry["DTSTART"]
    is_timed = parameters.get("VALUE", "").upper() != "DATE" and len(value) != 8
    name = entry.get("SUMMARY", (0, {}, ""))[2].replace("\\,", ",").replace("\\;", ";").replace("\\n", " ")
    if is_timed or not CLOSED.search(name) or entry.get("STATUS", (0, {}, ""))[2].upper() == "CANCELLED":
        return None
    begins = _compact(line, value)
    ends = _compact(*entry["DTEND"][::2]) - timedelta(days=1) if "DTEND" in entry else begins
    return _days(entry.get("DTEND", entry["DTSTART"])[0], name, begins, max(begins, ends))


def _compact(line: int, value: str) -> date:
    try:
        return datetime.strptime(value[:8], "%Y%m%d").date()
    except ValueError as error:
        raise Wrong(line, f"“{value[:20]}” is no day") from error


def _table(written: str) -> Found:
    """Read a table with a name, a first and a last day; dates like 2027-02-15 or 15/02/2027."""
    rows = csv.reader(io.StringIO(written, newline=""))
    try:
        columns = _columns(next(rows, []))
        return Found(tuple(_row(rows.line_num, row, columns) for row in rows if any(cell.strip() for cell in row)))
    except csv.Error as error:
        raise Wrong(rows.line_num, "this is not as tables are written") from error


def _columns(head: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in head]
    places = {column: next((names.index(one) for one in known if one in names), -1) for column, known in HEADS.items()}
    missing = [column for column, place in places.items() if place < 0]
    if len(missing) == len(places):
        raise BadInput("Choose a calendar file (.ics), or a table with the columns name, begins_on and ends_on", "file")
    if missing:
        raise Wrong(1, f"the table needs the columns name, begins_on and ends_on; it has no {' and no '.join(missing)}")
    return places


def _row(line: int, row: list[str], columns: dict[str, int]) -> Days:
    if len(row) <= max(columns.values()):
        raise Wrong(line, "there are fewer cells than in the first line")
    name, begins, ends = (row[columns[column]].strip() for column in HEADS)
    first = _written(line, begins)
    return _days(line, name, first, _written(line, ends) if ends else first)


def _written(line: int, text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise Wrong(line, f"“{text[:20]}” is no day. Write it like 2027-02-15 or 15/02/2027")


def _days(line: int, name: str, begins: date, ends: date) -> Days:
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not said:
        raise Wrong(line, "give the holiday a name")
    if ends < begins:
        raise Wrong(line, "it ends before it begins")
    if not EARLIEST <= begins <= LATEST or (ends - begins).days >= LONGEST_DAYS:
        raise Wrong(line, f"a holiday is at most {LONGEST_DAYS} days long, and in this century")
    return Days(said[:LONGEST_NAME], begins, ends)
