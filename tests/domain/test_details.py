"""Your details: everybody changes their own, and an address that proves itself becomes a person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import details, people
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotAllowed


def change(person, by, at, **given):
    said = {"name": person.name, "job": "", "school_urn": None, "unlisted_school": ""} | given
    with transaction():
        details.change(person.id, **said, by=by, at=at)


def test_what_changed_is_noted_and_not_what_it_says(make, noon):
    priya = make.person(name="Priya Nair")

    change(priya, priya, noon, name="Priya Rao")
    change(priya, priya, noon, name="Priya Rao")

    entries = db.session.scalars(select(AuditEntry)).all()
    assert [(entry.act, entry.actor_id, entry.facts) for entry in entries] == [
        ("person.details_changed", priya.id, {"changed": ["name"]})
    ]


def test_nobody_changes_somebody_elses(make, noon):
    priya, grace = make.person(name="Priya Nair"), make.person()

    with pytest.raises(NotAllowed):
        change(priya, grace, noon, name="X")

    db.session.rollback()
    assert priya.name == "Priya Nair"


def test_a_school_that_does_not_exist_is_refused(make, noon):
    priya = make.person()

    with pytest.raises(BadInput):
        change(priya, priya, noon, school_urn=1)


def test_a_newcomer_is_unnamed_until_a_name_is_said(make, noon):
    with transaction():
        nell = people.welcome("N.Comer@School.example", at=noon)
    before = nell.is_unnamed

    change(nell, nell, noon, name="Nell Comer")

    assert (before, nell.email, nell.is_unnamed) == (True, "n.comer@school.example", False)


def test_somebody_known_keeps_the_name_when_an_address_is_proven_again(make, noon):
    priya = make.person(name="Priya Nair")

    with transaction():
        same = people.welcome(str(priya.email).upper(), at=noon)

    assert (same.id, same.name) == (priya.id, "Priya Nair")
