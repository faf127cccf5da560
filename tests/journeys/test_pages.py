"""Every page in a real browser, on a phone and a desk, light and dark: accessible, light, no wider than its window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.db import db, transaction
from booking.domain import changes, places, school_calendars
from booking.domain.school_calendars import Days
from tests.browser import axe_violations
from tests.make import START

pytestmark = pytest.mark.browser

MOST_BYTES = 60_000
WEIGHT = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)"
IS_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def addresses(make, site, noon):
    """One address of each page, for the organiser who has also booked."""
    hub, school = make.hub(), make.school()
    make.hub()
    ruth = make.organiser(hub, name="Ruth Calloway", email="ruth@wharfedalehub.example")
    make.role(ruth, "administrator")
    programme = make.programme(hub, description="A season of **lessons**.")
    event = make.event(
        programme_id=programme.id,
        hub=hub,
        question="Which year do you teach?",
        capacity=100,
        description="**What happens.** A lesson.",
    )
    full = make.event(hub=hub, capacity=1, taken=1)
    make.event(
        hub=hub, kind="work_group", starts=(None, None), phases=("primary", "secondary"), programme_id=programme.id
    )
    near = make.school(easting=420000, northing=445000, name="Alderbeck Primary School")
    booking = make.booking(event, ruth, size=3, school=school, needs="A seat near the front")
    other = make.booking(event, size=2)
    held = make.held(event)
    place = booking.places[1]
    slot = event.slots[0]
    with transaction():
        changes.rename(event.id, "Year 4: nines", "Mei Lin", by=ruth, at=noon)  # it is settling
    make.venue(hub, name="St Mary and St Bartholomew Church of England Voluntary Aided Primary School")
    draft = make.event(hub=hub, venue=slot.venue, published_at=None, programme_id=programme.id)
    with transaction():
        days = [Days("Half-term", START.date(), START.date())]
        school_calendars.take_over(hub.id, school.urn, days, by=ruth, at=noon)
    waiting = waiting_list(make, hub, ruth, full, noon)
    hub_desk = f"/desk/hubs/{hub.slug}"
    own, desk = f"/bookings/{booking.link}", f"/desk/events/{event.id}"
    return [
        *(
            "/",
            "/?kind=work_group&places=left",
            "/help",
            "/privacy",
            "/cookies",
            "/accessibility",
            "/sign-in",
            "/nowhere",
        ),
        *("/?words=multiplyng", f"/?near={near.urn}&order=nearest", "/?words=zebra&kind=showcase", "/?school=alder"),
        *("/hubs", f"/hubs/{hub.slug}", f"/hubs/{hub.slug}/privacy", f"/programmes/{programme.id}"),
        f"/venues/{event.slots[0].venue_id}",
        *(f"/events/{event.id}", f"/events/{event.id}/bookings/new", f"/events/{full.id}/bookings/new"),
        *(f"/events/{full.id}", f"/bookings/{held.form_link}/confirmation", f"/events/{full.id}/waiting-list/new"),
        *(f"/bookings/{one.link}" for one in waiting),
        *(f"/desk/events/{one.event_id}" for one in waiting),
        *(f"/desk/events/{one.event_id}/line/{one.id}" for one in waiting),
        *(f"/desk/events/{full.id}/line/new", f"/bookings/{waiting[0].link}/departure"),
        *(own, f"{own}/cancellation", f"{own}/needs", f"{own}/places/{place.id}/swap", f"/places/{place.link}"),
        *("/calendars", "/calendars?kind=work_group", "/calendar", "/calendar?month=2027-02&kind=showcase"),
        *("/my/bookings", "/me", "/desk", "/desk?when=past", desk, f"{desk}/needs", f"{desk}/audit"),
        *(f"{desk}/bookings/new", f"/bookings/{other.id}", f"{desk}/reminders"),
        *("/desk/status", "/desk/status/messages?standing=due"),
        *(
            f"{desk}/changes",
            f"{desk}/changes/title",
            f"{desk}/changes/places",
            f"{desk}/changes/calling-off",
            f"{desk}/changes/sessions/new",
        ),
        *(f"{desk}/changes/sessions/{slot.id}", f"{desk}/changes/sessions/{slot.id}/removal"),
        *("/desk/events/new", f"{hub_desk}/events/new?kind=showcase", f"{hub_desk}/events/new?kind=work_group"),
        *(f"{desk}/edit", f"/desk/events/{draft.id}/edit", f"/desk/events/{draft.id}/preview"),
        *(f"{hub_desk}/people", f"{hub_desk}/audit", f"{hub_desk}/calendars", f"{hub_desk}/venues"),
        *(f"/desk/venues/{slot.venue_id}", f"/desk/programmes/{programme.id}/days/2027-03-16"),
    ]


def waiting_list(make, hub, ruth, full, noon):
    """What Ruth waits for: in line, parked, with an offer, and with a free place that she may claim."""
    in_line = make.waiting(full, ruth, size=1)
    made = [in_line]
    for lapses in ((3, 8), ()):
        event = make.event(hub=hub, capacity=1)
        booking = make.booking(event)
        made.append(make.waiting(event, ruth))
        give_up(booking, noon)
        for day in lapses:
            with transaction():
                places.lapse_due(at=noon + timedelta(days=day))
    soon, before = noon + timedelta(hours=20), noon - timedelta(days=2)
    event = make.event(hub=hub, capacity=1, starts=(soon,), closes_at=noon - timedelta(hours=1))
    booking = make.booking(event, at=before)
    made.append(make.waiting(event, ruth, at=before))
    give_up(booking, noon)
    db.session.expire_all()
    assert [one.state for one in made] == ["waiting", "parked", "offered", "waiting"]
    return made


def give_up(booking, noon):
    with transaction():
        places.cancel(booking.id, by=db.session.merge(booking.booker), at=noon, reason="Ill")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")])
def test_every_page_is_accessible_light_and_fits(visit, addresses, newest_code, width, scheme):
    one = visit(width=width, color_scheme=scheme)
    page = one.open("/sign-in")
    page.get_by_label("e-mail").fill("ruth@wharfedalehub.example")
    page.get_by_role("button").first.click()
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/my/bookings")

    one.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    faults, widest, heaviest = {}, [], {}
    for address in addresses:
        one.open(address)
        if found := axe_violations(page):
            faults[address] = found
        if page.evaluate(IS_WIDE):
            widest.append(address)
        if (weight := page.evaluate(WEIGHT)) > MOST_BYTES:
            heaviest[address] = weight

    assert (faults, widest, heaviest) == ({}, [], {})
