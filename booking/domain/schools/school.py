"""The school: what the register says of it, and the words it can be found by."""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from booking.db import Model


def _in_byte_order(longest: int) -> TypeEngine[str]:
    """Sort alike on both databases, whatever collation a server was made with: the picker asks for ranges of words."""
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


class School(Model):
    """A school of the register. When it becomes an academy it gets a new URN; `family_urn` joins the two."""

    __tablename__ = "school"
    __table_args__ = (
        CheckConstraint("status in ('open','closing','closed','proposed')", name="status"),
        Index("ix_school_family_urn", "family_urn"),
        Index("ix_school_is_closed_sort_name", "is_closed", "sort_name"),
    )

    urn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    locality: Mapped[str] = mapped_column(String(200), default="")
    town: Mapped[str] = mapped_column(_in_byte_order(100), default="")
    county: Mapped[str] = mapped_column(String(100), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    local_authority: Mapped[str] = mapped_column(String(100), default="")
    phase: Mapped[str] = mapped_column(String(20), default="")
    low_age: Mapped[int | None]
    high_age: Mapped[int | None]
    type_name: Mapped[str] = mapped_column(String(100), default="")
    type_group: Mapped[str] = mapped_column(String(60), default="")
    trust: Mapped[str] = mapped_column(String(200), default="")
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(10), default="open")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    changed_on: Mapped[date | None]
    family_urn: Mapped[int]
    """The URN that stands for this school and all that it was before: its own, unless the register links it."""
    formerly: Mapped[str] = mapped_column(String(200), default="")
    """What it was called before it became this school, where that differs; it is found by that name too."""
    fingerprint: Mapped[str] = mapped_column(String(40), default="")
    """Of the facts that were imported, so that an unchanged row is seen at once."""
    is_closed: Mapped[bool] = mapped_column(default=False)
    sort_name: Mapped[str] = mapped_column(_in_byte_order(200), default="")
    """The name as it is compared and sorted: "st marys ce primary school"."""
    search_words: Mapped[str] = mapped_column(Text, default="")
    """What `SchoolWord` has, in one line with a space before each word; empty for a closed school."""

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Town and postcode: names repeat."""
        return ", ".join(part for part in (self.town or self.locality, self.postcode) if part)

    @property
    def whereabouts(self) -> str:
        """Town and postcode, and whether the school is closed or not open yet."""
        note = {"closed": "(closed)", "proposed": "(not open yet)"}.get(self.status, "")
        return " ".join(part for part in (self.place, note) if part)

    @property
    def label(self) -> str:
        """Name and whereabouts on one line: what the picker writes into its field."""
        return ", ".join(part for part in (self.name, self.whereabouts) if part)


class SchoolWord(Model):
    """A word that a school can be found by: of its name, town, postcode or number. Closed schools have none."""

    __tablename__ = "school_word"
    __table_args__ = (Index("ix_school_word_urn", "urn"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(_in_byte_order(40), primary_key=True)
    urn: Mapped[int] = mapped_column(ForeignKey("school.urn", ondelete="CASCADE"), primary_key=True)


SCHOOLS = cast(Table, School.__table__)
SCHOOL_WORDS = cast(Table, SchoolWord.__table__)
