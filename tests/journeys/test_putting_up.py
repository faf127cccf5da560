"""A project manager puts up a showcase day of six lessons; a teacher finds one and books it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from booking.db import db
from booking.domain.events import Event
from booking.domain.places import Place
from tests.browser import axe_violations

pytestmark = pytest.mark.browser

TITLES = [f"Year {year}: ten times as many" for year in range(1, 7)]
STARTS = ["9am", "9am", "11am", "11am", "1:30pm", "1:30pm"]
ENDS = ["10:30am", "10:30am", "12:30pm", "12:30pm", "3pm", "3pm"]


@pytest.fixture
def ruth(make):
    make.school(urn=990101, name="Alderbeck Primary School", town="Otley", postcode="LS21 3XQ")
    hub = make.hub(name="Wharfedale Maths Hub", slug="wharfedale")
    return make.organiser(hub, name="Ruth Calloway", email="ruth@wharfedalehub.example")


@pytest.fixture
def sign_in(newest_code):
    def enter(page: Page, email: str) -> None:
        page.get_by_label("e-mail").fill(email)
        page.get_by_role("button").first.click()
        page.get_by_label("6-digit code").fill(newest_code())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/my/bookings")

    return enter


def events() -> list[Event]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Event).order_by(Event.id)))


class Hand:
    """Somebody at a page, who counts what she does: a field filled in, a choice, a press of a button or link."""

    def __init__(self, page: Page) -> None:
        self.page, self.acts = page, 0

    def types(self, label: str, text: str) -> None:
        self.acts += 1
        self.page.get_by_label(label).first.fill(text)

    def picks(self, label: str, choice: str) -> None:
        self.acts += 1
        self.page.get_by_label(label, exact=True).select_option(choice)

    def ticks(self, label: str) -> None:
        self.acts += 1
        self.page.get_by_label(label).check()

    def presses(self, name: str) -> None:
        self.acts += 1
        button, link = (self.page.get_by_role(role, name=name) for role in ("button", "link"))
        button.or_(link).or_(self.page.locator("summary", has_text=name)).first.click()

    def finds_school(self, letters: str, name: str) -> None:
        self.acts += 2
        self.page.get_by_label("Which school?").press_sequentially(letters, delay=20)
        self.page.get_by_role("option", name=name).click()

    def tells_lesson(self, number: int) -> None:
        self.types("Title", TITLES[number])
        self.types("From", STARTS[number])
        self.types("Until", ENDS[number])


def test_a_showcase_day_of_six_lessons_goes_up_in_37_acts_and_a_teacher_books_one(
    visit, ruth, sign_in, newest_code
) -> None:
    page = visit().open("/sign-in")
    sign_in(page, ruth.email)
    hand = Hand(page)
    hand.presses("Organise")
    hand.presses("Put up an event")
    hand.presses("A showcase lesson")

    hand.tells_lesson(0)
    hand.types("Day", "16/3/27")
    hand.picks("Programme", "A new one")
    hand.types("Title of the new programme", "Shanghai Showcase, spring")
    hand.picks("Place", "A school, from the register")
    hand.presses("It is somewhere new")
    hand.finds_school("alderb", "Alderbeck Primary School")
    hand.ticks("Primary")
    for number in range(1, 6):
        hand.presses("Save, then another on the same day")
        expect(page.get_by_text(f"{TITLES[number - 1]} is kept as a draft.")).to_be_visible()
        expect(page.get_by_label("Day").first).to_have_value("Tuesday 16 March 2027")
        hand.tells_lesson(number)
    hand.presses("Save and preview")
    expect(page.get_by_text("Only those who run it see this")).to_be_visible()
    hand.presses("The day’s timetable")
    assert axe_violations(page) == []
    hand.presses("Publish all 6")
    expect(page.get_by_text("6 events published.")).to_be_visible()
    assert hand.acts == 37

    put_up = events()
    assert [event.title for event in put_up] == TITLES
    assert all(event.is_published and len(event.slots) == 1 for event in put_up)
    assert len({event.slots[0].venue_id for event in put_up}) == 1
    assert {event.programme.title for event in put_up} == {"Shanghai Showcase, spring"}

    teacher = visit(width=390).open("/")
    teacher.get_by_role("link", name=TITLES[3]).click()
    teacher.get_by_role("button", name="Book places").click()
    teacher.get_by_label("Your name").fill("Priya Nair")
    teacher.get_by_label("Your e-mail address").fill("p.nair@alderbeck.example")
    teacher.get_by_label("I’m not at a listed school").check()
    teacher.get_by_role("button", name=re.compile("^Book a? ?1? ?place")).click()
    teacher.get_by_label("6-digit code").fill(newest_code())
    teacher.get_by_role("button", name=re.compile("Confirm|Book")).first.click()
    expect(teacher.get_by_text(TITLES[3]).first).to_be_visible()
    teacher.wait_for_load_state()
    db.session.rollback()
    assert db.session.scalars(select(Place.name).where(Place.event_id == put_up[3].id)).all() == ["Priya Nair"]


def test_on_a_phone_without_javascript_a_work_group_loses_nothing(visit, ruth, sign_in) -> None:
    page = visit(width=390, java_script_enabled=False).open("/sign-in")
    sign_in(page, ruth.email)
    page.goto(f"{page.url.partition('/my')[0]}/desk/hubs/wharfedale/events/new?kind=work_group")

    page.get_by_label("Title", exact=True).fill("Fluency in Key Stage 1")
    page.get_by_role("button", name="Remove session 6").click()
    first = page.get_by_role("group", name="Session 1", exact=True)
    first.get_by_label("Day").fill("31 October 2027")
    first.get_by_label("From").fill("01:30")
    first.get_by_label("Until").fill("4am")
    for number in range(2, 6):
        page.get_by_role("group", name=f"Session {number}").get_by_label("to be confirmed").check()
    page.get_by_role("button", name="Save and preview").last.click()

    expect(page.get_by_role("heading", name="One thing to put right")).to_be_visible()
    page.get_by_role("group", name="Session 1", exact=True).get_by_label("The second").check()
    page.get_by_role("button", name="Save and preview").last.click()

    expect(page.get_by_text("Say which phases it is for")).to_be_visible()
    [event] = events()
    assert (event.title, len(event.slots), event.starts_at.hour) == ("Fluency in Key Stage 1", 5, 1)


def test_the_form_is_walked_by_keyboard_alone(visit, ruth, sign_in) -> None:
    page = visit().open("/sign-in")
    sign_in(page, ruth.email)
    page.goto(f"{page.url.partition('/my')[0]}/desk/hubs/wharfedale/events/new?kind=showcase")

    page.get_by_label("Title", exact=True).focus()
    page.keyboard.type("Year 4: ten times as many")
    page.keyboard.press("Enter")

    expect(page).to_have_title(re.compile("^Error: "))
    focused = page.evaluate("document.activeElement.id")
    assert focused == "problems"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "sessions-0-day"
