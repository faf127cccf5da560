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
EVERYWHERE = (
    "St Mary’s Church of England Primary School",
    "St Joseph’s Catholic Primary School",
    "Park Lane Primary School",
)
"""Every neighbourhood has one of each, as in life: only town and postcode tell them apart."""
OWN = [
    [
        "Alderbeck Primary School", "Hollin Bank Primary School", "Burley Road Primary School",
        "Whinmoor Vale Infant School", "Netherby Lane Primary School", "Thistle Bank Primary School",
        "Askwith Moor Church of England Primary School", "Larkmead Primary School", "Oakshott Junior School",
        "Chevin View Primary School", "Quarry Hill", "Ashdale Academy", "Kingsbrook High School", "Wharfeside School",
        "Wharf Meadow Primary School", "Beckfoot House Special School",
    ],
    [
        "Sea Bank Primary School", "Pinchbeck Road Primary School", "Cowbridge Primary School",
        "Tulip Fields Infant School", "Windmill Lane Primary School", "Fishtoft Drove Primary School",
        "All Saints Church of England Primary School", "Wyberton Fen Primary School", "Holland Junior School",
        "Samphire Primary School", "Black Sluice", "Haven Academy", "Fenland High School", "The Stump School",
        "Egret Primary School", "Wash View Special School",
    ],
    [
        "Cashes Green Lane Primary School", "Weavers Mill Primary School", "Minchin Park Primary School",
        "Severnside Infant School", "Orchard View Primary School", "Abbey Fields Primary School",
        "Holy Trinity Church of England Primary School", "Fosse Way Primary School", "Perry Orchard Junior School",
        "Painswick Road Primary School", "Lock Keepers", "Cotswold Edge Academy", "Tyndale High School",
        "Five Valleys School", "Teasel Primary School", "The Coppice Special School",
    ],
    [
        "Ancoats Wharf Primary School", "Mumps Bridge Primary School", "Spinners Row Primary School",
        "Victoria Road Infant School", "Daisy Nook Primary School", "Werneth Brow Primary School",
        "Christ Church Church of England Primary School", "Medlock Vale Primary School", "Hat Works Junior School",
        "Tame Bank Primary School", "Jubilee Street", "Cottonfields Academy", "Stamford Road High School",
        "Northern Quarter School", "Reddish Hey Primary School", "Lime Tree Special School",
    ],
    [
        "Castle Ditch Primary School", "Chalk Pit Lane Primary School", "Gull Cliff Primary School",
        "Pebbles Infant School", "Ditchling Rise Primary School", "Level Park Primary School",
        "St Nicholas Church of England Primary School", "Flint Wall Primary School", "Sheepfold Junior School",
        "Newhaven Road Primary School", "West Pier", "Southdown Academy", "Racehill High School",
        "Ouse Valley School", "Skylark Primary School", "Downs Edge Special School",
    ],
    [
        "Barbican Steps Primary School", "Moorgate Primary School", "Hooe Lake Primary School",
        "Drake’s Leat Infant School", "Caradon View Primary School", "Pixie Cross Primary School",
        "St Petroc’s Church of England Primary School", "Tamar Bridge Primary School", "Bedford Cottages Junior School",
        "Stannary Road Primary School", "Engine House", "Lynher Academy", "Brunel High School", "Burrator School",
        "Kit Hill Primary School", "Plym Woods Special School",
    ],
]  # fmt: skip
"""The names of each hub's other schools; the eleventh of them belongs to one that became an academy."""
SUCCESSOR = 12
"""Its place among a hub's schools; the school that it was comes next, closed."""
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
    """Add the twenty schools of a hub, of which one has become another."""
    _, _, _, area, towns = HUBS[number]
    made = []
    names = _names(number)
    for place, name in enumerate(names):
        urn, town = FIRST_URN + 20 * number + place, towns[(place + place // 4) % 4]
        before = place == SUCCESSOR + 1
        school = School(
            urn=urn,
            family_urn=urn - before,
            formerly=names[place + 1] if place == SUCCESSOR else "",
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


def _names(number: int) -> list[str]:
    first, second, third = EVERYWHERE
    own = OWN[number]
    succeeded = [f"{own[10]} Primary Academy", f"{own[10]} Primary School"]
    return [first, *own[:3], second, *own[3:10], *succeeded, *own[11:14], third, *own[14:]]


def _phase(name: str) -> str:
    if "Special" in name:
        return "special"
    return "primary" if any(word in name for word in ("Primary", "Infant", "Junior")) else "secondary"
