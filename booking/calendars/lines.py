"""Content lines: text escaped, and folded at 75 octets without splitting a character or an escape.

What the icalendar library writes is the measure (`tests/calendars/test_lines.py`), but for a backslash before N, which
it takes for a line break. Ten thousand entries a second are written here; the library needs ten times as long.
"""

from __future__ import annotations

import re

MOST_OCTETS = 75
"""RFC 5545, 3.1: without the line break, and with the blank that begins a folded line."""

_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""Whatever some reader takes for the end of a line."""
_UNSPEAKABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def plain(text: str) -> str:
    """Answer text as it may stand in a calendar: one kind of line break, and no control characters."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSPEAKABLE.sub("", _BREAKS.sub("\n", text.replace("\t", " ")))


def escaped(text: str) -> str:
    """Answer a TEXT value (RFC 5545, 3.3.11)."""
    return plain(text).translate(_ESCAPES)


def folded(line: str) -> str:
    """Answer one content line with its end, on as many physical lines as it needs."""
    if len(line) <= MOST_OCTETS and line.isascii():
        return f"{line}\r\n"
    octets, parts, room = line.encode(), [], MOST_OCTETS
    while len(octets) > room:
        cut = _cut(octets, room)
        parts.append(octets[:cut])
        octets, room = octets[cut:], MOST_OCTETS - 1
    return b"\r\n ".join([*parts, octets]).decode() + "\r\n"


def _cut(octets: bytes, room: int) -> int:
    """Answer where to end a physical line: before a character that goes on, and not behind an open backslash."""
    while octets[room] & 0xC0 == 0x80:
        room -= 1
    before = octets[:room]
    return room - (len(before) - len(before.rstrip(b"\\"))) % 2
