"""Somebody waits for a full event, is offered a place by mail, and takes it or passes it on: in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from booking.db import db, transaction
from booking.domain import places
from booking.domain.people import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def full(make):
    """An event of one place, which is booked; answers (event, the booking)."""
    event = make.event(hub=make.hub(name="Wharfedale Maths Hub"), capacity=1)
    return event, make.booking(event)


def join(page: Page, newest_code) -> None:
    page.get_by_role("button", name="Join the waiting list").click()
    page.get_by_label("Your name").fill("Priya Nair")
    page.get_by_label("Your e-mail address").fill("p.nair@alderbeck.example")
    page.get_by_label("I’m not at a listed school").check()
    page.get_by_role("button", name="Join the waiting list").click()
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("You are 1st in line.")).to_be_visible()


def offer_in(mails) -> str:
    """Answer the way in the mail that offers a place."""
    [mail] = [mail for mail in mails() if "come free for you" in mail["Subject"]]
    [way] = re.findall(r"http://localhost(/bookings/\S+)", mail.get_body(("plain",)).get_content())
    return str(way)


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize(
    ("button", "outcome"),
    [("Take the place", "1 place is booked."), ("No thanks, pass it on", "You passed the offer on")],
)
def test_a_teacher_waits_is_offered_a_place_and_answers(
    visit, full, mails, newest_code, noon, java_script_enabled, button, outcome
):
    event, booking = full
    window = visit(width=390, java_script_enabled=java_script_enabled)
    page = window.open(f"/events/{event.id}")
    join(page, newest_code)

    with transaction():
        places.cancel(booking.id, by=db.session.get_one(Person, booking.booker_id), at=noon)
    window.open(offer_in(mails))
    expect(page.get_by_text("Kept for you until Wednesday 3 March, 12 noon (UK time)")).to_be_visible()
    page.get_by_role("button", name=button).click()

    expect(page.get_by_text(outcome)).to_be_visible()


@pytest.fixture
def line(make, full):
    """Two who wait for the full event, and its organiser."""
    event, _ = full
    make.organiser(db.session.merge(event).hub, name="Ruth Calloway", email="ruth@wharfedalehub.example")
    make.waiting(event, make.person(name="Priya Nair"))
    make.waiting(event, make.person(name="Tom Reeve"))
    return f"/desk/events/{event.id}"


def in_order(page: Page) -> list[str]:
    """Answer who waits or is offered a place, as the table on the desk says it: "1 Priya Nair"."""
    rows = page.get_by_role("region", name="Table of the waiting list").get_by_role("row").all()[1:]
    return [f"{row.get_by_role('cell').first.inner_text()} {row.get_by_role('link').inner_text()}" for row in rows]


def steer(page: Page, whom: str, button: str, reason: str) -> None:
    page.get_by_role("link", name=whom).click()
    page.get_by_label("Why?").fill(reason)
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without"])
def test_an_organiser_moves_somebody_offers_a_place_out_of_turn_and_takes_somebody_off(
    visit, line, mails, newest_code, java_script_enabled
):
    window = visit(java_script_enabled=java_script_enabled)
    page = window.open("/sign-in")
    page.get_by_label("e-mail").fill("ruth@wharfedalehub.example")
    page.get_by_role("button").first.click()
    page.get_by_label("6-digit code").fill(newest_code())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/my/bookings")
    window.open(line)
    assert in_order(page) == ["1 Priya Nair", "2 Tom Reeve"]

    page.get_by_role("link", name="Tom Reeve").click()
    page.get_by_label("Move to this place in the line").fill("1")
    page.get_by_label("Why?").fill("Travels furthest")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("We have written to them.")).to_be_visible()
    assert in_order(page) == ["1 Tom Reeve", "2 Priya Nair"]

    steer(page, "Priya Nair", "Offer a place now", "Hosts us next year")
    expect(page.get_by_text("Offered until")).to_be_visible()
    assert in_order(page) == ["– Priya Nair", "1 Tom Reeve"]

    steer(page, "Tom Reeve", "Take Tom Reeve off the waiting list", "Asked us by phone")
    expect(page.get_by_role("link", name="Tom Reeve")).to_have_count(0)
    assert in_order(page) == ["– Priya Nair"]
    said = "".join(mail.get_body(("plain",)).get_content() for mail in mails())
    assert "The organiser says: Hosts us next year" in said
    assert "The organiser says: Asked us by phone" in said
