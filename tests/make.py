"""Builders: each answers a saved, ordinary thing; a test states only what matters to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from booking.db import db, transaction
from booking.domain import events, places, schools
from booking.domain.events import Event, EventPhase, EventYear, Programme, Slot, Venue
from booking.domain.people import Hub, Person, Role
from booking.domain.places import Booking, Guest, Party
from booking.domain.schools import School
from booking.domain.working_days import Holiday

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""The ordinary now: a Monday in winter time."""
START = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)
"""The ordinary start: a Tuesday afternoon, two weeks later."""


class Make:
    """Makes hubs, schools, people, events and bookings in the database of the app that is running."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def hub(self, **given: Any) -> Hub:
        number = next(self._numbers)
        ordinary = {"slug": f"hub-{number}", "name": f"Hub {number}", "email": f"hello@hub{number}.example"}
        return self._save(Hub(**ordinary | given))

    def school(self, **given: Any) -> School:
        urn = given.pop("urn", 990000 + next(self._numbers))
        ordinary = {
            "name": f"School {urn}",
            "town": "Otley",
            "postcode": "LS21 3XQ",
            "family_urn": urn,
            "phase": "primary",
        }
        with transaction():
            school = School(urn=urn, **ordinary | given)
            schools.make_findable(school)
        return school

    def person(self, **given: Any) -> Person:
        number = next(self._numbers)
        ordinary = {"email": f"teacher{number}@school.example", "name": f"Teacher {number}", "first_seen_at": NOON}
        return self._save(Person(**ordinary | given))

    def role(self, person: Person, name: str, **given: Any) -> Role:
        role = self._save(Role(person_id=person.id, name=name, given_at=NOON, **given))
        db.session.expire(person)
        return role

    def organiser(self, hub: Hub, **given: Any) -> Person:
        person = self.person(**given)
        self.role(person, "organiser", hub_id=hub.id)
        return person

    def holiday(self, hub: Hub, name: str, begins_on: date, ends_on: date, **given: Any) -> Holiday:
        return self._save(Holiday(hub_id=hub.id, name=name, begins_on=begins_on, ends_on=ends_on, **given))

    def venue(self, hub: Hub, **given: Any) -> Venue:
        ordinary = {
            "name": "Larkmead Primary School",
            "street": "Larkmead Lane",
            "town": "Otley",
            "postcode": "LS21 3XQ",
        }
        return self._save(Venue(hub_id=hub.id, **ordinary | given))

    def programme(self, hub: Hub, **given: Any) -> Programme:
        return self._save(
            Programme(hub_id=hub.id, **{"kind": "showcase", "title": "Shanghai Showcase, spring"} | given)
        )

    def event(
        self,
        *,
        hub: Hub | None = None,
        venue: Venue | None = None,
        phases: tuple[str, ...] = ("primary",),
        years: tuple[int, ...] = (),
        starts: tuple[datetime | None, ...] = (START,),
        hours: float = 2,
        zone: str = "Europe/London",
        taken: int = 0,
        **given: Any,
    ) -> Event:
        """An open showcase lesson of 30 that closes four days before it starts; `taken` places are booked by others."""
        hub = hub or self.hub()
        venue = venue or self.venue(hub, zone=zone)
        first = min((one for one in starts if one), default=START)
        ordinary = {
            "kind": "showcase",
            "title": "Year 4: multiplying by 9 when you know your tens",
            "summary": "Watch a lesson, then talk about it.",
            "audience": "Teachers of Years 3 to 6",
            "capacity": 30,
            "opens_at": NOON - timedelta(days=30),
            "closes_at": first - timedelta(days=4),
            "offers_end_at": first - timedelta(days=1),
            "published_at": NOON - timedelta(days=30),
            "updated_at": NOON - timedelta(days=30),
        }
        event = Event(hub_id=hub.id, **ordinary | given)
        event.phases = [EventPhase(phase=phase) for phase in phases]
        event.years = [EventYear(year=year) for year in years]
        event.slots = [
            Slot(
                number=number,
                title="Lesson and discussion",
                starts_at=start,
                ends_at=start + timedelta(hours=hours) if start else None,
                zone=zone,
                venue_id=venue.id,
                revised_at=NOON,
            )
            for number, start in enumerate(starts, 1)
        ]
        events.span(event)
        self._save(event)
        if taken:
            self.booking(event, size=taken)
        return event

    def guest(self, **given: str) -> Guest:
        number = next(self._numbers)
        return Guest(**{"name": f"Guest {number}", "email": f"guest{number}@school.example"} | given)

    def party(
        self, booker: Person | None = None, *, size: int = 1, school: School | None = None, **given: Any
    ) -> Party:
        """A party of `size`, the booker among them, without a listed school unless one is given."""
        first = Guest(booker.name, str(booker.email)) if booker else self.guest()
        guests = (first, *(self.guest() for _ in range(size - 1)))
        return Party(**{"booker": first, "guests": guests, "school_urn": school.urn if school else None} | given)

    def booking(
        self, event: Event, booker: Person | None = None, *, size: int = 1, at: datetime = NOON, **given: Any
    ) -> Booking:
        """A confirmed booking, made as a door makes it."""
        booker = booker or self.person()
        with transaction():
            booking = places.book(
                event.id, self.party(booker, size=size, **given), key=places.new_form_key(), by=booker, at=at
            )
        return booking

    def held(
        self, event: Event, party: Party | None = None, *, size: int = 1, at: datetime = NOON, **given: Any
    ) -> Booking:
        """A held booking of somebody whose address is not proven yet."""
        asked = {"key": places.new_form_key(), "network": "", "most_of_network": 1000} | given
        with transaction():
            booking = places.hold(event.id, party or self.party(size=size), at=at, **asked)
        return booking

    def waiting(
        self, event: Event, booker: Person | None = None, *, size: int = 1, at: datetime = NOON, **given: Any
    ) -> Booking:
        """A booking in the line of a full event, its party together; offered at once where there is room."""
        booker = booker or self.person()
        party = self.party(booker, size=size, **{"together": True} | given)
        with transaction():
            booking = places.join(event.id, party, key=places.new_form_key(), by=booker, at=at)
        return booking

    def _save(self, thing: Any) -> Any:
        with transaction():
            db.session.add(thing)
        return thing
