"""What programs ask for: which pages there are, which to leave alone, where to tell of a weakness."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.conftest import settings_for
from tests.make import NOON


@pytest.fixture
def settings(url):
    return settings_for(url, base_url="https://events.example.org", contact_email="hello@events.example.org")


def test_search_engines_are_asked_to_leave_private_pages_alone(client):
    robots = client.get("/robots.txt")

    assert robots.mimetype == "text/plain"
    assert "Disallow: /bookings/\n" in robots.text
    assert "Sitemap: https://events.example.org/sitemap.xml\n" in robots.text


def test_the_sitemap_names_every_public_page_and_no_draft(client, make):
    hub = make.hub(slug="north")
    programme = make.programme(hub)
    event = make.event(hub=hub, programme_id=programme.id)
    make.event(hub=make.hub(slug="south"), published_at=None, programme_id=make.programme(hub).id)

    sitemap = client.get("/sitemap.xml")

    found = re.findall(r"<loc>https://events\.example\.org(.*?)</loc>(?:<lastmod>(.*?)</lastmod>)?", sitemap.text)
    assert sitemap.mimetype == "application/xml"
    assert found == [
        *((path, "") for path in ("/", "/hubs", "/help", "/privacy", "/accessibility")),
        (f"/events/{event.id}", "2027-01-30"),
        (f"/programmes/{programme.id}", "2027-01-30"),
        ("/hubs/north", "2027-01-30"),
        (f"/venues/{event.slots[0].venue_id}", "2027-01-30"),
    ]


def test_the_sitemap_forgets_what_is_gone(client, make, the_clock):
    event = make.event()
    the_clock.at = event.ends_at + timedelta(days=30)

    assert f"/events/{event.id}<" not in client.get("/sitemap.xml").text


class TestSecurity:
    def test_it_says_whom_to_tell_and_until_when_this_holds(self, client):
        answer = client.get("/.well-known/security.txt")

        assert answer.content_type == "text/plain; charset=utf-8"
        assert answer.text.splitlines() == [
            "Contact: mailto:hello@events.example.org",
            f"Expires: {(NOON + timedelta(days=180)).date().isoformat()}T00:00:00Z",
            "Preferred-Languages: en",
            "Canonical: https://events.example.org/.well-known/security.txt",
        ]

    class TestWithAPolicy:
        @pytest.fixture
        def settings(self, url):
            given = {"security_contact": "https://example.org/tell", "security_policy": "https://example.org/policy"}
            return settings_for(url, **given)

        def test_its_address_stands_there(self, client):
            lines = client.get("/.well-known/security.txt").text.splitlines()

            assert lines[0] == "Contact: https://example.org/tell"
            assert lines[-1] == "Policy: https://example.org/policy"
