"""The school picker in a real browser: suggestions, what counts as chosen, and the same question without JavaScript."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser import axe_violations

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask, make) -> Iterator[str]:
    """The booking form of an event, on a real server, where two schools have one name."""
    make.school(urn=990101, name="Hope School", town="Leeds", postcode="LS1 1AA")
    make.school(urn=990102, name="Hope School", town="York", postcode="YO1 7HH")
    event = make.event()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/events/{event.id}/bookings/new"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()


def type_school(page: Page, text: str) -> None:
    page.get_by_label("Your school").press_sequentially(text)


def test_a_suggestion_is_chosen_with_the_keyboard(page: Page) -> None:
    type_school(page, "hop")
    expect(page.get_by_role("option")).to_have_count(2)
    assert axe_violations(page) == []

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_label("Your school")).to_have_value("Hope School, York, YO1 7HH")
    expect(page.locator("[name=school_urn]")).to_have_value("990102")
    assert page.complaints == []


def test_what_was_chosen_counts_no_longer_once_the_text_is_edited(page: Page) -> None:
    type_school(page, "hope leeds")
    page.get_by_role("option").first.click()
    expect(page.locator("[name=school_urn]")).to_have_value("990101")

    page.get_by_label("Your school").press("Backspace")

    expect(page.locator("[name=school_urn]")).to_have_value("")


def test_choosing_a_school_unticks_that_there_is_none(page: Page) -> None:
    page.get_by_label("I’m not at a listed school").check()
    expect(page.get_by_label("Where do you work?")).to_be_visible()

    type_school(page, "hope leeds")
    page.get_by_role("option").first.click()

    expect(page.get_by_label("I’m not at a listed school")).not_to_be_checked()
    expect(page.get_by_label("Where do you work?")).to_be_hidden()


def test_nothing_found_says_what_to_do(page: Page) -> None:
    type_school(page, "zebra")

    expect(page.get_by_text("No school found. Check the spelling")).to_be_visible()


def test_a_server_that_does_not_answer_is_no_dead_end(page: Page) -> None:
    page.route("**/schools?*", lambda route: route.abort())

    type_school(page, "hope")

    expect(page.get_by_text("Type your school and go on")).to_be_visible()


def test_without_javascript_the_server_asks_which_school(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your school").fill("hope school")
    page.get_by_role("button", name="Book a place").click()

    page.get_by_label("Hope School, York, YO1 7HH").check()
    page.get_by_role("button", name="Book a place").click()

    expect(page.get_by_label("Your school")).to_have_value("Hope School, York, YO1 7HH")
    expect(page.get_by_text("Choose your school from the list")).to_have_count(0)
    context.close()
