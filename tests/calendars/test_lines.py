"""Every octet rule of RFC 5545, 3.1 and 3.3.11, with whatever somebody may type."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from icalendar import Event, vText

from booking.calendars.lines import MOST_OCTETS, escaped, folded, plain

HOSTILE = [
    "比" * 300,
    ", ; \\ \" ' \\n \\N C:\\New",
    "👩‍🏫" * 40,
    "a\r\nb\rc\nd\u2028e\u0085f\x0bg\x0c\x1dh",
    "BEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
    "\x00\x07\x1b\x7f\ud800\ufeff",
    "\\" * 200,
    "x" * 74 + ",",
    "",
    " leading and trailing ",
]


def unfolded(written: str) -> str:
    return written.replace("\r\n ", "").removesuffix("\r\n")


@given(some.text())
@example(HOSTILE[0])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[5])
@example(HOSTILE[6])
def test_folded_text_keeps_every_octet_rule(text):
    written = folded(f"SUMMARY:{escaped(text)}")

    lines = written.encode().split(b"\r\n")
    assert lines.pop() == b""
    assert all(0 < len(line) <= MOST_OCTETS for line in lines)
    assert all(line.decode() for line in lines)  # no character is split
    assert all(line.startswith(b" ") for line in lines[1:])
    assert not any(octet < 32 or octet == 127 for line in lines for octet in line)
    assert len(written.splitlines()) == len(lines)  # nothing else that some reader takes for the end of a line
    assert unfolded(written) == f"SUMMARY:{escaped(text)}"


@given(some.text())
def test_text_is_escaped_as_the_library_does(text):
    clean = plain(text).replace("\\N", "")  # which the library takes for a line break

    assert escaped(clean).encode() == vText(clean).to_ical()


@given(some.text())
@example("C:\\New")
@example("\\n and \\N are no line breaks")
def test_whatever_is_typed_is_read_again(text):
    written = f"BEGIN:VEVENT\r\nUID:1\r\n{folded(f'SUMMARY:{escaped(text)}')}END:VEVENT\r\n"

    assert str(Event.from_ical(written)["SUMMARY"]) == plain(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_begins_a_line_of_its_own(text):
    assert "\n" not in escaped(text)


def test_no_fold_comes_between_a_backslash_and_what_it_escapes():
    for before in range(60, 80):
        written = folded("SUMMARY:" + escaped("x" * before + "," + "y" * 40))
        assert not any(line.endswith("\\") for line in written.split("\r\n"))
