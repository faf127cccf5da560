"""People are known by one spelling of their address."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import access, people
from booking.domain.people import Person


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("P.Nair@School.Example", "p.nair@school.example"),
        ("  p.nair@school.example ", "p.nair@school.example"),
        ("zoe\u0308@school.example", "zo\u00eb@school.example"),
        ("p.nair@b\u00fccher.example", "p.nair@xn--bcher-kva.example"),
        ("p+maths@school.example", "p+maths@school.example"),
    ],
)
def test_an_address_has_one_spelling(typed, known):
    assert people.normalise(typed) == known


def test_meeting_people_makes_known_only_whom_we_do_not_know(make, noon):
    priya = make.person(email="p.nair@school.example", name="Priya Nair")

    with transaction():
        met = people.meet({"P.NAIR@school.example": "P. N.", "new@school.example": "Sam"}, at=noon)

    assert {email: person.name for email, person in met.items()} == {
        "p.nair@school.example": "Priya Nair",
        "new@school.example": "Sam",
    }
    assert met["p.nair@school.example"].id == priya.id
    assert db.session.scalar(select(func.count()).select_from(Person)) == 2


def test_needs_are_read_by_the_lead_and_the_host_and_else_by_the_organisers(make):
    hub, other = make.hub(), make.hub()
    school = make.school()
    organiser, stranger = make.organiser(hub), make.organiser(other)
    lead, host, national = make.person(), make.person(), make.person()
    make.role(national, "administrator")
    make.role(host, "host", hub_id=hub.id, school_urn=school.urn)
    led = make.event(hub=hub, venue=make.venue(hub, school_urn=school.urn))
    plain = make.event(hub=hub)
    make.role(lead, "lead", hub_id=hub.id, event_id=led.id)
    db.session.expire_all()

    def readers(event):
        return {
            who
            for who, person in [
                ("organiser", organiser),
                ("stranger", stranger),
                ("lead", lead),
                ("host", host),
                ("national", national),
            ]
            if access.may_read_needs(person, event)
        }

    assert readers(led) == {"lead", "host"}
    assert readers(plain) == {"organiser"}
