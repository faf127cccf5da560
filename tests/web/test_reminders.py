"""The page of reminders: an organiser sees real dates and numbers of people, and changes the times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.db import db, transaction
from booking.domain import reminders
from booking.domain.events import Event
from tests.make import START
from tests.web.reading import sign_in, words


@pytest.fixture
def hub(make):
    return make.hub()


@pytest.fixture
def event(make, hub, client):
    sign_in(client, make.organiser(hub))
    return make.event(hub=hub)


def times(event):
    return [one.before.key for one in reminders.of_event(db.session.get(Event, event.id))]


def test_it_shows_real_dates_and_how_many_people_each_goes_to(client, make, event):
    make.booking(event, size=3)

    said = words(client.get(f"/desk/events/{event.id}/reminders"))

    assert "7 days before, at 9am" in said
    assert "Tuesday 9 March, 9am to 3 people, as things stand" in said
    assert "Monday 15 March, 9am to 3 people, as things stand" in said
    assert "These are the usual times for this kind of event." in said


def test_it_says_what_was_sent_and_what_is_past(client, make, hub, event, the_clock):
    make.booking(event, size=2)
    the_clock.at = START - timedelta(days=2)
    with transaction():
        reminders.promise_due(at=START - timedelta(days=7))
    sign_in(client, make.organiser(hub))
    client.post(f"/desk/events/{event.id}/reminders", data={"unit": "days", "days": "10", "clock": "09:00"})

    said = words(client.get(f"/desk/events/{event.id}/reminders"))

    assert "Tuesday 9 March, 9am Sent to 2 people" in said
    assert "Saturday 6 March, 9am Nobody: that is past" in said


def test_a_date_to_be_confirmed_waits_for_its_date(client, make, hub, event):
    open_date = make.event(hub=hub, starts=(START, None), kind="work_group")

    assert "When the date is known" in words(client.get(f"/desk/events/{open_date.id}/reminders"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [({"unit": "hours", "hours": "24"}, "24h"), ({"unit": "days", "days": "3", "clock": "15:30"}, "3d1530")],
)
def test_a_time_is_added_and_taken_away(client, event, typed, key):
    address = f"/desk/events/{event.id}/reminders"

    assert client.post(address, data=typed).status_code == 303
    assert key in times(event)
    assert client.post(f"{address}/removal", data={"time": key}).status_code == 303
    assert key not in times(event)
    assert client.post(f"{address}/usual").status_code == 303
    assert "These are the usual times" in words(client.get(address))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"unit": "days", "days": "", "clock": "09:00"}, "Enter the days as a number, like 3"),
        ({"unit": "days", "days": "99999999999", "clock": "09:00"}, "Enter the days as a number, like 3"),
        ({"unit": "days", "days": "3", "clock": "nine"}, "Enter a time like 1:30pm"),
        ({"unit": "days", "days": "3", "clock": "5"}, "Say 5am or 5pm"),
        ({"unit": "days", "days": "7", "clock": "9am"}, "People are reminded then already."),
        ({"unit": "days", "days": "3", "clock": "05:00"}, "Choose a time from 7am to 9pm"),
        ({"unit": "hours", "hours": "٣"}, "Enter the hours as a number, like 24"),
        ({"unit": "hours", "hours": "73"}, "Enter hours from 1 to 72."),
        ({"unit": "days", "days": "7", "clock": "09:00"}, "People are reminded then already."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(client, event, typed, sentence):
    page = client.post(f"/desk/events/{event.id}/reminders", data=typed)

    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert all(f'value="{value}"' in page.text for value in typed.values() if value)
    assert times(event) == ["7d0900", "1d0900"]


def test_with_no_time_left_it_says_what_can_be_done(client, event):
    for key in ("7d0900", "1d0900"):
        client.post(f"/desk/events/{event.id}/reminders/removal", data={"time": key})

    assert "Nobody is reminded of this event." in words(client.get(f"/desk/events/{event.id}/reminders"))


@pytest.mark.parametrize("number", [1, 30])
def test_it_costs_the_same_for_one_booking_and_for_thirty(client, make, event, statements, number):
    for _ in range(number):
        make.booking(event)
    statements.clear()

    client.get(f"/desk/events/{event.id}/reminders")

    assert len(statements) == 6


def test_who_cannot_be_reached_stands_on_the_events_page(client, make, event, noon):
    make.booking(event, make.person(name="Priya Nair", unreachable_at=noon))

    assert "We could not reach Priya Nair: the address is refused." in words(client.get(f"/desk/events/{event.id}"))
