"""Who did what in a hub: each act a sentence, by event, by person, by what it was about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking.db import transaction
from booking.domain import putting_up, roles
from booking.domain.roles import Reach
from tests.web.reading import sign_in, words

HERE = "/desk/hubs/wharfedale/audit"


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub", slug="wharfedale")


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


@pytest.fixture
def done(make, hub, ruth, noon):
    """Two events; one was resized, one booked; and somebody became a lead."""
    first, second = make.event(hub=hub, title="Year 4: ten times as many"), make.event(hub=hub, title="Year 1: ten")
    plan = putting_up.plan_of(first)
    words = replace(plan.words, taught_by="Mr Chen")
    with transaction():
        putting_up.edit(first.id, replace(plan, capacity=40, words=words), by=ruth, at=noon)
    dev = make.person(name="Dev Banerjee")
    with transaction():
        roles.give(dev, "lead", Reach(hub.id, event_id=first.id), by=ruth, at=noon)
    make.booking(second, make.person(name="Priya Nair"), size=2)
    return first, second


def test_each_act_is_a_sentence_with_before_and_after(client, done):
    said = words(client.get(HERE))

    assert "Ruth Calloway Changed what it says: places from 30 to 40; new words for who teaches it" in said
    assert "Ruth Calloway Made Dev Banerjee a lead Year 4: ten times as many" in said
    assert "Priya Nair Booked 2 places" in said
    assert "Mr Chen" not in said
    assert said.index("Booked 2 places") < said.index("Changed what it says")


def test_it_is_narrowed_by_event_by_person_and_by_what_it_was_about(client, done, ruth):
    first, second = done

    of_event = words(client.get(f"{HERE}?event={second.id}")).partition("Show")[2]
    of_ruth = words(client.get(f"{HERE}?person={ruth.id}")).partition("Show")[2]
    of_roles = words(client.get(f"{HERE}?about=role&event={first.id}")).partition("Show")[2]

    assert ("Booked 2 places" in of_event, "Changed what it says" in of_event) == (True, False)
    assert ("Booked 2 places" in of_ruth, "Changed what it says" in of_ruth) == (False, True)
    assert "1 entry" in of_roles


@pytest.mark.parametrize("asked", ["event=abc", "person=99999999999", "about=%25", "page=-1", "event=1%00"])
def test_what_makes_no_sense_is_everything(client, done, asked):
    assert "3 entries" in words(client.get(f"{HERE}?{asked}"))


def test_with_nothing_done_it_says_so(client, hub, ruth):
    assert "Nothing has been done yet" in words(client.get(HERE))
    assert "Nothing of that kind has been done" in words(client.get(f"{HERE}?about=venue"))


def test_another_hubs_trail_is_not_found_and_its_acts_are_not_shown(client, make, done):
    other = make.event(hub=make.hub(slug="elsewhere"), title="Theirs")
    make.booking(other, size=5)

    assert client.get("/desk/hubs/elsewhere/audit").status_code == 404
    said = words(client.get(f"{HERE}?event={other.id}"))
    assert "Booked 5 places" not in said + words(client.get(HERE))
    assert "Theirs" not in said


def test_more_than_a_page_is_turned_over_within_what_was_asked_for(client, make, hub, ruth):
    event = make.event(hub=hub, capacity=100)
    for _ in range(51):
        make.booking(event)

    page = client.get(f"{HERE}?about=booking&page=2")

    assert "51 entries" in words(page)
    assert f'href="{HERE}?about=booking"' in page.text


@pytest.mark.parametrize("number", [1, 30])
def test_it_costs_the_same_for_one_entry_and_for_thirty(client, make, hub, ruth, statements, noon, number):
    for _ in range(number):
        event = make.event(hub=hub, capacity=100)
        make.booking(event)
        person = make.person()
        with transaction():
            roles.give(person, "lead", Reach(hub.id, event_id=event.id), by=ruth, at=noon)
    statements.clear()

    client.get(HERE)

    assert len(statements) == 11
