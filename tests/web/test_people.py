"""The people of a hub: inviting, changing, ending, and who may do it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.people import Role
from tests.web.reading import fields, sign_in, words

DEV = {"name": "Dev Banerjee", "email": "d.banerjee@hub.example"}


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub", slug="wharfedale")


@pytest.fixture
def boss(make, hub, client):
    """The hub's administrator, signed in."""
    person = make.person(name="Martin Hale")
    make.role(person, "administrator", hub_id=hub.id)
    sign_in(client, person)
    return person


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


def invite(client, **given):
    return client.post("/desk/hubs/wharfedale/people", data=DEV | given)


def live():
    return [(role.person.name, role.name) for role in db.session.scalars(select(Role).where(Role.ended_at.is_(None)))]


def test_it_shows_who_runs_the_hub_and_who_leads_what(client, make, hub, boss):
    event = make.event(hub=hub, title="Year 4: ten times as many")
    make.role(make.person(name="Dev Banerjee"), "lead", hub_id=hub.id, event_id=event.id)
    make.organiser(make.hub(), name="Somebody Else")

    said = words(client.get("/desk/hubs/wharfedale/people"))

    assert "Martin Hale" in said
    assert "Dev Banerjee" in said
    assert "Lead Year 4: ten times as many" in said
    assert "Somebody Else" not in said


def test_who_is_invited_is_told_and_may_work_at_once(client, make, hub, boss, outbox):
    answer = invite(client, role="organiser")

    assert answer.status_code == 303
    assert "Dev Banerjee is invited." in words(client.get(answer.location))
    assert outbox()[-1] == "invited"
    dev = db.session.scalars(select(Role).where(Role.name == "organiser")).one().person
    sign_in(client, dev)
    assert client.get("/desk/hubs/wharfedale/people").status_code == 200


def test_a_lead_is_of_an_event_and_a_host_of_a_school(client, make, hub, ruth):
    event, school = make.event(hub=hub), make.school(name="Alderbeck Primary School")

    invite(client, role="lead", event=str(event.id))
    invite(client, role="host", school=school.label, school_urn=str(school.urn))

    given = db.session.scalars(select(Role).where(Role.person.has(name="Dev Banerjee")).order_by(Role.id)).all()
    assert [(role.name, role.event_id, role.school_urn) for role in given] == [
        ("lead", event.id, None),
        ("host", None, school.urn),
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter their name"),
        ({"email": "dev"}, "Enter their e-mail address in full"),
        ({"role": "owner"}, "Choose what they are to do"),
        ({"role": "lead"}, "Choose the event that they lead"),
        ({"role": "host"}, "Choose the school from the list"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, boss, wrong, sentence):
    page = invite(client, **{"role": "organiser", **wrong})

    assert page.status_code == 422
    assert sentence in words(page)
    assert fields(page)["name"] == wrong.get("name", DEV["name"])
    assert live() == [("Martin Hale", "administrator")]


def test_another_hubs_event_cannot_be_led_from_here(client, make, boss):
    assert invite(client, role="lead", event=str(make.event().id)).status_code == 422


def test_an_organiser_invites_no_organisers(client, ruth):
    page = invite(client, role="organiser")

    assert page.status_code == 422
    assert "Organiser: puts events up" not in words(page)
    assert live() == [("Ruth Calloway", "organiser")]


def test_an_organiser_ends_nobodys_role_but_a_leads_or_a_hosts(client, make, hub, ruth):
    other = make.organiser(hub, name="Dev Banerjee")
    event = make.event(hub=hub)
    lead = make.role(make.person(), "lead", hub_id=hub.id, event_id=event.id)

    assert client.post(f"/desk/hubs/wharfedale/people/{other.roles[0].id}/end").status_code == 404
    assert client.post(f"/desk/hubs/wharfedale/people/{lead.id}/end").status_code == 303
    assert ("Dev Banerjee", "organiser") in live()
    assert len(live()) == 2


def test_a_role_is_changed_and_ended_and_counts_from_the_next_click(client, make, hub, boss, outbox):
    ruth = make.organiser(hub, name="Ruth Calloway")
    role = ruth.roles[0]

    client.post(f"/desk/hubs/wharfedale/people/{role.id}", data={"role": "analyst"})
    assert ("Ruth Calloway", "analyst") in live()
    analyst = db.session.scalars(select(Role).where(Role.name == "analyst")).one()
    client.post(f"/desk/hubs/wharfedale/people/{analyst.id}/end")

    assert live() == [("Martin Hale", "administrator")]
    assert outbox()[-3:] == ["role_ended", "invited", "role_ended"]
    acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.hub_id == hub.id).order_by(AuditEntry.id)).all()
    assert acts == ["role.taken_away", "role.given", "role.taken_away"]


def test_the_last_administrator_stays_and_is_told_why(client, boss):
    page = client.post(f"/desk/hubs/wharfedale/people/{boss.roles[0].id}/end")

    assert page.status_code == 409
    assert "This is the last administrator of Wharfedale Maths Hub. Invite another one first." in words(page)
    assert live() == [("Martin Hale", "administrator")]


def test_another_hubs_people_are_not_found(client, make, boss):
    other = make.hub()
    theirs = make.organiser(other)

    assert client.get(f"/desk/hubs/{other.slug}/people").status_code == 404
    assert client.post(f"/desk/hubs/{other.slug}/people", data=DEV | {"role": "lead"}).status_code == 404
    assert client.post(f"/desk/hubs/wharfedale/people/{theirs.roles[0].id}/end").status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_it_costs_the_same_for_one_person_and_for_thirty(client, make, hub, boss, statements, number):
    event, school = make.event(hub=hub), make.school()
    for _ in range(number):
        make.role(make.person(), "lead", hub_id=hub.id, event_id=event.id)
        make.role(make.person(), "host", hub_id=hub.id, school_urn=school.urn)
    statements.clear()

    client.get("/desk/hubs/wharfedale/people")

    assert len(statements) == 7
