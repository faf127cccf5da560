"""The venues of a hub on its desk."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.events import Venue
from tests.web.reading import fields, sign_in, words


@pytest.fixture
def hub(make):
    return make.hub(slug="wharfedale")


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub)
    sign_in(client, person)
    return person


def test_what_is_said_of_a_place_is_changed_and_told_on_the_events_page(client, make, hub, ruth):
    venue = make.venue(hub, name="Otley Hall", parking="In the yard")
    event = make.event(hub=hub, venue=venue)
    form = fields(client.get(f"/desk/venues/{venue.id}"))
    assert form["parking"] == "In the yard"

    client.post(f"/desk/venues/{venue.id}", data=form | {"access_words": "No steps.\r\nA lift.", "name": "Mine now"})

    venue = db.session.get(Venue, venue.id)
    assert (venue.name, venue.parking, venue.access) == ("Otley Hall", "In the yard", "No steps.\nA lift.")
    assert "No steps." in words(client.get(f"/events/{event.id}"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "venue.described")).one()
    assert entry.facts == {"words": ["access"]}


def test_the_list_says_what_is_still_to_be_said(client, make, hub, ruth):
    assert "No venue is known yet" in words(client.get("/desk/hubs/wharfedale/venues"))
    make.venue(hub, name="Otley Hall", directions="From the bridge", parking="In the yard")

    assert "Otley Hall Larkmead Lane, Otley, LS21 3XQ Access" in words(client.get("/desk/hubs/wharfedale/venues"))


def test_what_is_too_long_is_said_and_kept_in_the_form(client, make, hub, ruth):
    venue = make.venue(hub)

    page = client.post(f"/desk/venues/{venue.id}", data={"parking": "x" * 2001, "directions": "From the bridge"})

    assert (page.status_code, "Shorten where to park to 2000 characters" in words(page)) == (422, True)
    assert "maxlength" not in page.text
    assert fields(page)["directions"] == "From the bridge"


def test_another_hubs_venue_is_not_found(client, make, ruth):
    other = make.hub()
    venue = make.venue(other)

    assert client.get(f"/desk/venues/{venue.id}").status_code == 404
    assert client.post(f"/desk/venues/{venue.id}", data={"parking": "None"}).status_code == 404
    assert client.get(f"/desk/hubs/{other.slug}/venues").status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_one_venue_and_for_thirty(client, make, hub, ruth, statements, number):
    for _ in range(number):
        make.venue(hub)
    statements.clear()

    client.get("/desk/hubs/wharfedale/venues")

    assert len(statements) == 5
