"""Every route, for every role, in one's own hub and in another: a route that is not in the table fails the build."""

from __future__ import annotations

import pytest
from flask import url_for
from sqlalchemy import func, select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.messages import Message
from tests.conftest import settings_for
from tests.web.reading import sign_in

VISITORS = ("nobody", "teacher", "booker", "ours", "theirs", "lead", "host", "analyst", "national")
"""`ours` and `theirs` organise the event's hub and another; lead and host are of the event; the booker booked it."""

ALL_SEE = dict.fromkeys(VISITORS, 200)
ASKED_TO_SIGN_IN = {**ALL_SEE, "nobody": 303}
NOBODY_FINDS = dict.fromkeys(VISITORS, 404)


def only(*visitors: str, status: int = 200) -> dict[str, int]:
    """For these; strangers are asked to sign in, and for anybody else there is no such thing."""
    return {**NOBODY_FINDS, "nobody": 303, **dict.fromkeys(visitors, status)}


def act(*visitors: str, status: int = 200) -> dict[str, int]:
    """The same for what is sent: a stranger's form is kept, and signing in asked for."""
    return {**only(*visitors, status=status), "nobody": 403}


ORGANISERS = only("ours", "national")
RUNNERS = only("ours", "national", "lead", "host")
BY_NUMBER = {**NOBODY_FINDS, "ours": 200, "national": 200}

READING = {
    "changes.calling_off": ORGANISERS,
    "changes.index": ORGANISERS,
    "changes.new_session": ORGANISERS,
    "changes.places": ORGANISERS,
    "changes.removal": ORGANISERS,
    "changes.session": ORGANISERS,
    "changes.title": ORGANISERS,
    "codes.show": NOBODY_FINDS,
    "confirmation.show": NOBODY_FINDS,
    "days.show": ORGANISERS,
    "desk.asked": only("ours", "theirs", "national", status=303),
    "desk.event": RUNNERS,
    "desk.index": only("ours", "theirs", "national", "lead", "host"),
    "desk.needs": only("lead", "host"),
    "desk.new": ORGANISERS,
    "desk.people": ORGANISERS,
    "desk.trail": ORGANISERS,
    "details.copy": ASKED_TO_SIGN_IN,
    "details.show": ASKED_TO_SIGN_IN,
    "events.index": ALL_SEE,
    "events.old_index": dict.fromkeys(VISITORS, 308),
    "events.show": ALL_SEE,
    "feeds.follow": ALL_SEE,
    "feeds.index": ALL_SEE,
    "feeds.of_event": ALL_SEE,
    "feeds.of_hub": ALL_SEE,
    "feeds.of_programme": ALL_SEE,
    "feeds.own": NOBODY_FINDS,
    "frame.colours": ALL_SEE,
    "frame.icon": dict.fromkeys(VISITORS, 308),
    "health.alive": ALL_SEE,
    "health.ready": dict.fromkeys(VISITORS, 503),
    "hubs.index": ALL_SEE,
    "hubs.privacy": ALL_SEE,
    "hubs.show": ALL_SEE,
    "line.asked": only("ours", "theirs", "national", status=303),
    "line.booking": only("ours", "national", status=303),
    "line.new": ORGANISERS,
    "machines.robots": ALL_SEE,
    "machines.security": ALL_SEE,
    "machines.sitemap": ALL_SEE,
    "mailbox.html": NOBODY_FINDS,
    "mailbox.index": ALL_SEE,
    "mailbox.show": NOBODY_FINDS,
    "mailbox.source": NOBODY_FINDS,
    "holidays.index": ORGANISERS,
    "hub_audit.index": ORGANISERS,
    "manage.ask_needs": BY_NUMBER,
    "manage.ask_to_cancel_booking": BY_NUMBER,
    "manage.ask_to_cancel_party_place": BY_NUMBER,
    "manage.ask_to_cancel_place": NOBODY_FINDS,
    "manage.ask_to_swap_party_place": BY_NUMBER,
    "manage.ask_to_swap_place": NOBODY_FINDS,
    "manage.booking": BY_NUMBER,
    "manage.place": NOBODY_FINDS,
    "mine.index": ASKED_TO_SIGN_IN,
    "month.index": ALL_SEE,
    "pages.accessibility": ALL_SEE,
    "pages.cookies": ALL_SEE,
    "pages.help": ALL_SEE,
    "pages.privacy": ALL_SEE,
    "people.index": ORGANISERS,
    "places.asked": dict.fromkeys(VISITORS, 303),
    "places.change": NOBODY_FINDS,
    "places.new": ALL_SEE,
    "putting_up.asked": only("ours", "theirs", "national", status=303),
    "putting_up.choose": only("ours", "theirs", "national"),
    "putting_up.edit": ORGANISERS,
    "putting_up.new": ORGANISERS,
    "putting_up.preview": ORGANISERS,
    "programmes.show": ALL_SEE,
    "reminders.show": ORGANISERS,
    "schools.index": ALL_SEE,
    "sign_in.code": dict.fromkeys(VISITORS, 303),
    "sign_in.new": {**dict.fromkeys(VISITORS, 303), "nobody": 200},
    "static": NOBODY_FINDS,
    "status.listed": only("national"),
    "status.show": only("national"),
    "venue_desk.edit": ORGANISERS,
    "venue_desk.index": ORGANISERS,
    "venues.show": ALL_SEE,
    "waiting.ask_to_leave": NOBODY_FINDS,
    "waiting.asked": dict.fromkeys(VISITORS, 303),
    "waiting.new": dict.fromkeys(VISITORS, 303),
}
"""Of the event and of a booking at it, with its number in place of its secret link."""

