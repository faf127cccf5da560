"""Refusals: a rule said no, in words that a person can read."""

from booking.db import KeepsWork


class Refused(Exception):
    """A rule said no. The sentence is for the person; the code is for programs."""

    code = "refused"


class NotFound(Refused):
    """It does not exist, or is not yours to see: the answer is the same."""

    code = "not_found"


class NotAllowed(Refused):
    """The person's roles do not reach this far."""

    code = "not_allowed"


class NotOpenYet(Refused):
    code = "not_open_yet"


class Closed(Refused):
    code = "closed"


class CalledOff(Refused):
    code = "called_off"


class Full(Refused):
    """Fewer places are left than the party needs."""

    code = "full"


class SchoolLimit(Refused):
    code = "school_limit"


class AlreadyBooked(Refused):
    code = "already_booked"


class TooManyHeld(Refused):
    """An unproven address holds places already, or asks for too many at once."""

    code = "too_many_held"


class KeyReused(Refused):
    """A form's one-time key came back with other fields."""

    code = "key_reused"


class Over(Refused):
    """The booking has ended, or the event has begun: nothing is left to change."""

    code = "over"


class WrongCode(Refused, KeepsWork):
    """The code is wrong, used or too old; the try is counted all the same."""

    code = "wrong_code"


class TooManyCodes(Refused):
    """Codes were asked for, or guessed at, too often; it passes by itself."""

    code = "too_many_codes"


class ReasonNeeded(Refused):
    """Within the notice period a cancellation says why."""

    code = "reason_needed"


class BadInput(Refused):
    """What was given cannot be so; `field` names where."""

    code = "bad_input"

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
