"""A teacher two miles away finds a lesson and books it: by mouse, by keyboard, on a phone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe_violations

pytestmark = pytest.mark.browser

METRES_IN_MILE = 1609.344


@pytest.fixture
def event(make):
    """A lesson on fractions two miles from the teacher's school, and others that are not it."""
    make.school(urn=990101, name="Alderbeck Primary School", town="Otley", easting=420000, northing=445000)
    make.school(urn=990102, name="Alderbeck Primary School", town="Ripon", easting=431000, northing=471000)
    hub = make.hub(name="Wharfedale Maths Hub")
    near = make.venue(hub, name="Netherby Lane School", easting=round(420000 + 2 * METRES_IN_MILE), northing=445000)
    far = make.venue(hub, name="Marlowe Park Academy", easting=520000, northing=245000)
    make.event(title="Year 5: a fraction is a division", hub=hub, venue=far)
    make.event(title="Year 2: difference in a bar model", hub=hub, venue=near)
    return make.event(title="Year 4: fractions on a line", hub=hub, venue=near)


def found(page: Page) -> list[str]:
    return page.locator("h3.event__title").all_inner_texts()


def book(page: Page) -> None:
    """Book a place from the event's page, up to the code."""
    page.get_by_role("button", name="Book places").click()
    page.get_by_label("Your name").fill("Priya Nair")
    page.get_by_label("Your e-mail address").fill("p.nair@alderbeck.example")
    page.get_by_label("I’m not at a listed school").check()
    page.get_by_role("button", name=re.compile("^Book (a|1) place")).or_(
        page.get_by_role("button", name="Book places", exact=True)
    ).click()


def test_by_suggestion(visit, event, newest_code) -> None:
    page = visit().open("/")
    page.get_by_label("What are you looking for?").fill("fractoins")
    page.get_by_label("Near a school").press_sequentially("alder")
    page.locator(".autocomplete__option", has_text="Otley").click()
    page.get_by_role("button", name="Show events").click()

    page.wait_for_url("**/?words=fractoins&within=15&near=990101")
    expect(page.get_by_text("Nothing says “fractoins”. This is what says “fraction”.")).to_be_visible()
    assert found(page) == [event.title]
    expect(page.get_by_text("2 miles", exact=True)).to_be_visible()

    page.get_by_role("link", name=event.title).click()
    book(page)
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking")


def test_by_keyboard(visit, event) -> None:
    page = visit().open("/")
    page.get_by_label("Near a school").press_sequentially("alder")
    expect(page.locator(".autocomplete__option")).to_have_count(2)
    assert axe_violations(page) == []

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/?within=15&near=990101")
    assert found(page) == ["Year 2: difference in a bar model", event.title]


def test_on_a_phone_without_javascript(visit, event) -> None:
    page = visit(width=390, java_script_enabled=False).open("/")
    page.get_by_label("What are you looking for?").fill("fractions")
    page.get_by_label("Near a school").fill("alderbeck")
    page.get_by_label("Within").select_option("5 miles")
    page.get_by_role("button", name="Show events").click()
    expect(page.get_by_text("Which school is “alderbeck”?")).to_be_visible()
    page.get_by_role("link", name=re.compile("Alderbeck Primary School, Otley")).click()

    assert found(page) == [event.title]
    page.get_by_role("link", name=event.title).click()
    book(page)
    expect(page.get_by_label("6-digit code")).to_be_visible()


def test_an_address_that_is_mailed_shows_the_same(visit, event) -> None:
    first, second = visit(), visit(width=390)
    page = first.open("/?near=990101&order=nearest&words=fractions")

    assert found(page) == [event.title, "Year 5: a fraction is a division"]
    assert found(second.open(page.url)) == found(page)
    page.get_by_role("link", name="Soonest first").click()
    assert found(page) == ["Year 5: a fraction is a division", event.title]


def test_printed_a_programme_is_its_timetable_and_nothing_else(visit, event, make) -> None:
    programme = make.programme(event.hub, title="Spring season")
    make.event(title="On paper", hub=event.hub, programme_id=programme.id)
    page = visit().open(f"/programmes/{programme.id}")

    page.emulate_media(media="print")

    expect(page.get_by_text("On paper")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.locator("footer")).to_be_hidden()
    told = "getComputedStyle(document.querySelector('main a[href^=\"/events/\"]'), '::after').content"
    assert page.evaluate(told) == "none"  # an address of this site in brackets says nothing on paper


def test_printed_an_event_is_what_one_needs_on_the_way(visit, event) -> None:
    page = visit().open(f"/events/{event.id}")

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="How to get there")).to_be_visible()
    expect(page.get_by_role("heading", name="In your calendar")).to_be_hidden()
