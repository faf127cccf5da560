"""The school picker in a real browser: suggestions, what counts as chosen, and the same question without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe_violations
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def address(site: str, make) -> str:
    """The booking form of an event where two schools have one name."""
    make.school(urn=990101, name="Hope School", town="Leeds", postcode="LS1 1AA")
    make.school(urn=990102, name="Hope School", town="York", postcode="YO1 7HH")
    return f"{site}/events/{make.event().id}/bookings/new"


@pytest.fixture
def page(visit: Callable[..., Visit], address: str) -> Page:
    return visit().open(address)


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


def test_a_server_that_does_not_answer_is_no_dead_end(visit: Callable[..., Visit], address: str) -> None:
    one = visit()
    page = one.open(address)
    page.route("**/schools?*", lambda route: route.abort())

    type_school(page, "hope")

    expect(page.get_by_text("Type your school and go on")).to_be_visible()
    assert set(one.complaints) == {"Failed to load resource: net::ERR_FAILED"}
    one.complaints.clear()


def test_without_javascript_the_server_asks_which_school(visit: Callable[..., Visit], address: str) -> None:
    page = visit(java_script_enabled=False).open(address)
    page.get_by_label("Your school").fill("hope school")
    page.get_by_role("button", name="Book a place").click()

    page.get_by_label("Hope School, York, YO1 7HH").check()
    page.get_by_role("button", name="Book a place").click()

    expect(page.get_by_label("Your school")).to_have_value("Hope School, York, YO1 7HH")
    expect(page.get_by_text("Choose your school from the list")).to_have_count(0)
