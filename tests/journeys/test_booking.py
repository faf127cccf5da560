"""A teacher books places for herself and two colleagues, and manages them: as people do it, in a real browser."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from booking.db import db
from booking.domain.events import Event
from booking.domain.places import Booking, Place

pytestmark = pytest.mark.browser


@pytest.fixture
def event(make):
    make.school(urn=990101, name="Alderbeck Primary School", town="Otley", postcode="LS21 3XQ")
    make.school(urn=990102, name="Alderbeck Primary School", town="Ripon", postcode="HG4 1XQ")
    hub = make.hub(name="Wharfedale Maths Hub")
    return make.event(hub=hub, max_per_school=4)


def fill_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Priya Nair")
    page.get_by_label("Your e-mail address").fill("p.nair@alderbeck.example")


def add_colleague(page: Page, number: int, name: str, email: str) -> None:
    page.get_by_role("button", name=re.compile("^Add a")).click()
    row = page.get_by_role("group", name=f"Colleague {number}")
    row.get_by_label("Name").fill(name)
    row.get_by_label("E-mail address").fill(email)


def add_both(page: Page) -> None:
    add_colleague(page, 1, "Grace Adeyemi", "g.adeyemi@alderbeck.example")
    add_colleague(page, 2, "Daniel Whitmore", "d.whitmore@alderbeck.example")


def send(page: Page) -> None:
    """Press the form's button; where there is JavaScript it counts: "Book 3 places"."""
    page.get_by_role("button", name=re.compile(r"^Book (a|\d) place")).or_(
        page.get_by_role("button", name="Book places", exact=True)
    ).click()


def live(event: Event) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    names = select(Place.name).where(Place.event_id == event.id, Place.ended_at.is_(None), Place.person_id.is_not(None))
    return sorted(db.session.scalars(names))


def link_in(mail: EmailMessage, site: str, room: str) -> str:
    found = re.search(rf"http://localhost/({room}/\S+)", mail.get_body(("plain",)).get_content())
    assert found
    return f"{site}/{found[1]}"


PARTY = ["Daniel Whitmore", "Grace Adeyemi", "Priya Nair"]


def test_booking_for_three_with_javascript(visit, event, mails, newest_code) -> None:
    page = visit().open("/")
    page.get_by_role("link", name=event.title).click()
    page.get_by_role("button", name="Book places").click()
    fill_in(page)
    page.get_by_label("Your school").press_sequentially("alderb otl")
    page.get_by_role("option", name=re.compile("Otley")).click()
    add_both(page)
    send(page)

    expect(page.get_by_role("heading", name="Enter the code we sent")).to_be_visible()
    expect(page.get_by_text("kept until 12:15pm").first).to_be_visible()
    assert live(event) == []
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Confirm 3 places").click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert live(event) == PARTY
    told = [mail["To"].addresses[0].addr_spec for mail in mails() if not re.match(r"\d", mail["Subject"])]
    assert sorted(told) == ["d.whitmore@alderbeck.example", "g.adeyemi@alderbeck.example", "p.nair@alderbeck.example"]
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My bookings").click()
    expect(page.get_by_text("Grace Adeyemi")).to_be_visible()


def test_booking_for_three_on_a_phone_without_javascript(visit, event, newest_code) -> None:
    page = visit(width=390, java_script_enabled=False).open(f"/events/{event.id}/bookings/new")
    fill_in(page)
    page.get_by_label("Your school").fill("Alderbeck Primary School")
    add_both(page)
    send(page)
    page.get_by_label(re.compile("Alderbeck Primary School, Ripon")).check()
    send(page)
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Confirm 3 places").click()

    assert live(event) == PARTY
    assert db.session.scalar(select(Booking.school_urn)) == 990102


def test_the_button_behind_the_link_confirms_and_looking_at_it_does_not(visit, event, mails, site) -> None:
    page = visit().open(f"/events/{event.id}/bookings/new")
    fill_in(page)
    page.get_by_label("I’m not at a listed school").check()
    send(page)
    expect(page.get_by_role("heading", name="Enter the code we sent")).to_be_visible()
    link = link_in(mails()[-1], site, "codes")

    page.goto(link)
    assert live(event) == []
    page.get_by_role("button").first.click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert live(event) == ["Priya Nair"]


def test_the_same_link_on_another_device_asks_for_the_address_first(visit, event, mails, site) -> None:
    page = visit().open(f"/events/{event.id}/bookings/new")
    fill_in(page)
    page.get_by_label("I’m not at a listed school").check()
    send(page)
    phone = visit(width=390).open(link_in(mails()[-1], site, "codes"))

    phone.get_by_label(re.compile("e-mail address")).fill("P.Nair@alderbeck.example")
    phone.get_by_role("button").first.click()

    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert live(event) == ["Priya Nair"]


def test_a_colleague_is_swapped_and_the_booking_cancelled_from_the_mail_without_signing_in(
    visit, event, make, mails, site
) -> None:
    make.booking(event, make.person(name="Priya Nair"), size=2)
    [booked] = [mail for mail in mails() if "bookings/" in mail.get_body(("plain",)).get_content()]
    page = visit(width=390, java_script_enabled=False).open(link_in(booked, site, "bookings"))

    page.get_by_role("link", name="Send a colleague instead of Priya Nair").click()
    page.get_by_label("Your colleague’s name").fill("Grace Adeyemi")
    page.get_by_label("Their e-mail address").fill("g.adeyemi@alderbeck.example")
    page.get_by_role("button", name="Pass the place on").click()
    expect(page.get_by_role("status")).to_contain_text("Grace Adeyemi comes instead of Priya Nair.")
    assert "Grace Adeyemi" in live(event)
    assert "Priya Nair" not in live(event)

    page.get_by_role("button", name="Cancel all 2 places").click()
    page.get_by_role("button", name="Cancel all 2 places").click()
    expect(page.get_by_role("heading", name="This booking has ended")).to_be_visible()
    assert live(event) == []


def test_signed_in_it_takes_two_clicks(visit, event, make, newest_code, site) -> None:
    make.person(email="p.nair@alderbeck.example", name="Priya Nair", job="Maths lead", school_urn=990101)
    page = visit().open("/sign-in")
    page.get_by_label(re.compile("e-mail")).fill("p.nair@alderbeck.example")
    page.get_by_role("button").first.click()
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site}/events/{event.id}")

    page.get_by_role("button", name="Book places").click()
    send(page)

    assert live(event) == ["Priya Nair"]


def test_when_the_last_place_goes_meanwhile_nothing_typed_is_lost_and_the_next_best_is_offered(visit, make) -> None:
    hub = make.hub()
    programme = make.programme(hub)
    full = make.event(hub=hub, programme_id=programme.id, capacity=1)
    other = make.event(hub=hub, programme_id=programme.id, title="Year 5: a fraction is a division")
    page = visit().open(f"/events/{full.id}/bookings/new")
    fill_in(page)
    page.get_by_label("I’m not at a listed school").check()
    page.get_by_label("Anything you need on the day?").fill("A seat near the front")
    make.booking(full)
    send(page)

    expect(page.get_by_role("alert").first).to_contain_text("The last place has just gone.")
    expect(page.get_by_label("Your name")).to_have_value("Priya Nair")
    expect(page.get_by_label("Anything you need on the day?")).to_have_value("A seat near the front")
    expect(page.get_by_role("link", name=other.title)).to_be_visible()
