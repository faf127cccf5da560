"""Invented hubs, schools and venues of the demo. Their numbers stand above those of the register."""

from __future__ import annotations

import random
from datetime import date

from booking.db import db
from booking.domain import schools
from booking.domain.events import Venue
from booking.domain.people import Hub
from booking.domain.schools import School

FIRST_URN = 990001
HUBS = [
    ("wharfedale", "Wharfedale Maths Hub", "Leeds and the dales", "LS", ["Otley", "Ilkley", "Skipton", "Leeds"]),
    (
        "saltmarsh",
        "Saltmarsh Maths Hub",
        "The Lincolnshire coast",
        "PE",
        ["Boston", "Spalding", "Skegness", "Holbeach"],
    ),
    (
        "severn-gate",
        "Severn Gate Maths Hub",
        "Gloucestershire",
        "GL",
        ["Stroud", "Gloucester", "Tewkesbury", "Cirencester"],
    ),
    ("medlock", "Medlock Maths Hub", "East Manchester", "M", ["Manchester", "Oldham", "Ashton", "Stockport"]),
    ("downland", "Downland Maths Hub", "The South Downs", "BN", ["Lewes", "Brighton", "Worthing", "Seaford"]),
    (
        "tamar-moor",
        "Tamar Moor Maths Hub",
        "Devon and Cornwall",
        "PL",
        ["Plymouth", "Tavistock", "Liskeard", "Saltash"],
    ),
]
NAMES = [
    "St Mary’s Church of England Primary School", "Alderbeck Primary School", "Hollin Bank Primary School",
    "Fernhurst Road Primary School", "St Joseph’s Catholic Primary School", "Brookhollow Infant School",
    "Whinmoor Vale Primary School", "Coppersmith Lane Primary School", "Netherby Lane Primary School",
    "Thistle Bank Infant School", "Larkmead Primary School", "Oakshott Junior School", "Quarry Hill Primary Academy",
    "Quarry Hill Primary School", "Ashdale Academy", "Kingsbrook High School", "Heronsgate School",
    "Park Lane Primary School", "Two Rivers Academy", "Harrowgate Special School",
]  # fmt: skip
SUCCEEDED = {"Quarry Hill Primary School": 1}
"""Closed when it became an academy, which has the number that many before it."""
INWARD = ["AB", "DE", "FG", "HJ", "LN", "PQ", "RS", "TU"]
ROADS = ["Church Lane", "Mill Road", "School Street", "Station Road", "Green Lane", "The Crescent"]


def hubs() -> list[Hub]:
    """Add the six hubs."""
    made = [
        Hub(slug=slug, name=name, area=area, email=f"events@{slug}hub.example", phone=f"01632 96010{number}")
        for number, (slug, name, area, _, _) in enumerate(HUBS)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def schools_of(number: int, chance: random.Random) -> list[School]:
    """Add the twenty schools of a hub: names repeat from town to town, as they do in life; one has become another."""
    _, _, _, area, towns = HUBS[number]
    made = []
    for place, name in enumerate(NAMES):
        urn, town = FIRST_URN + 20 * number + place, towns[(place + place // 4) % 4]
        before = SUCCEEDED.get(name, 0)
        school = School(
            urn=urn,
            family_urn=urn - before,
            status="closed" if before else "open",
            closed_on=date(2022, 8, 31) if before else None,
            name=name,
            town=town,
            postcode=f"{area}{chance.randint(1, 29)} {chance.randint(1, 9)}{chance.choice(INWARD)}",
            phase=_phase(name),
        )
        schools.make_findable(school)
        made.append(school)
    db.session.add_all(made)
    db.session.flush()
    return made


def venue_at(school: School, hub: Hub, chance: random.Random) -> Venue:
    venue = Venue(
        hub_id=hub.id,
        name=school.name,
        street=chance.choice(ROADS),
        town=school.town,
        postcode=school.postcode,
        school_urn=school.urn,
        directions=f"Ten minutes on foot from {school.town} station, or take bus {chance.randint(2, 90)}. "
        "The visitors’ entrance is at the front; ring, and somebody from the office comes.",
        parking="There are few spaces at the school. Please use the street, and leave the turning circle free.",
        access="Step-free throughout, with an accessible toilet by the hall.",
    )
    db.session.add(venue)
    return venue


def online(hub: Hub) -> Venue:
    venue = Venue(hub_id=hub.id, name="Online", is_online=True)
    db.session.add(venue)
    return venue


def _phase(name: str) -> str:
    if "Special" in name:
        return "special"
    return "secondary" if name in ("Ashdale Academy", "Kingsbrook High School", "Heronsgate School") else "primary"
