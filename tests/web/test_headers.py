"""Headers of every answer."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/static/app.css", "/sign-in"])
def test_every_answer_is_protected(client, path):
    headers = client.get(path, buffered=True).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "charset=utf-8" in headers["Content-Type"] or headers["Content-Type"] == "application/json"
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_a_stranger_who_only_reads_gets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_colours_of_ones_own_are_a_stylesheet_and_nothing_else(app, sqlite_url):
    from booking import create_app
    from tests.conftest import settings_for

    coloured = create_app(settings_for(sqlite_url, brand_colour="#123456", accent_colour="#abcdef")).test_client()

    assert "/colours.css" in coloured.get("/").text
    assert "#123456" in coloured.get("/colours.css").text
    assert coloured.get("/colours.css").content_type == "text/css; charset=utf-8"
    assert "/colours.css" not in app.test_client().get("/").text
