"""Changes: moving, resizing and calling off what people have booked; they are told once it has settled."""

from booking.domain.changes.pending import Change

__all__ = ["Change"]
