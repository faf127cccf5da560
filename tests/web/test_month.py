"""The month as a page, and how calendars are followed. The numbers are those of docs/calendars.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from tests.make import NOON, START
from tests.web.reading import sign_in, words


def links(page, words_of):
    """The addresses of links with these words in them."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page.text, re.S)
    return [address.replace("&amp;", "&") for address, said in found if words_of in said]


def test_a_month_shows_each_session_on_its_day(client, make):
    event = make.event(kind="work_group", starts=(START, START + timedelta(days=7), START + timedelta(days=30)))

    page = client.get("/calendar?month=2027-03")

    said = words(page)
    assert "March 2027" in said
    assert f"Tuesday 16 March {event.title}: Lesson and discussion 1:30pm to 3:30pm Otley" in said
    assert "Tuesday 23 March" in said
    assert "15 April" not in said
    assert '<ol class="plain days days--1">' in page.text  # 1 March 2027 is a Monday


def test_the_month_is_this_one_unless_another_is_asked_for(client, make):
    make.event()

    assert "March 2027" in words(client.get("/calendar"))
    assert "March 2027" in words(client.get("/calendar?month=tbc"))
    assert "March 2027" in words(client.get("/calendar?month=2027-13"))


def test_it_links_the_feed_of_just_what_it_shows(client, make):
    hub = make.hub()
    shown = make.event(hub=hub, kind="work_group", starts=(START, START + timedelta(days=7)))
    make.event(hub=hub, kind="showcase")
    make.event(hub=hub, kind="work_group", starts=(START + timedelta(days=60),))

    page = client.get("/calendar?kind=work_group&month=2027-03")

    [address] = links(page, "Take March 2027")
    assert f'<link rel="alternate" type="text/calendar" href="{address.replace("&", "&amp;")}"' in page.text
    feed = Calendar.from_ical(client.get(address).data)
    assert [str(one["UID"]) for one in feed.walk("VEVENT")] == [slot.uid for slot in shown.slots]
    assert page.text.count('class="day__session"') == 2
    [onward] = links(page, "in every month")
    assert onward == "/calendars?kind=work_group"


def test_one_goes_from_month_to_month_as_far_as_there_is_anything(client, make):
    make.event(starts=(START, datetime(2027, 5, 3, 9, tzinfo=UTC)))

    assert links(client.get("/calendar?kind=showcase"), "April 2027") == ["/calendar?kind=showcase&month=2027-04"]
    assert links(client.get("/calendar?month=2027-02"), "January 2027") == ["/calendar?month=2027-01"]
    assert 'rel="next"' not in client.get("/calendar?month=2027-05").text
    assert 'rel="prev"' not in client.get("/calendar?month=2027-01").text


def test_a_session_stands_on_the_day_of_its_own_clocks(client, make):
    make.event(starts=(datetime(2027, 3, 16, 17, tzinfo=UTC),), zone="Asia/Shanghai")

    assert re.search("Wednesday 17 March Year 4.*1am to 3am, Shanghai time", words(client.get("/calendar")))


def test_what_is_called_off_says_so(client, make):
    make.event(called_off_at=NOON, updated_at=NOON)

    assert "Called off. 1:30pm to 3:30pm" in words(client.get("/calendar"))


def test_a_month_without_anything_says_what_to_do(client, make):
    make.event()

    page = client.get("/calendar?month=2027-02&kind=work_group")

    assert "Nothing in February 2027" in words(page)
    assert links(page, "See all events") == ["/"]
    assert links(page, "Work Group") == ["/calendar?month=2027-02"]


def test_it_costs_the_same_for_one_session_and_for_thirty(client, make, statements):
    def cost(address):
        statements.clear()
        assert client.get(address).status_code == 200
        return len(statements)

    event = make.event()
    one = [cost(address) for address in ("/calendar", "/calendars")]
    for _ in range(29):
        make.event(hub=event.hub)

    assert one == [cost(address) for address in ("/calendar", "/calendars")] == [2, 2]


def test_19_every_calendar_program_is_told_how_to_follow(client, make):
    hub = make.hub(slug="wharfedale")
    make.event(hub=hub)

    page = client.get("/calendars?hub=wharfedale")

    address = "http://localhost/hubs/wharfedale/calendar.ics"
    assert links(page, "Apple Calendar") == ["webcal://localhost/hubs/wharfedale/calendar.ics"]
    [google], [outlook] = links(page, "Follow in Google"), links(page, "Outlook on the web")
    assert parse_qs(urlsplit(google).query)["cid"] == ["webcal://localhost/hubs/wharfedale/calendar.ics"]
    assert parse_qs(urlsplit(outlook).query)["url"] == [address]
    assert f'<span class="copy">{address}</span>' in page.text
    assert f'<link rel="alternate" type="text/calendar" href="{address}"' in page.text
    assert "Thunderbird" in words(page)
    assert client.get(urlsplit(address).path).status_code == 200


def test_20_one_honest_sentence_says_how_long_it_takes(client, make):
    sentence = (
        "Google may take up to a day, Outlook about 3 hours. When you have booked, cancellations also come by e-mail."
    )
    make.event()
    assert sentence in words(client.get("/calendars"))
    sign_in(client, make.person())

    assert sentence in words(client.get("/my/bookings"))


def test_19_the_list_the_event_and_its_programme_lead_to_their_calendars(client, make):
    hub = make.hub(slug="wharfedale")
    programme = make.programme(hub)
    event = make.event(hub=hub, programme_id=programme.id)

    listed, shown = client.get("/?kind=showcase"), client.get(f"/events/{event.id}")

    assert links(listed, "Follow this list") == ["/calendars?kind=showcase"]
    assert links(listed, "month by month") == ["/calendar?kind=showcase"]
    assert 'type="text/calendar" href="/calendar.ics?kind=showcase"' in listed.text
    assert links(shown, "Add this event") == [f"/events/{event.id}/calendar.ics"]
    assert links(shown, f"Follow {programme.title}") == [f"/calendars?programme={programme.id}"]
    assert links(shown, "Follow everything of") == ["/calendars?hub=wharfedale"]
    assert client.get(f"/calendars?programme={programme.id}").status_code == 200
    assert links(client.get("/hubs/wharfedale"), "Follow them") == ["/calendars?hub=wharfedale"]
    its_page = client.get(f"/programmes/{programme.id}")
    assert links(its_page, "Follow this programme") == [f"/calendars?programme={programme.id}"]


def test_an_event_whose_dates_are_open_offers_no_file(client, make):
    event = make.event(starts=(None,))

    assert "In your calendar" not in words(client.get(f"/events/{event.id}"))


@pytest.mark.parametrize("address", ["/calendars?hub=nowhere", "/calendars?programme=77"])
def test_of_what_does_not_exist_there_is_nothing_to_follow(client, address):
    assert client.get(address).status_code == 404


def test_a_draft_is_on_no_page(client, make):
    make.event(published_at=None)

    assert "Nothing in March 2027" in words(client.get("/calendar"))
