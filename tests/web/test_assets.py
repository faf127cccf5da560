"""What a page is made of: files that may be kept for a year, and text sent small where nothing can be learnt."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.web.reading import sign_in

PACKED = {"Accept-Encoding": "gzip, deflate, br"}


def get(client, path, **headers):
    return client.get(path, headers=PACKED | headers, buffered=True)


def is_packed(answer):
    return answer.headers.get("Content-Encoding") == "gzip"


def test_a_page_and_all_that_it_loads_stay_under_60_kb(client, make):
    hub = make.hub()
    for _ in range(30):
        make.event(hub=hub)
    page = get(client, "/")
    html = gzip.decompress(page.data).decode()
    files = re.findall(r'<(?:link rel="(?:icon|stylesheet)"|script)[^>]+(?:href|src)="([^"]+)"', html)

    sizes = [len(page.data), *(len(get(client, path).data) for path in files)]

    assert {path.partition("?")[0].rpartition("/")[2] for path in files} == {
        *("mark.svg", "govuk-frontend.min.css", "app.css", "school-picker.css", "accessible-autocomplete.min.css"),
        *("accessible-autocomplete.min.js", "school-picker.js"),
    }
    assert sum(sizes) < 60_000


def test_a_file_is_kept_for_a_year_under_an_address_that_changes_with_it(app, client, tmp_path, monkeypatch):
    from booking.web import assets

    (tmp_path / "app.css").write_text("a{color:red}")
    with app.test_request_context():
        old = assets.static_url("app.css")
        monkeypatch.setattr(app, "static_folder", str(tmp_path))
        assets._static_url.cache_clear()  # another file is another release, in a process of its own
        new = assets.static_url("app.css")

    assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{10}", old)
    assert old != new
    assert "max-age=31536000" in get(client, old).headers["Cache-Control"]


def test_a_file_is_sent_small_to_who_takes_it_and_whole_to_who_does_not(client):
    small, whole = get(client, "/static/app.css"), client.get("/static/app.css", buffered=True)

    assert (is_packed(small), is_packed(whole)) == (True, False)
    assert gzip.decompress(small.data) == whole.data
    assert small.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("asked", ["gzip;q=0", "br", "identity"])
def test_who_does_not_want_it_does_not_get_it(client, asked):
    assert not is_packed(client.get("/static/app.css", headers={"Accept-Encoding": asked}, buffered=True))


def test_who_has_a_file_already_is_told_so(client):
    etag = get(client, "/static/app.css").headers["ETag"]

    assert get(client, "/static/app.css", **{"If-None-Match": etag}).status_code == 304


def test_part_of_a_file_is_part_of_the_file(client):
    part = get(client, "/static/app.css", Range="bytes=0-9")

    assert (part.status_code, is_packed(part), len(part.data)) == (206, False, 10)


class TestWhatCouldBeGuessed:
    """BREACH: the length of a compressed page tells what is in it, letter by letter."""

    def test_a_public_page_is_sent_small(self, client, make):
        event = make.event()

        assert [is_packed(get(client, path)) for path in ("/", f"/events/{event.id}", "/help")] == [True] * 3

    def test_a_page_with_a_forms_token_is_not(self, app, client, make):
        app.config["WTF_CSRF_ENABLED"] = True
        event = make.event()

        page = get(client, f"/events/{event.id}/bookings/new")

        assert 'name="csrf_token"' in page.text
        assert not is_packed(page)
        assert not is_packed(get(client, "/sign-in"))

    def test_a_page_for_somebody_signed_in_is_not(self, client, make):
        sign_in(client, make.person())

        assert not is_packed(get(client, "/"))

    def test_a_page_behind_a_secret_link_is_not(self, client, make):
        booking = make.booking(make.event())

        page = get(client, f"/bookings/{booking.link}")

        assert (page.status_code, is_packed(page)) == (200, False)
