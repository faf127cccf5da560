"""School calendars: what is read from a file that nobody vouches for, and what is refused by its line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import school_calendars
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotAllowed
from booking.domain.school_calendars import Days, Found
from booking.domain.working_days import Holiday

HALF_TERM = Days("Half-term", date(2027, 2, 15), date(2027, 2, 19))
TABLE = b"Name,Begins_on,Ends_on\r\nHalf-term,2027-02-15,19/02/2027\r\n\r\n"


def entry(*lines):
    inner = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}\r\nEND:VCALENDAR\r\n".encode()


class TestReading:
    def test_a_table(self):
        assert school_calendars.read(TABLE) == Found((HALF_TERM,))

    def test_a_table_that_excel_wrote_with_other_heads(self):
        file = "Holiday,First day,Last day\r\nNoël – the break,20/12/2027,\r\n".encode("cp1252")

        assert school_calendars.read(file).holidays == (
            Days("Noël – the break", date(2027, 12, 20), date(2027, 12, 20)),
        )

    def test_a_calendar_whose_last_day_is_exclusive(self):
        file = entry("DTSTART;VALUE=DATE:20270215", "DTEND;VALUE=DATE:20270220", "SUMMARY:Half-term")

        assert school_calendars.read(file) == Found((HALF_TERM,))

    def test_a_folded_line_and_an_escaped_comma(self):
        file = entry("DTSTART;VALUE=DATE:20270215", "SUMMARY:INSET day\\, school clo", " sed")

        assert school_calendars.read(file).holidays[0].name == "INSET day, school closed"

    def test_terms_and_evenings_and_what_was_called_off_are_left_out(self):
        file = (
            entry("DTSTART;VALUE=DATE:20270215", "SUMMARY:Half-term")
            + entry("DTSTART;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270212", "SUMMARY:Spring term")
            + entry("DTSTART:20270301T180000Z", "SUMMARY:Holiday club evening")
            + entry("DTSTART;VALUE=DATE:20270301", "STATUS:CANCELLED", "SUMMARY:INSET day")
        )

        found = school_calendars.read(file)

        assert ([one.name for one in found.holidays], found.left_out) == (["Half-term"], 3)

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (b"Name,Begins_on\nHalf-term,2027-02-15", "Line 1: the table needs the columns"),
            (b"Name,From,To\nHalf-term,2027-02-15,soon", "Line 2: “soon” is no day"),
            (b"Name,From,To\nA,2027-02-15,2027-02-16\nB,2027-02-31,", "Line 3: “2027-02-31” is no day"),
            (b"Name,From,To\nHalf-term,2027-02-19,2027-02-15", "Line 2: it ends before it begins"),
            (b"Name,From,To\n\x02,2027-02-15,2027-02-15", "Line 2: give the holiday a name"),
            (b"Name,From,To\nLong,2027-01-01,2028-01-01", "Line 2: a holiday is at most 120 days"),
            (b"Name,From,To\nOld,1066-10-14,1066-10-14", "Line 2: a holiday is at most 120 days"),
            (b"Name,From,To\nHalf-term", "Line 2: there are fewer cells"),
            (b"Name,From,To\n", "There is no holiday"),
            (entry("SUMMARY:Half-term"), "Line 3: this entry does not say when it begins"),
            (entry("DTSTART;VALUE=DATE:20270230", "SUMMARY:Half-term"), "Line 4: “20270230” is no day"),
            (entry("DTSTART;VALUE=DATE:20270215", "RRULE:FREQ=DAILY", "SUMMARY:Half-term"), "Line 5: it repeats"),
            (entry("this is no property"), "Line 4: this is not as calendar files are written"),
            (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "There is no holiday"),
            (b"\x00\x01\x02", "this is neither"),
            (b"x" * 64_001, "at most 64 kB"),
            (b"\n" * 5_001, "at most 5000 lines"),
            (b"Name,From,To\n" + b"A,2027-02-15,\n" * 301, "more than 300 holidays"),
        ],
    )
    def test_what_is_wrong_is_refused_by_its_line(self, file, sentence):
        with pytest.raises(BadInput, match=sentence):
            school_calendars.read(file)

    @given(some.binary(max_size=400) | some.text(max_size=200).map(lambda text: entry(*text.splitlines())))
    def test_whatever_is_in_the_file_it_is_read_or_refused(self, file):
        try:
            found = school_calendars.read(file)
        except BadInput:
            return
        assert all(one.begins_on <= one.ends_on and one.name.isprintable() for one in found.holidays)

    @pytest.mark.parametrize("file", [b"", b"\x89PNG\r\n\x1a\n", b"SUMMARY:Half-term\nEND:VEVENT"])
    def test_what_is_neither_a_calendar_nor_a_table_is_said_to_be(self, file):
        with pytest.raises(BadInput, match=r"Choose a calendar file \(\.ics\), or a table with the columns name"):
            school_calendars.read(file)


class TestTakingOver:
    def kept(self):
        return [(one.school_urn, one.name) for one in db.session.scalars(select(Holiday).order_by(Holiday.id))]

    def test_a_calendar_replaces_the_one_that_stood_and_no_other(self, make, noon):
        hub, school, other = make.hub(), make.school(), make.hub()
        ruth, theirs = make.organiser(hub), make.organiser(other)
        for where, urn, by in ((hub, None, ruth), (hub, school.urn, ruth), (other, None, theirs)):
            with transaction():
                school_calendars.take_over(where.id, urn, [HALF_TERM], by=by, at=noon)

        with transaction():
            school_calendars.take_over(hub.id, None, [Days("Easter", *[date(2027, 3, 26)] * 2)], by=ruth, at=noon)

        assert self.kept() == [(school.urn, "Half-term"), (None, "Half-term"), (None, "Easter")]
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.act, entry.facts) == ("hub.holidays_read", {"holidays": 1})

    def test_another_hubs_organiser_takes_nothing_over(self, make, noon):
        hub, theirs = make.hub(), make.organiser(make.hub())

        with pytest.raises(NotAllowed), transaction():
            school_calendars.take_over(hub.id, None, [HALF_TERM], by=theirs, at=noon)

    def test_a_school_is_of_the_register(self, make, noon):
        hub = make.hub()
        ruth = make.organiser(hub)

        with pytest.raises(BadInput, match="Choose the school"), transaction():
            school_calendars.take_over(hub.id, 999, [HALF_TERM], by=ruth, at=noon)
