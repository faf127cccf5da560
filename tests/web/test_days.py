"""The timetable of a programme's day, on one page to print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking.db import db, transaction
from booking.domain.events import Event
from tests.make import START
from tests.web.reading import sign_in, words


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub")


@pytest.fixture
def programme(make, hub):
    return make.programme(hub, title="Shanghai Showcase, spring")


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub)
    sign_in(client, person)
    return person


def test_it_shows_the_day_in_the_order_of_its_hours_with_drafts_and_nothing_else(client, make, hub, programme, ruth):
    given = {"hub": hub, "programme_id": programme.id}
    make.event(**given, title="Second", starts=(START + timedelta(hours=2),), published_at=None)
    first = make.event(**given, title="First", taken=12, taught_by="Ms Liu")
    make.event(**given, title="Tomorrow", starts=(START + timedelta(days=1),))
    make.event(hub=hub, title="Of no programme")
    make.role(make.person(name="Dev Banerjee"), "lead", hub_id=hub.id, event_id=first.id)

    said = words(client.get(f"/desk/programmes/{programme.id}/days/2027-03-16"))

    assert "Tuesday 16 March 2027" in said
    assert "1:30pm to 3:30pm First" in said
    assert "Ms Liu Led by Dev Banerjee 12 of 30 places taken" in said
    assert said.index("First") < said.index("Second")
    assert "Tomorrow" not in said
    assert "Of no programme" not in said


def test_its_drafts_are_published_together_or_not_at_all(client, make, hub, programme, ruth):
    given = {"hub": hub, "programme_id": programme.id, "published_at": None}
    sound, wanting = make.event(**given), make.event(**given, title="Wanting", closes_at=None)
    address = f"/desk/programmes/{programme.id}/days/2027-03-16"

    refused = client.post(f"{address}/publication", follow_redirects=True)
    assert "Nothing was published. Wanting: Say when booking closes." in words(refused)
    assert not db.session.get(Event, sound.id).is_published
    with transaction():
        db.session.get_one(Event, wanting.id).closes_at = START - timedelta(days=4)

    answer = client.post(f"{address}/publication", follow_redirects=True)

    assert "2 events published." in words(answer)
    assert db.session.get(Event, sound.id).is_published


def test_a_day_is_of_the_clocks_of_its_place(client, make, hub, programme, ruth):
    late = datetime(2027, 3, 16, 23, 30, tzinfo=UTC)
    make.event(hub=hub, programme_id=programme.id, starts=(late,), zone="Asia/Shanghai", title="In Shanghai")

    assert client.get(f"/desk/programmes/{programme.id}/days/2027-03-16").status_code == 404
    assert "7:30am to 9:30am" in words(client.get(f"/desk/programmes/{programme.id}/days/2027-03-17"))


@pytest.mark.parametrize("day", ["2027-02-31", "today", "9999-12-31", "0001-01-01", "2027-03-20"])
def test_a_day_that_is_none_or_has_nothing_is_not_found(client, programme, ruth, day):
    assert client.get(f"/desk/programmes/{programme.id}/days/{day}").status_code == 404


def test_another_hubs_day_is_not_found(client, make, ruth):
    other = make.hub()
    programme = make.programme(other)
    make.event(hub=other, programme_id=programme.id)

    assert client.get(f"/desk/programmes/{programme.id}/days/2027-03-16").status_code == 404
    assert client.post(f"/desk/programmes/{programme.id}/days/2027-03-16/publication").status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_it_costs_the_same_for_one_lesson_and_for_thirty(client, make, hub, programme, ruth, statements, number):
    for _ in range(number):
        make.event(hub=hub, programme_id=programme.id)
    address = f"/desk/programmes/{programme.id}/days/2027-03-16"
    statements.clear()

    client.get(address)

    assert len(statements) == 8
