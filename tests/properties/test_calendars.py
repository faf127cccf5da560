"""Whatever happens, in whatever order: what stands in a calendar goes only forward, and never just vanishes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis.stateful import invariant, rule

from booking.calendars import Entry, entry, own_entry
from booking.db import db
from booking.domain import feeds, places
from booking.domain.errors import Refused
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Guest
from tests.properties.test_changes import Machine, play


class Calendars(Machine):
    """The Work Group that is changed in any order; Priya books, cancels, and passes her place on and back."""

    def priya(self) -> Person:
        if not hasattr(self, "priya_id"):
            self.priya_id: int = self.make.person(name="Priya", email="priya@school.example").id
            self.seen: dict[tuple[str, str], Entry] = {}
        return db.session.get_one(Person, self.priya_id)

    @rule()
    def priya_books(self) -> None:
        priya = self.priya()
        with suppress(Refused):
            self.make.booking(db.session.get_one(Event, self.event), priya, at=self.at)

    @rule()
    def priya_gives_her_place_up(self) -> None:
        if place := places.at_event(self.event, self.priya()):
            self.act(lambda by: places.release(place.id, by=by, at=self.at, reason="Ofsted rang"))

    @rule()
    def priya_sends_a_colleague(self) -> None:
        if place := places.at_event(self.event, self.priya()):
            grace = Guest("Grace", "grace@school.example")
            self.act(lambda by: places.swap(place.id, grace, by=by, at=self.at))

    @invariant()
    def what_stands_in_a_calendar_goes_only_forward_and_never_vanishes(self) -> None:
        if not hasattr(self, "app"):
            return
        db.session.rollback()
        shown = {("public", one.uid): one for one in (entry(one, "") for one in feeds.public(at=self.at))}
        own = (own_entry(one, "") for one in feeds.personal(self.priya(), at=self.at))
        shown |= {("Priya", one.uid): one for one in own}
        assert self.seen.keys() <= shown.keys()
        assert all(goes_forward(shown[key], before) for key, before in self.seen.items())
        self.seen = shown


def goes_forward(now: Entry, before: Entry) -> bool:
    """Say whether a reader who knows what was before takes what is now for newer, or for the same."""
    is_another = appointment(now) != appointment(before)
    is_numbered = now.sequence > before.sequence if is_another else now.sequence >= before.sequence
    return is_numbered and now.modified_at >= before.modified_at


def appointment(one: Entry) -> tuple[object, ...]:
    return one.starts_at, one.ends_at, one.place, one.status


def test_any_order_of_anything_keeps_calendars_going_forward(empty_sqlite: bytes) -> None:
    class OnSqlite(Calendars):
        url = "sqlite"

        def fresh(self, folder: str) -> str:
            (Path(folder) / "it.sqlite").write_bytes(empty_sqlite)
            return f"sqlite:///{folder}/it.sqlite"

    play(OnSqlite, 20)
