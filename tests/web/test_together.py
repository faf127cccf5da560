"""Pages of what stands together: programmes, hubs and venues; and what search engines read of an event."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, inspect

from booking.db import db, transaction
from tests.make import NOON, START
from tests.web.reading import words
from tests.web.test_events import NASTY, links


@pytest.fixture
def hub(make):
    return make.hub(slug="wharfedale", name="Wharfedale Maths Hub", area="Leeds", phone="01632 960118")


class TestProgramme:
    def test_its_sessions_stand_under_their_days_in_their_order(self, client, make, hub):
        programme = make.programme(hub, title="Spring season", description="All about **small steps**.")
        given = {"hub": hub, "programme_id": programme.id}
        make.event(title="Later that day", starts=(START + timedelta(hours=2),), **given)
        make.event(title="First", starts=(START, START + timedelta(days=7), None), **given)
        make.event(title="Draft", published_at=None, **given)
        make.event(title="Elsewhere", hub=hub)

        said = words(client.get(f"/programmes/{programme.id}"))

        assert "Spring season All about small steps." in said
        order = "Tuesday 16 March 2027|1:30pm|First|3:30pm|Later|Tuesday 23 March 2027|First|Session 2 of 3|Dates to be"
        assert re.search(order.replace("|", ".*"), said)
        assert not re.search("Draft|Elsewhere", said)

    def test_the_day_is_that_of_the_place(self, client, make, hub):
        programme = make.programme(hub)
        late = datetime(2027, 3, 15, 23, tzinfo=UTC)
        make.event(hub=hub, programme_id=programme.id, zone="Asia/Shanghai", starts=(late,))

        assert "Tuesday 16 March 2027" in words(client.get(f"/programmes/{programme.id}"))

    def test_without_anything_published_there_is_no_such_page(self, client, make, hub):
        programme = make.programme(hub)
        make.event(hub=hub, programme_id=programme.id, published_at=None)

        assert client.get(f"/programmes/{programme.id}").status_code == 404

    @pytest.mark.parametrize("path", ["programmes", "venues"])
    @pytest.mark.parametrize("number", ["0", "2147483648", "9" * 50, "-1", "%D9%A3", "x"])
    def test_a_number_that_is_none_is_not_found(self, client, path, number):
        assert client.get(f"/{path}/{number}").status_code == 404


class TestHub:
    def test_it_says_who_it_is_how_to_reach_it_and_what_is_coming(self, client, make, hub):
        programme = make.programme(hub, title="Spring season")
        event = make.event(hub=hub, programme_id=programme.id)
        make.event(title="Another’s")

        page = client.get("/hubs/wharfedale")

        said = words(page)
        assert "Wharfedale Maths Hub Leeds" in said
        assert "Call 01632 960118" in said
        assert links(page)["Spring season"] == f"/programmes/{programme.id}"
        assert links(page)[event.title] == f"/events/{event.id}"
        assert "Another’s" not in said

    def test_a_long_list_leads_on_to_the_whole(self, client, make, hub):
        for _ in range(11):
            make.event(hub=hub)

        assert links(client.get("/hubs/wharfedale"))["See all 11"] == "/?hub=wharfedale"

    def test_with_nothing_planned_it_says_what_to_do(self, client, hub):
        assert "Nothing is planned just now. See what other hubs have" in words(client.get("/hubs/wharfedale"))

    def test_all_hubs_are_listed_with_what_they_have(self, client, make, hub):
        make.hub(name="Quiet Maths Hub")
        make.event(hub=hub)

        said = words(client.get("/hubs"))

        assert "Quiet Maths Hub Nothing planned just now Wharfedale Maths Hub Leeds 1 event" in said

    def test_its_privacy_notice_names_its_controller_and_officer(self, client, make):
        make.hub(
            slug="north",
            name="North Maths Hub",
            controller="North School Trust",
            protection_officer="The data protection officer of the trust",
            protection_email="privacy@north.example",
        )

        said = words(client.get("/hubs/north/privacy"))

        assert "Controller North School Trust Data protection officer The data protection officer of the trust" in said
        assert "Write to privacy@north.example" in said

    def test_where_nobody_is_named_it_is_the_hub_itself(self, client, hub):
        assert "Controller Wharfedale Maths Hub Write to" in words(client.get("/hubs/wharfedale/privacy"))

    def test_one_that_does_not_exist_is_not_found(self, client):
        assert [client.get(f"/hubs/{path}").status_code for path in ("no", "no/privacy", "x" * 999)] == [404] * 3


class TestVenue:
    def test_it_says_how_to_get_there_and_what_takes_place(self, client, make, hub):
        venue = make.venue(hub, directions="Bus 84.", parking="At the cricket club.", access="Step-free.")
        event = make.event(hub=hub, venue=venue)

        page = client.get(f"/venues/{venue.id}")

        said = words(page)
        assert "Address Larkmead Lane, Otley, LS21 3XQ" in said
        assert "How to get there Bus 84. By car At the cricket club. Access Step-free." in said
        assert links(page)[event.title] == f"/events/{event.id}"

    def test_it_is_there_as_long_as_something_published_happens_there(self, client, make, hub, the_clock):
        venue = make.venue(hub)
        event = make.event(hub=hub, venue=venue, published_at=None)
        assert client.get(f"/venues/{venue.id}").status_code == 404

        event = make.event(hub=hub, venue=venue)
        the_clock.at = event.ends_at
        assert "Nothing more is planned here just now" in words(client.get(f"/venues/{venue.id}"))

        the_clock.at = event.ends_at + timedelta(days=30)
        assert client.get(f"/venues/{venue.id}").status_code == 404

    def test_online_is_no_place_to_get_to(self, client, make, hub):
        venue = make.venue(hub, is_online=True)
        make.event(hub=hub, venue=venue)

        assert client.get(f"/venues/{venue.id}").status_code == 404


PAGES = (
    "/",
    "/?words=year&places=left",
    "/hubs",
    "/hubs/wharfedale",
    "/programmes/1",
    "/venues/1",
    "/calendar?month=2027-03",
)


def test_a_page_costs_the_same_number_of_statements_for_1_event_and_for_300(client, make, hub, statements):
    programme, venue = make.programme(hub), make.venue(hub)
    event = make.event(hub=hub, programme_id=programme.id, venue=venue)

    def costs():
        return [cost(path) for path in PAGES]

    def cost(path):
        client.get(path)
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    one = costs()
    copy(event, 299)

    assert (one, costs()) == (one, one)
    assert max(one) <= 5
    assert "300 events, soonest first" in words(client.get("/"))


def copy(event, times):
    """Write the event and its session so many times more, in two statements."""
    its_own = {"id", "form_key", "event_id", "uid"}
    with transaction():
        for thing, numbers in ((event, [None] * times), (event.slots[0], range(event.id + 1, event.id + 1 + times))):
            facts = {one.key: getattr(thing, one.key) for one in inspect(thing).mapper.column_attrs}
            row = {name: value for name, value in facts.items() if name not in its_own}
            rows = [row | ({"event_id": number} if number else {}) for number in numbers]
            db.session.execute(insert(type(thing)), rows)


class TestWhatMachinesRead:
    def read(self, client, event):
        page = client.get(f"/events/{event.id}").text
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
        return json.loads(found[1]) if found else None

    def test_an_event_is_told_in_the_words_of_schema_org(self, client, make, hub):
        event = make.event(hub=hub, taken=18)

        told = self.read(client, event)

        assert told == {
            "@context": "https://schema.org",
            "@type": "EducationEvent",
            "name": "Year 4: multiplying by 9 when you know your tens",
            "description": "Watch a lesson, then talk about it.",
            "url": f"http://localhost/events/{event.id}",
            "startDate": "2027-03-16T13:30:00+00:00",
            "endDate": "2027-03-16T15:30:00+00:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {
                "@type": "Place",
                "name": "Larkmead Primary School",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": "Larkmead Lane",
                    "addressLocality": "Otley",
                    "postalCode": "LS21 3XQ",
                    "addressCountry": "GB",
                },
            },
            "organizer": {
                "@type": "Organization",
                "name": "Wharfedale Maths Hub",
                "email": hub.email,
                "url": "http://localhost/hubs/wharfedale",
            },
            "isAccessibleForFree": True,
            "inLanguage": "en-GB",
            "maximumAttendeeCapacity": 30,
            "offers": {
                "@type": "Offer",
                "price": 0,
                "priceCurrency": "GBP",
                "url": f"http://localhost/events/{event.id}",
                "availability": "https://schema.org/InStock",
                "validFrom": "2027-01-30T12:00:00+00:00",
                "availabilityEnds": "2027-03-12T13:30:00+00:00",
            },
        }

    def test_each_session_is_told_and_calling_off_too(self, client, make):
        event = make.event(starts=(START, START + timedelta(days=7)), called_off_at=NOON)

        told = self.read(client, event)

        assert [one["startDate"][:10] for one in told["subEvent"]] == ["2027-03-16", "2027-03-23"]
        assert told["eventStatus"] == "https://schema.org/EventCancelled"
        assert told["endDate"][:10] == "2027-03-23"
        assert told["offers"]["availability"] == "https://schema.org/SoldOut"

    def test_online_is_a_place_without_a_link_to_join(self, client, make, hub):
        event = make.event(hub=hub, venue=make.venue(hub, is_online=True))

        told = self.read(client, event)

        assert told["location"] == {"@type": "VirtualLocation", "url": f"http://localhost/events/{event.id}"}
        assert told["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"

    def test_without_a_date_nothing_is_told(self, client, make):
        assert self.read(client, make.event(starts=(None,))) is None

    def test_a_hostile_title_stays_a_title(self, client, make):
        event = make.event(title=NASTY)

        assert self.read(client, event)["name"] == NASTY

    def test_a_page_has_one_address_whatever_the_browser_called_the_site(self, client, make):
        event = make.event()

        page = client.get(f"/events/{event.id}?from=mail", headers={"Host": "localhost"}).text

        assert f'<link rel="canonical" href="http://localhost/events/{event.id}">' in page
        assert '<meta property="og:title" content="Year 4: multiplying by 9 when you know your tens">' in page

    def test_a_filtered_list_is_not_for_search_engines_and_the_whole_is(self, client, make):
        make.event()

        assert 'content="noindex,follow"' in client.get("/?kind=showcase").text
        assert "noindex" not in client.get("/").text
