"""Pages about the site itself, and the frame around every page."""

from __future__ import annotations

import re

import pytest

from booking import create_app
from tests.conftest import settings_for
from tests.web.reading import sign_in, words


@pytest.mark.parametrize(
    ("path", "heading"),
    [("/help", "Help and contact"), ("/privacy", "Privacy"), ("/accessibility", "Accessibility")],
)
def test_every_page_is_there_and_says_whom_to_write_to(sqlite_url, path, heading):
    app = create_app(settings_for(sqlite_url, contact_email="help@hubs.example"))

    page = app.test_client().get(path)

    assert page.status_code == 200
    assert f">{heading}</h1>" in page.text
    assert "help@hubs.example" in words(page)
    assert f"<title>{heading} – Maths Hub events</title>" in page.text


def test_no_link_of_a_public_page_is_dead(client, make):
    event = make.event()
    seen, waiting = set(), ["/", f"/events/{event.id}"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        page = client.get(path, follow_redirects=True, buffered=True)
        assert page.status_code == 200, path
        if page.mimetype == "text/html":
            found = re.findall(r'(?:href|src)="(/[^"#]*)', page.text)
            waiting += {link.replace("&amp;", "&") for link in found} - seen - set(waiting)
    assert {"/help", "/privacy", "/accessibility", "/my/bookings", f"/events/{event.id}/bookings/new"} <= seen


def test_the_frame_names_who_is_signed_in_and_shows_the_desk_to_organisers_only(client, make):
    hub = make.hub()
    sign_in(client, make.person(name="Priya Nair"))
    header = client.get("/").text.partition("</header>")[0]
    assert "Priya Nair" in header
    assert "Organise" not in header

    sign_in(client, make.organiser(hub, name="Tom Hargreave"))

    header = client.get("/").text.partition("</header>")[0]
    assert "Tom Hargreave" in header
    assert "Organise" in header
    assert "Sign in" not in header


def test_the_room_one_is_in_is_marked(client, make):
    event = make.event()

    assert '<a href="/" aria-current="page">Events</a>' in client.get("/").text
    assert '<a href="/" aria-current="true">Events</a>' in client.get(f"/events/{event.id}").text
    assert "aria-current" not in client.get("/help").text