ACTING = {
    "changes.add_session": act("ours", "national", status=422),
    "changes.call_off": act("ours", "national", status=422),
    "changes.change_session": act("ours", "national", status=422),
    "changes.remove_session": act("ours", "national", status=422),
    "changes.rename": act("ours", "national", status=422),
    "changes.resize": act("ours", "national", status=422),
    "changes.send_now": act("ours", "national", status=303),
    "codes.press": NOBODY_FINDS,
    "confirmation.confirm": NOBODY_FINDS,
    "confirmation.send_again": NOBODY_FINDS,
    "days.publish": act("ours", "national", status=303),
    "desk.create": act("ours", "national", status=422),
    "details.change": act(*VISITORS[1:], status=422),
    "holidays.remove": act("ours", "national", status=404),
    "holidays.upload": act("ours", "national", status=422),
    "line.add": act("ours", "national", status=422),
    "line.move": act("ours", "national", status=422),
    "line.offer": act("ours", "national", status=422),
    "line.remove": act("ours", "national", status=422),
    "line.withdraw": act("ours", "national", status=422),
    "manage.cancel_booking": {**NOBODY_FINDS, "ours": 422, "national": 422},
    "manage.cancel_party_place": {**NOBODY_FINDS, "ours": 422, "national": 422},
    "manage.cancel_place": NOBODY_FINDS,
    "manage.change_needs": {**NOBODY_FINDS, "ours": 422, "national": 422},
    "manage.swap_party_place": {**NOBODY_FINDS, "ours": 422, "national": 422},
    "manage.swap_place": NOBODY_FINDS,
    "people.change": act(status=404),
    "people.end": act(status=404),
    "people.invite": act("ours", "national", status=422),
    "places.create": dict.fromkeys(VISITORS, 422),
    "places.give_up": NOBODY_FINDS,
    "putting_up.change": act("ours", "national", status=422),
    "putting_up.create": act("ours", "national", status=422),
    "putting_up.publish": act("ours", "national", status=303),
    "putting_up.unpublish": act("ours", "national", status=303),
    "reminders.add": act("ours", "national", status=422),
    "reminders.as_usual": act("ours", "national", status=303),
    "reminders.take_away": act(),
    "sign_in.confirm": dict.fromkeys(VISITORS, 303),
    "sign_in.create": dict.fromkeys(VISITORS, 422),
    "sign_in.send_again": dict.fromkeys(VISITORS, 303),
    "status.cancel": act(),
    "status.retry": act(),
    "venue_desk.change": act("ours", "national", status=422),
    "waiting.accept": NOBODY_FINDS,
    "waiting.claim": NOBODY_FINDS,
    "waiting.come_back": NOBODY_FINDS,
    "waiting.decline": NOBODY_FINDS,
    "waiting.join": dict.fromkeys(VISITORS, 422),
    "waiting.leave": NOBODY_FINDS,
}
"""With a form that is wrong, so that whoever may act is told so (422) and nothing happens."""

OWN_CALENDAR = {"feeds.end", "feeds.renew"}
"""Tried in test_own_calendar.py: what one does there, one always may."""
SIGNING_OUT = {"sign_in.end", "sign_in.end_everywhere"}
WRONG = {"school_urn": "x", "parking": "x" * 2001, "reason": "x" * 301, "needs": "x" * 2001}


