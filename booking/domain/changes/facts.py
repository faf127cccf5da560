"""What people know of an event and its sessions, kept beside a change and compared with what is true now."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from booking.domain.events import Event, Slot, Times


@dataclass(frozen=True)
class SlotFacts(Times):
    """What people know of a session. Two are equal where nobody would see a difference."""

    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    expected: str
    zone: str
    venue_id: int | None
    room: str
    join_url: str
    venue: str = field(compare=False)
    """The venue's name then, for words; a venue that is renamed is the same place."""

    @classmethod
    def of(cls, slot: Slot) -> SlotFacts:
        venue = ("Online" if slot.venue.is_online else str(slot.venue)) if slot.venue else ""
        times = (slot.starts_at, slot.ends_at, "" if slot.starts_at else slot.expected)
        return cls(slot.title, *times, slot.zone, slot.venue_id, slot.room, slot.join_url, venue)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> SlotFacts:
        """Answer the facts that `stored` kept."""
        times = {name: _instant(stored[name]) for name in ("starts_at", "ends_at")}
        return cls(**{one.name: stored[one.name] for one in fields(cls)} | times)

    @property
    def stored(self) -> dict[str, Any]:
        times = {name: one.isoformat() if (one := getattr(self, name)) else None for name in ("starts_at", "ends_at")}
        return asdict(self) | times

    @property
    def time(self) -> tuple[object, ...]:
        return (self.starts_at, self.ends_at, self.expected, self.zone)

    @property
    def place(self) -> tuple[object, ...]:
        return (self.venue_id, self.room)

    def is_same_appointment(self, other: SlotFacts) -> bool:
        """Say whether a calendar would still lead people to the right place at the right time."""
        dated = (self.starts_at, self.ends_at, self.zone) == (other.starts_at, other.ends_at, other.zone)
        return dated and (*self.place, self.join_url) == (*other.place, other.join_url)


@dataclass(frozen=True)
class EventFacts:
    """What people know of the event as a whole."""

    title: str
    taught_by: str

    @classmethod
    def of(cls, event: Event) -> EventFacts:
        return cls(event.title, event.taught_by)

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Difference:
    """One thing that is different from what people knew; words for it are in `wording.difference`."""

    what: str
    """title, lead, added, removed, time, place, link or name."""
    session: str = ""
    """The title of the session it is about, where the event has several."""
    before: Any = None
    now: Any = None


def all_known(event: Event) -> dict[str, Any]:
    """Answer everything that people can know of an event at this moment, to be compared with `between` later."""
    slots = {str(slot.id): SlotFacts.of(slot).stored for slot in event.slots}
    return {"event": EventFacts.of(event).stored, "slots": slots}


def between(known: dict[str, Any], event: Event) -> list[Difference]:
    """Answer what is different now from what people knew: stored facts under "event", and under "slots" by number."""
    found = _of_event(EventFacts(**known["event"]), EventFacts.of(event)) if "event" in known else []
    present = {slot.id: slot for slot in event.slots}
    for number, stored in sorted(known.get("slots", {}).items(), key=lambda one: int(one[0])):
        before = SlotFacts.read(stored) if stored else None
        slot = present.get(int(number))
        found += _of_slot(before, SlotFacts.of(slot) if slot else None, len(event.slots) > 1)
    return found


def _of_event(before: EventFacts, now: EventFacts) -> list[Difference]:
    pairs = [("title", before.title, now.title), ("lead", before.taught_by, now.taught_by)]
    return [Difference(what, before=was, now=is_) for what, was, is_ in pairs if was != is_]


def _of_slot(before: SlotFacts | None, now: SlotFacts | None, is_one_of_several: bool) -> list[Difference]:
    if before is None or now is None:
        came_or_went = "removed" if now is None else "added"
        return [] if before == now else [Difference(came_or_went, before=before, now=now)]
    pairs = {
        "name": (before.title, now.title),
        "time": (before.time, now.time),
        "place": (before.place, now.place),
        "link": (before.join_url, now.join_url),
    }
    title = now.title if is_one_of_several else ""
    return [Difference(what, title, before, now) for what, (was, is_) in pairs.items() if was != is_]


def _instant(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
