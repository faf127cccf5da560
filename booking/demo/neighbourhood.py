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
ALIASES = {"wharfedale": ["Leeds and District Maths Hub"], "tamar-moor": ["Far West Maths Hub"]}
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
WHERE = {
    "Otley": (420500, 445600), "Ilkley": (411700, 447700), "Skipton": (399000, 451700), "Leeds": (430000, 433500),
    "Boston": (532800, 344000), "Spalding": (524700, 322700), "Skegness": (556500, 363300),
    "Holbeach": (535900, 324800), "Stroud": (385100, 205100), "Gloucester": (383200, 218500),
    "Tewkesbury": (389300, 232600), "Cirencester": (402300, 202000), "Manchester": (384000, 398000),
    "Oldham": (392700, 405000), "Ashton": (393900, 399200), "Stockport": (389500, 390300), "Lewes": (541500, 110000),
    "Brighton": (531100, 104300), "Worthing": (514800, 102800), "Seaford": (548300, 99000), "Plymouth": (247700, 54800),
    "Tavistock": (248100, 74400), "Liskeard": (225100, 64500), "Saltash": (243000, 58800),
}  # fmt: skip
"""About where the towns are: easting and northing of the national grid, in metres. The schools stand around them."""
FORMERLY = {"Quarry Hill Primary Academy": "Quarry Hill Primary School"}
INWARD = ["AB", "DE", "FG", "HJ", "LN", "PQ", "RS", "TU"]
ROADS = ["Church Lane", "Mill Road", "School Street", "Station Road", "Green Lane", "The Crescent"]


def hubs() -> list[Hub]:
    """Add the six hubs."""
    made = [
        Hub(
            slug=slug,
            name=name,
            area=area,
            email=f"events@{slug}hub.example",
            phone=f"01632 96010{number}",
            website=f"https://{slug}hub.example",
            aliases=ALIASES.get(slug, []),
            controller=f"{name.removesuffix(' Maths Hub')} Learning Trust",
            protection_officer="The data protection officer of the trust",
            protection_email=f"privacy@{slug}hub.example",
            calendar_name="England (typical)",
        )
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
            formerly=FORMERLY.get(name, ""),
            status="closed" if before else "open",
            closed_on=date(2022, 8, 31) if before else None,
            name=name,
            town=town,
            postcode=f"{area}{chance.randint(1, 29)} {chance.randint(1, 9)}{chance.choice(INWARD)}",
            phase=_phase(name),
            easting=WHERE[town][0] + 613 * place % 3000 - 1500,
            northing=WHERE[town][1] + 1009 * place % 3000 - 1500,
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