@pytest.fixture
def settings(url, tmp_path):
    return settings_for(url, mode="demo", mailbox_dir=str(tmp_path / "mailbox"))


@pytest.fixture
def world(make):
    """An event with a lead and a host, a booking at it for two, and one visitor of each sort."""
    hub, school = make.hub(), make.school()
    venue = make.venue(hub, school_urn=school.urn)
    event = make.event(hub=hub, venue=venue, programme_id=make.programme(hub).id)
    people = {visitor: make.person() for visitor in VISITORS[1:]}
    make.role(people["ours"], "organiser", hub_id=hub.id)
    make.role(people["theirs"], "organiser", hub_id=make.hub().id)
    make.role(people["lead"], "lead", hub_id=hub.id, event_id=event.id)
    make.role(people["host"], "host", hub_id=hub.id, school_urn=school.urn)
    make.role(people["analyst"], "analyst")
    make.role(people["national"], "administrator")
    booking = make.booking(event, people["booker"], size=2, needs="A seat near the front")
    return event, booking, people


def address(app, endpoint: str, event, booking) -> str:
    known = {"message_id": 0, "event_id": event.id, "place_id": booking.places[0].id, "name": "a.eml", "link": "1-abc"}
    known |= {"booking_id": booking.id}
    known |= {"slot_id": event.slots[0].id}
    known |= {"slug": event.hub.slug, "role_id": 2147483647}
    known |= {"token": str(booking.id), "filename": "nothing.css"}
    known |= {"day": f"{event.slots[0].local_start:%Y-%m-%d}"}
    known |= {"programme_id": event.programme_id, "venue_id": event.slots[0].venue_id}
    [rule] = app.url_map.iter_rules(endpoint)
    with app.test_request_context():
        return url_for(endpoint, **{name: known[name] for name in rule.arguments})


def everything() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEntry, Message)]


def test_every_route_declares_a_rule_and_stands_in_the_tables(app):
    undeclared = [name for name, view in app.view_functions.items() if not hasattr(view, "access_rule")]

    assert undeclared == ["static"]
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == {*READING, *ACTING, *OWN_CALENDAR, *SIGNING_OUT}


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_each_visitor_may_read(app, client, world, visitor):
    event, booking, people = world
    if visitor != "nobody":
        sign_in(client, people[visitor])

    found = {endpoint: client.get(address(app, endpoint, event, booking)).status_code for endpoint in READING}

    assert found == {endpoint: statuses[visitor] for endpoint, statuses in READING.items()}


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_each_visitor_may_do(app, client, world, visitor):
    event, booking, people = world
    if visitor != "nobody":
        sign_in(client, people[visitor])
    before = everything()

    found = {
        endpoint: client.post(address(app, endpoint, event, booking), data=WRONG).status_code for endpoint in ACTING
    }

    assert found == {endpoint: statuses[visitor] for endpoint, statuses in ACTING.items()}
    assert everything() == before


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_secret_link_opens_its_own_booking_to_whoever_has_it_and_no_other(client, make, world, visitor):
    event, booking, people = world
    other = make.booking(event)
    if visitor != "nobody":
        sign_in(client, people[visitor])
    place, others = booking.places[1], other.places[0]

    assert client.get(f"/bookings/{booking.link}").status_code == 200
    assert client.get(f"/places/{place.link}").status_code == 200
    assert client.get(f"/bookings/{booking.link}/places/{others.id}/cancellation").status_code == 404
    assert client.get(f"/places/{booking.link}").status_code == 404
    assert client.get(f"/bookings/{place.link}").status_code == 404
    assert client.get(f"/bookings/{other.id}-{booking.link.partition('-')[2]}").status_code == 404


@pytest.mark.parametrize("visitor", VISITORS)
def test_an_event_that_is_not_published_exists_for_those_who_run_it_only(client, make, world, visitor):
    event, _, people = world
    draft = make.event(hub=event.hub, venue=event.slots[0].venue, published_at=None)
    if visitor != "nobody":
        sign_in(client, people[visitor])

    assert client.get(f"/events/{draft.id}").status_code == 404
    assert client.get(f"/events/{draft.id}/bookings/new").status_code == 404
    assert client.post(f"/events/{draft.id}/bookings").status_code == 404
    assert client.get(f"/desk/events/{draft.id}").status_code == only("ours", "host", "national")[visitor]
