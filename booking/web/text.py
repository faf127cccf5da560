"""What people type: brought into one spelling, checked for its shape, refused in a sentence that names the field."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email
from wtforms import Field

from booking.domain import people
from booking.domain.errors import BadInput

LIKE = "like name@school.sch.uk"
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They turn the direction of what stands around them, so that a name could rewrite the line it stands in."""


def one_line(text: str | None) -> str:
    """Answer the text with single spaces and none around it."""
    return " ".join((text or "").split())


def lines(text: str | None) -> str:
    """Answer the text with one kind of line end and nothing around it."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def is_plain(text: str) -> bool:
    """Say whether the text has nothing in it that is not for reading: no control characters but line ends and tabs."""
    return not any(
        one in TURNING or (unicodedata.category(one) in ("Cc", "Cs", "Cn") and one not in "\n\t") for one in text
    )


def number(typed: str | None, *, digits: int = 9) -> int | None:
    """Read a number in plain digits; None for anything else, and for more digits than the number of a row may have."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) <= digits else None


def say(field: Field, sentence: str) -> bool:
    """Put an error to a field; answers False, so that a check can end with it."""
    field.errors = [*field.errors, sentence]
    return False


def of(what: str, sentence: str) -> str:
    """Begin a sentence with what it speaks of, where the page has several such: "Session 2: enter from when"."""
    return f"{what}: {sentence[:1].lower()}{sentence[1:]}"


def check_line(field: Field, what: str, *, most: int, empty: str = "") -> bool:
    """Check one line; `what` is how a sentence speaks of it ("your name"), `empty` what to say if nothing is there."""
    field.data = one_line(field.data)
    return _check(field, what, most=most, empty=empty)


def check_lines(field: Field, what: str, *, most: int) -> bool:
    """Check a text of several lines, which may be empty."""
    field.data = lines(field.data)
    return _check(field, what, most=most, empty="")


def check_address(field: Field, whose: str) -> bool:
    """Check the shape of an e-mail address, without asking the network; `whose` is "your" or "Grace’s"."""
    field.data = one_line(field.data)
    try:
        field.data = validate_email(field.data, check_deliverability=False).normalized
        people.normalise(field.data)
    except (EmailNotValidError, BadInput):
        return say(field, f"Enter {whose} e-mail address{' in full' if field.data else ''}, {LIKE}")
    return True


def _check(field: Field, what: str, *, most: int, empty: str) -> bool:
    if not field.data and empty:
        return say(field, empty)
    if len(field.data) > most:
        return say(field, f"Shorten {what} to {most} characters")
    if not is_plain(field.data):
        return say(field, f"Type {what} again: there is a character in it that cannot be shown")
    return True
