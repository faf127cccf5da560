"""Where things happen, and the programmes they belong to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.db import Model
from booking.domain.errors import BadInput
from booking.domain.people import Hub
from booking.domain.schools import School

ZONES = ("Europe/London", "Asia/Shanghai")
"""The zones that a venue may have: every calendar is told their rules (`calendars/zones.py`)."""


LONGEST = {"name": 200, "street": 200, "town": 100, "postcode": 10}
"""Characters that a venue's columns hold."""


class Kind(StrEnum):
    SHOWCASE = "showcase"
    EXCHANGE_VISIT = "exchange_visit"
    WORK_GROUP = "work_group"


class Phase(StrEnum):
    EARLY_YEARS = "early_years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post_16"
    SPECIAL = "special"


class Venue(Model):
    """A place: a school, a hall, or online. Its zone is an IANA name."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    town: Mapped[str] = mapped_column(String(100), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    is_online: Mapped[bool] = mapped_column(default=False)
    school_urn: Mapped[int | None] = mapped_column(ForeignKey("school.urn"))
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    directions: Mapped[str] = mapped_column(Text, default="")
    parking: Mapped[str] = mapped_column(Text, default="")
    access: Mapped[str] = mapped_column(Text, default="")
    revised_at: Mapped[datetime | None]
    """When anything that calendars show of it last changed; None since it was made."""

    hub: Mapped[Hub] = relationship()
    school: Mapped[School | None] = relationship()

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.town) if part)

    @property
    def address(self) -> str:
        return ", ".join(part for part in (self.street, self.town, self.postcode) if part)


class Programme(Model):
    """A titled set of events: a showcase season, an exchange, a Work Group year."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("kind in ('showcase','exchange_visit','work_group')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")

    hub: Mapped[Hub] = relationship()


def must_be_zone(zone: str) -> None:
    """Raise `BadInput` for a zone whose rules we could not tell a calendar."""
    if zone not in ZONES:
        raise BadInput("Choose UK time or Shanghai time", "zone")
