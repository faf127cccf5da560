"""A Work Group with fifteen people is moved, and called off, in a real browser: one mail for each of them each time."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.make import START

pytestmark = pytest.mark.browser


@pytest.fixture
def work_group(make):
    hub = make.hub(name="Wharfedale Maths Hub")
    make.organiser(hub, name="Ruth Calloway", email="ruth@wharfedalehub.example")
    starts = (START, START.replace(month=4, day=20), None)
    event = make.event(hub=hub, kind="work_group", title="Teaching for mastery", starts=starts, hours=3)
    for size in (2, 3, 4, 4, 2):
        make.booking(event, size=size)
    return event


@pytest.fixture
def desk(visit, newest_code, work_group):
    """Ruth at her desk: `desk(width=390, java_script_enabled=False)`."""

    def sit_down(**given):
        page = visit(**given).open("/sign-in")
        page.get_by_label("e-mail").fill("ruth@wharfedalehub.example")
        page.get_by_role("button").first.click()
        page.get_by_label("6-digit code").fill(newest_code())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/my/bookings")
        page.goto(page.url.replace("/my/bookings", f"/desk/events/{work_group.id}"))
        return page

    return sit_down


def received(mails, subject):
    """Answer how many mails whose subject begins so each address has."""
    return Counter(mail["To"].addresses[0].addr_spec for mail in mails() if mail["Subject"].startswith(subject))


def test_a_session_is_moved_and_everybody_hears_once_of_all_that_changed(desk, mails):
    page = desk()
    page.get_by_role("link", name="Change date, place or places").click()
    page.get_by_role("link", name="Change date or place").nth(1).click()
    page.get_by_label("Day").fill("27 April 2027")
    page.get_by_role("button", name="See what comes of it").click()
    expect(page.get_by_text("15 people get one e-mail each")).to_be_visible()
    assert received(mails, "Changed") == {}
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("heading", name="15 people have not been told yet")).to_be_visible()
    page.get_by_role("link", name="Change date, place or places").click()
    page.get_by_role("link", name="Change the title, or who leads it").click()
    page.get_by_label("Title").fill("Teaching for mastery, first year")
    page.get_by_role("button", name="See what comes of it").click()
    page.get_by_role("button", name="Change it").click()

    page.get_by_role("button", name="Send it now").click()

    expect(page.get_by_role("status")).to_contain_text("We are writing to them now.")
    told = received(mails, "Changed: Teaching for mastery, first year")
    assert (len(told), set(told.values())) == (15, {1})
    [mail, *_] = [mail for mail in mails() if mail["Subject"].startswith("Changed")]
    words = mail.get_body(("plain",)).get_content()
    assert "BEFORE  Tuesday 20 April 2027, 2:30pm to 5:30pm (UK time)" in words
    assert "NOW     Tuesday 27 April 2027, 2:30pm to 5:30pm (UK time)" in words


def test_on_a_phone_without_javascript_it_is_called_off_and_everybody_hears_why(desk, mails, visit, work_group):
    page = desk(width=390, java_script_enabled=False)
    page.get_by_role("link", name="Change date, place or places").click()
    page.get_by_role("button", name="Call the event off").click()
    page.get_by_role("button", name="See what comes of it").click()
    expect(page.get_by_role("link", name="Say in a few words why: everybody who booked reads it")).to_be_visible()
    page.get_by_label("Why is it called off?").fill("The lead is ill.")
    page.get_by_role("button", name="See what comes of it").click()
    expect(page.get_by_text("15 people get one e-mail each, at once.")).to_be_visible()
    page.get_by_role("button", name="Call it off").click()

    told = received(mails, "Called off: Teaching for mastery")
    assert (len(told), set(told.values())) == (15, {1})
    public = visit().open(f"/events/{work_group.id}")
    expect(public.get_by_text("The lead is ill.")).to_be_visible()


def test_one_click_in_the_mail_leads_to_giving_the_place_up(desk, mails, visit, site, work_group):
    page = desk()
    page.get_by_role("link", name="Change date, place or places").click()
    page.get_by_role("link", name="Take it away").nth(1).click()
    page.get_by_role("button", name="See what comes of it").click()
    page.get_by_role("button", name="Change it").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("status")).to_be_visible()
    [mail, *_] = [mail for mail in mails() if mail["Subject"].startswith("Changed")]
    [link] = re.findall(r"http://localhost(/\w+/\S+/cancellation)", mail.get_body(("plain",)).get_content())

    own = visit(width=390, java_script_enabled=False).open(link)
    own.get_by_role("button", name=re.compile("^Cancel")).click()

    expect(own.get_by_role("heading", level=1)).to_contain_text("has ended")
