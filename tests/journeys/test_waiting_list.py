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
