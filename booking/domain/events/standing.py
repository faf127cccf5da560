"""How an event stands at a moment: the same questions of the event itself and of its line in a list.

The instant decides: open from `opens_at`, closed from `closes_at`, past from `ends_at`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

LAST_MINUTE = timedelta(hours=24)
"""So long before the start offers end, where the organiser has not said otherwise."""
SHOWN_AFTER_END = timedelta(days=30)
"""A past event's page stays so long; then it is gone."""


class Standing:
    """Questions about what has places, opens, closes, begins and ends."""

    if TYPE_CHECKING:
        capacity: Any
        extra: Any
        taken: Any
        opens_at: Any
        closes_at: Any
        offers_end_at: Any
        published_at: Any
        called_off_at: Any
        starts_at: Any
        ends_at: Any
        slots: Any

    @property
    def places_left(self) -> int:
        return max(0, int(self.capacity + self.extra - self.taken))

    @property
    def is_full(self) -> bool:
        return self.places_left == 0

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def has_open_dates(self) -> bool:
        """Some date is still to be confirmed."""
        return any(slot.starts_at is None for slot in self.slots)

    def is_opening_later(self, at: datetime) -> bool:
        return self.opens_at is not None and at < self.opens_at

    def is_closed(self, at: datetime) -> bool:
        """Half-open: at the closing instant itself it is closed."""
        return self.closes_at is None or at >= self.closes_at

    def is_bookable(self, at: datetime) -> bool:
        """Say whether the clock and the organiser allow booking; places are another question."""
        return self.is_published and not self.is_called_off and not self.is_opening_later(at) and not self.is_closed(at)

    @property
    def offers_stop_at(self) -> datetime | None:
        """From then on nothing is offered: the organiser's moment, else 24 hours before the start; never after it."""
        starts_at: datetime | None = self.starts_at
        ends_at: datetime | None = self.offers_end_at
        return min(ends_at or starts_at - LAST_MINUTE, starts_at) if starts_at else ends_at

    def is_offering(self, at: datetime) -> bool:
        """Say whether a place that comes free is offered to those who wait; closing does not end that."""
        return self._goes_ahead(at) and (self.offers_stop_at is None or at < self.offers_stop_at)

    def is_last_minute(self, at: datetime) -> bool:
        """Say whether those who wait may claim a free place: offers have ended, and it has not begun."""
        return self._goes_ahead(at) and not self.is_offering(at)

    def _goes_ahead(self, at: datetime) -> bool:
        return self.is_published and not self.is_called_off and not self.has_begun(at)

    def has_begun(self, at: datetime) -> bool:
        return self.starts_at is not None and at >= self.starts_at

    def is_past(self, at: datetime) -> bool:
        return self.ends_at is not None and at >= self.ends_at

    def is_gone(self, at: datetime) -> bool:
        return self.ends_at is not None and at >= self.ends_at + SHOWN_AFTER_END


class Times:
    """When a session is, by the clocks of its venue."""

    if TYPE_CHECKING:
        starts_at: Any
        ends_at: Any
        zone: Any

    @property
    def local_start(self) -> datetime | None:
        return self.starts_at.astimezone(ZoneInfo(self.zone)) if self.starts_at else None

    @property
    def local_end(self) -> datetime | None:
        return self.ends_at.astimezone(ZoneInfo(self.zone)) if self.ends_at else None
