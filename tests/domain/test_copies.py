"""Somebody asks what is held about her: every table that knows her is in the copy, and nobody else is."""

from __future__ import annotations

import json

import pytest

from booking.db import db, transaction
from booking.domain import codes, copies, sign_ins
from booking.domain.places import Guest
from tests.make import NOON

NOT_THE_PERSONS = {"hub", "job", "school", "worker", "holiday", "venue"}
"""Their names and addresses are of offices, jobs and places."""


@pytest.fixture
def priya(make):
    return make.person(name="Priya Nair", email="priya@larkmead.example", job="Year 4 lead")


def test_it_says_who_she_is_what_she_booked_and_for_whom(make, priya):
    event = make.event(title="Year 4: ratio")
    guests = (Guest("Priya Nair", "priya@larkmead.example"), Guest("Sam Hart", "sam@larkmead.example", "NQT"))
    make.booking(event, priya, guests=guests, needs="A ramp", answer="By train")

    copy = copies.of(priya)

    assert copy["details"] == {
        "name": "Priya Nair",
        "email": "priya@larkmead.example",
        "job": "Year 4 lead",
        "school": None,
        "unlisted_school": "",
        "zone": "Europe/London",
        "first_seen_at": NOON.isoformat(),
        "unreachable_at": None,
    }
    [booked] = copy["bookings"]
    assert {name: booked[name] for name in ("event", "state", "needs", "answer")} == {
        "event": "Year 4: ratio",
        "state": "confirmed",
        "needs": "A ramp",
        "answer": "By train",
    }
    assert [guest["name"] for guest in booked["party"]] == ["Priya Nair", "Sam Hart"]
    assert [place["event"] for place in copy["places"]] == ["Year 4: ratio"]
    assert "sam@larkmead.example" not in json.dumps(copy)


def test_a_colleague_sees_her_own_place_and_not_what_the_booker_said(make, priya):
    sam = make.person(name="Sam Hart", email="sam@larkmead.example")
    make.booking(make.event(title="Year 4: ratio"), priya, guests=(Guest("Sam Hart", sam.email),), needs="A ramp")

    copy = copies.of(sam)

    assert (copy["bookings"], [place["event"] for place in copy["places"]]) == ([], ["Year 4: ratio"])
    assert "Priya" not in json.dumps(copy)
    assert "ramp" not in json.dumps(copy)


def test_no_code_link_or_mark_of_a_sign_in_is_in_it(make, priya):
    booking = make.booking(make.event(), priya)
    with transaction():
        codes.send("priya@larkmead.example", at=NOON, network="n", limits=codes.Limits(), name="Priya Nair")
        token = sign_ins.begin(priya, at=NOON)
    copy = json.dumps(copies.of(priya))

    assert len(copies.of(priya)["sign_ins"]) == len(copies.of(priya)["codes"]) == 1
    for secret in (token, booking.link, booking.places[0].link, "digest"):
        assert secret not in copy


def test_what_was_asked_for_and_not_confirmed_yet_is_in_it(make, priya):
    make.held(make.event(title="Year 4: ratio"), make.party(booker=Guest("Priya", "priya@larkmead.example")))

    assert [one["state"] for one in copies.of(priya)["bookings"]] == ["held"]


def test_every_table_that_knows_people_is_read(make, priya, statements):
    copies.of(priya)

    knowing = {
        table.name
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name in ("name", "email", "address")
        or any(k.column.table.name == "person" for k in column.foreign_keys)
    }
    read = {table for table in knowing if any(f"FROM {table}" in one or f"JOIN {table} " in one for one in statements)}
    assert knowing - read - NOT_THE_PERSONS == set()


def test_it_costs_the_same_number_of_statements_for_1_booking_and_for_30(make, priya, statements):
    costs = []
    for number in (1, 29):
        for _ in range(number):
            make.booking(make.event(), priya)
        statements.clear()
        copies.of(priya)
        costs.append(len(statements))

    assert costs[0] == costs[1]
