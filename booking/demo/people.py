"""Invented people of the demo: who runs the hubs, who teaches where, and the three to sign in as."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from booking.db import db
from booking.domain.people import Hub, Person, Role
from booking.domain.schools import School

FIRST = """Priya Grace Daniel Farah Samuel Bethan Imran Helen Marta Owen Kwame Sunita Peter Joanne Aisha Tom Nia Rajesh
Chloe Femi Yusuf Hannah Mei Oliver Zainab Jack Leila Callum Ines Ravi Megan Tunde Sofia Arjun Ellie Kofi Rosa Liam Noor
Gareth""".split()  # noqa: SIM905
LAST = """Nair Adeyemi Whitmore Siddiqui Oyelaran Price Qureshi Castle Zielińska Fairclough Boateng Rao Langstaff
Birtwistle Rahman Hargreave Pugh Menon Barlow Okafor Demir Thornley Lin Sutcliffe Hussain Marsden Farouk Brannigan
Moreira Shah Trevena Balogun Costa Iyer Wadsworth Mensah Delgado Kearney Aziz Bevan""".split()  # noqa: SIM905
JOBS = [
    "Class teacher",
    "Maths lead",
    "Year 1 teacher",
    "Year 5 teacher",
    "Headteacher",
    "Teaching assistant",
    "Reception teacher",
    "Head of mathematics",
]


@dataclass(frozen=True)
class Known:
    """Somebody whom the demo names, and what they show."""

    name: str
    email: str
    shows: str
    events: frozenset[str] = frozenset()


TEACHER = Known(
    "Amina Osei",
    "a.osei@alderbeck.example",
    "a teacher, with bookings to come and past ones",
    frozenset({"Year 2: two equal groups", "Year 6: when is the ratio the same?", "Year 5: a fraction is a division"}),
)
ORGANISER = Known("Ruth Calloway", "ruth@wharfedalehub.example", "organises Wharfedale Maths Hub: see Organise")
ADMINISTRATOR = Known("Martin Hale", "martin@mathshubs.example", "administrator of all hubs")
NAMED = (TEACHER, ORGANISER, ADMINISTRATOR)


@dataclass
class Staff:
    """Everybody, by what they do."""

    organiser: Person
    hosts: list[Person]
    leads: list[Person]
    teachers: list[tuple[School, list[Person]]]
    teacher: Person
    colleagues: list[Person]
    teacher_school: School

    def by_school(self, chance: random.Random) -> Iterator[tuple[School, list[Person]]]:
        """Answer schools with their teachers in a random order, each once."""
        order = list(self.teachers)
        chance.shuffle(order)
        return iter(order)


def staff(hubs: list[Hub], schools: list[list[School]], chance: random.Random, *, at: datetime) -> Staff:
    """Add everybody with their roles; the first administrator gave them."""
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    chance.shuffle(names)
    fresh = iter(names)
    boss = _person(ADMINISTRATOR.name, ADMINISTRATOR.email, at)
    ruth = _person(ORGANISER.name, ORGANISER.email, at)
    analyst = _person(next(fresh), "numbers@mathshubs.example", at)
    leads = [_person(name := next(fresh), f"{_local(name)}@{hub.slug}hub.example", at) for hub in hubs]
    helpers = [_person(name := next(fresh), f"{_local(name)}@{hub.slug}hub.example", at) for hub in hubs]
    open_schools = [school for group in schools for school in group if not school.is_closed]
    teachers = [(school, _of_school(school, fresh, chance, at)) for school in open_schools]
    own_school = next(school for school in open_schools if school.name.startswith("Alderbeck"))
    amina = _person(TEACHER.name, TEACHER.email, at, job="Year 4 teacher", school_urn=own_school.urn)
    colleagues = [_person(name := next(fresh), f"{_local(name)}@alderbeck.example", at, school_urn=own_school.urn)]
    db.session.flush()
    _give(boss, "administrator", None, boss, at)
    _give(analyst, "analyst", None, boss, at)
    for number, hub in enumerate(hubs):
        _give(ruth if number == 0 else leads[number], "organiser", hub, boss, at)
        _give(helpers[number], "organiser", hub, boss, at)
    others = [(school, people) for school, people in teachers if school is not own_school]
    return Staff(ruth, helpers, leads, others, amina, colleagues, own_school)


def _of_school(school: School, names: Iterator[str], chance: random.Random, at: datetime) -> list[Person]:
    local = re.sub(r"[^a-z]", "", _plain(school.name.split(" ")[0])) + str(school.urn)[-3:]
    return [
        _person(
            name := next(names), f"{_local(name)}@{local}.example", at, job=chance.choice(JOBS), school_urn=school.urn
        )
        for _ in range(chance.randint(2, 4))
    ]


def _person(name: str, email: str, at: datetime, **more: object) -> Person:
    person = Person(name=name, email=email, first_seen_at=at, **more)
    db.session.add(person)
    return person


def _give(person: Person, role: str, hub: Hub | None, by: Person, at: datetime) -> None:
    db.session.add(Role(person_id=person.id, name=role, hub_id=hub.id if hub else None, given_by_id=by.id, given_at=at))


def _local(name: str) -> str:
    first, last = _plain(name).split(" ")
    return f"{first[0]}.{last}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
