"""Schools of the national register (GIAS), known by their URN."""

from booking.domain.schools.school import School, SchoolWord

__all__ = ["School", "SchoolWord"]
