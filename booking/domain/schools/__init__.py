"""Schools of the national register (GIAS), known by their URN."""

from booking.domain.schools.indexing import make_findable
from booking.domain.schools.picking import MOST_TYPED, named, numbered, search
from booking.domain.schools.school import School, SchoolWord

__all__ = ["MOST_TYPED", "School", "SchoolWord", "make_findable", "named", "numbered", "search"]
