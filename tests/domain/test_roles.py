"""Who may run what: roles given, told, taken away, and by whom."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import access, people, roles
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotAllowed, NotFound
from booking.domain.people import Person, Role
from booking.domain.roles import LastAdministrator, Reach
from tests.racing import at_once


def invite(address="ruth@wharfedalehub.example", role="organiser", *, hub=None, by=None, at):
    with transaction():
        roles.invite(address, "Ruth Calloway", role, hub_id=hub.id if hub else None, by=by, at=at)
    return people.with_address(address)


def test_who_is_invited_is_known_has_the_role_and_is_told(make, noon, outbox):
    hub = make.hub()

    ruth = invite("Ruth@WharfedaleHub.example", hub=hub, at=noon)

    assert (ruth.name, access.hubs_organised(ruth)) == ("Ruth Calloway", {hub.id})
    assert outbox() == ["invited"]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.facts) == ("role.given", {"person": ruth.id, "role": "organiser"})


def test_the_same_role_twice_is_one_and_told_once(make, noon, outbox):
    hub = make.hub()
    for _ in range(2):
        invite(hub=hub, at=noon)

    assert len(db.session.scalars(select(Role)).all()) == 1
    assert outbox() == ["invited"]


def test_an_invitation_does_not_rename_somebody_known(make, noon):
    make.person(email="ruth@wharfedalehub.example", name="Ruth C.")

    assert invite(role="administrator", at=noon).name == "Ruth C."


@pytest.mark.parametrize("role", ["lead", "host", "owner", ""])
def test_a_lead_needs_an_event_a_host_a_school_and_there_are_no_other_roles(make, noon, role):
    with pytest.raises(BadInput):
        invite(role=role, hub=make.hub(), at=noon)


def test_an_organiser_needs_a_hub(app, noon):
    with pytest.raises(BadInput, match="needs a hub"):
        invite(at=noon)


def test_only_administrators_give_roles_and_a_hubs_own_only_in_it(make, noon):
    hub, other = make.hub(), make.hub()
    organiser, admin, boss = make.organiser(hub), make.person(), make.person()
    make.role(admin, "administrator", hub_id=hub.id)
    make.role(boss, "administrator")

    for by, where in ((organiser, hub), (admin, other), (admin, None)):
        with pytest.raises(NotAllowed):
            invite(role="administrator", hub=where, by=by, at=noon)
    assert people.with_address("ruth@wharfedalehub.example") is None

    invite(hub=hub, by=admin, at=noon)
    assert invite(hub=other, by=boss, at=noon).roles[0].given_by_id == admin.id


def test_a_role_that_is_taken_away_is_gone_noted_and_told(make, noon, outbox):
    hub = make.hub()
    ruth = make.organiser(hub)

    with transaction():
        roles.take_away(ruth, "organiser", hub_id=hub.id, by=None, at=noon)

    db.session.expire_all()
    assert not access.has_desk(ruth)
    assert db.session.scalars(select(AuditEntry.act)).all() == ["role.taken_away"]
    assert outbox() == ["role_ended"]
    with pytest.raises(NotFound), transaction():
        roles.take_away(ruth, "organiser", hub_id=hub.id, by=None, at=noon)


def test_the_last_administrator_of_all_hubs_stays(make, noon):
    first, second = make.person(), make.person()
    for person in (first, second):
        make.role(person, "administrator")
    with transaction():
        roles.take_away(first, "administrator", hub_id=None, by=second, at=noon)

    with pytest.raises(NotAllowed, match="the last administrator"), transaction():
        roles.take_away(second, "administrator", hub_id=None, by=None, at=noon)


def test_an_organiser_names_leads_of_the_hubs_events_and_hosts_of_schools(make, noon, outbox):
    hub, school = make.hub(), make.school()
    event, organiser = make.event(hub=hub), make.organiser(hub)
    dev, mina = make.person(), make.person()

    with transaction():
        roles.give(dev, "lead", Reach(hub.id, event_id=event.id), by=organiser, at=noon)
        roles.give(mina, "host", Reach(hub.id, school_urn=school.urn), by=organiser, at=noon)

    db.session.expire_all()
    assert access.events_led(dev) == {event.id}
    assert access.schools_hosting(mina) == {(hub.id, school.urn)}
    assert outbox() == ["invited", "invited"]


def test_nobody_leads_another_hubs_event(make, noon):
    hub, elsewhere, dev = make.hub(), make.event(), make.person()

    with pytest.raises(BadInput, match="Choose the event"), transaction():
        roles.give(dev, "lead", Reach(hub.id, event_id=elsewhere.id), by=None, at=noon)


def test_a_role_is_changed_for_another_and_both_are_told(make, noon, outbox):
    hub = make.hub()
    ruth, boss = make.organiser(hub), make.person()
    make.role(boss, "administrator", hub_id=hub.id)

    with transaction():
        roles.change(ruth.roles[0].id, "analyst", hub_id=hub.id, by=boss, at=noon)

    db.session.expire_all()
    assert [role.name for role in ruth.roles] == ["analyst"]
    assert outbox() == ["role_ended", "invited"]


def test_another_hubs_role_is_not_found(make, noon):
    hub, boss = make.hub(), make.person()
    theirs = make.organiser(make.hub())
    make.role(boss, "administrator", hub_id=hub.id)

    with pytest.raises(NotFound), transaction():
        roles.end(theirs.roles[0].id, hub_id=hub.id, by=boss, at=noon)


def test_a_hubs_last_administrator_stays_unless_one_of_all_hubs_ends_it(make, noon):
    hub, own, boss = make.hub(), make.person(), make.person()
    role = make.role(own, "administrator", hub_id=hub.id)
    make.role(boss, "administrator")

    with pytest.raises(LastAdministrator, match="the last administrator of Hub"), transaction():
        roles.end(role.id, hub_id=hub.id, by=own, at=noon)

    with transaction():
        roles.end(role.id, hub_id=hub.id, by=boss, at=noon)
    assert db.session.get(Role, role.id).ended_at == noon


class TestPressedSixTimesAtOnce:
    @pytest.fixture
    def url(self, either_url):
        return either_url

    def test_a_role_is_changed_once_and_told_once(self, app, make, noon, outbox):
        hub = make.hub()
        ruth, tom = make.organiser(hub).id, make.person()
        role, hub_id = make.role(tom, "lead", hub_id=hub.id, event_id=make.event(hub=hub).id).id, hub.id

        def end():
            with transaction():
                roles.end(role, hub_id=hub_id, by=db.session.get_one(Person, ruth), at=noon)

        assert at_once(app, [end] * 6) == {"done": 1, "not_found": 5}
        db.session.rollback()
        assert outbox() == ["role_ended"]
