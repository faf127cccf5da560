"""Public feeds and files, read as calendars read them. The numbers are those of docs/calendars.md."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from booking.calendars.lines import MOST_OCTETS
from booking.db import db, transaction
from booking.domain.events import Event, Venue
from tests.calendars.readers import read_by_all
from tests.make import NOON, START
from tests.web.reading import sign_in

HOUR = timedelta(hours=1)
SECRET = "https://meet.example/a-secret-room"


@pytest.fixture
def hub(make):
    return make.hub(slug="wharfedale", name="Wharfedale Maths Hub", email="hello@wharfedalehub.example")


@pytest.fixture
def event(make, hub):
    return make.event(hub=hub, taken=2)


def entries(answer):
    """The entries of a feed by their UID, as one reader has them."""
    return {str(one["UID"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def entry(answer):
    [one] = entries(answer).values()
    return one


def change(thing, **given):
    with transaction():
        thing = db.session.get_one(type(thing), thing.id)
        for name, value in given.items():
            setattr(thing, name, value)


def call_off(event, at):
    """What the verb of that name does to the rows."""
    with transaction():
        event = db.session.get_one(Event, event.id)
        event.called_off_at = event.updated_at = at
        for slot in event.slots:
            slot.sequence, slot.revised_at = slot.sequence + 1, at


def test_01_every_octet_is_as_the_format_wants_it(client, make, hub):
    make.event(hub=hub, title="比" * 300, summary="Zwei\r\nZeilen\u2028und\teine \x07 Glocke")

    content = client.get("/calendar.ics").data

    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert not content.startswith(b"\xef\xbb\xbf")
    assert all(0 < len(line) <= MOST_OCTETS for line in lines)
    assert all(line.decode() for line in lines)
    assert not any(octet < 32 or octet == 127 for line in lines for octet in line)


STARTS = {
    "the night the clocks go forward": datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    "the hour after it": datetime(2027, 3, 28, 1, tzinfo=UTC),
    "the first half past one in October": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    "the second half past one in October": datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 9, tzinfo=UTC),
    "new year's eve": datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
}
WORDS = ["比" * 300, ", ; \\ \" ' \\n C:\\New", "👩‍🏫 “curly” – 比", "<b>&amp;</b>", "One\nline\n\nmore"]


def test_02_03_25_every_reader_has_the_same_instants_and_texts_wherever_it_runs(client, make, hub):
    expected = []
    for number, (name, start) in enumerate(STARTS.items()):
        for zone in ("Europe/London", "Asia/Shanghai"):
            words = WORDS[number % len(WORDS)]
            venue = make.venue(hub, name=words, zone=zone)
            event = make.event(
                hub=hub, title=words, summary=f"{name}: {words}", starts=(start,), zone=zone, venue=venue
            )
            expected.append((event, words))

    found = {one["uid"]: one for one in read_by_all(client.get("/calendar.ics").data)}

    assert len(found) == len(expected)
    for event, words in expected:
        slot, one = event.slots[0], found[event.slots[0].uid]
        assert one["start"] == f"{slot.starts_at:%Y-%m-%dT%H:%M:%SZ}"
        assert one["end"] == f"{slot.ends_at:%Y-%m-%dT%H:%M:%SZ}"
        assert (one["title"], one["place"], one["status"]) == (
            words,
            f"{words}, Larkmead Lane, Otley, LS21 3XQ",
            "CONFIRMED",
        )
        assert one["words"].startswith(f"{event.summary}\n\nHow to get there")
        assert one["words"].endswith(f"\nhttp://localhost/events/{event.id}")


def test_04_each_zone_that_is_spoken_of_is_told_once_and_no_other(client, make, hub):
    make.event(hub=hub)
    make.event(hub=hub, zone="Asia/Shanghai")
    make.event(hub=hub, zone="Asia/Shanghai")

    text = client.get("/calendar.ics").text

    assert sorted(re.findall("^TZID:(.*)\r$", text, re.M)) == ["Asia/Shanghai", "Europe/London"]
    assert set(re.findall("TZID=([^:]+):", text)) == {"Asia/Shanghai", "Europe/London"}
    assert "RDATE" not in text
    assert not re.search("TZID=[^:]+:\\d+T\\d+Z", text)
    assert not re.search("DTSTART:\\d+T\\d+\r", text.partition("BEGIN:VEVENT")[2])


def test_05_a_lesson_in_shanghai_shows_shanghai_clocks(client, make, hub):
    make.event(hub=hub, kind="exchange_visit", zone="Asia/Shanghai")

    assert "DTSTART;TZID=Asia/Shanghai:20270316T213000\r\n" in client.get("/calendar.ics").text


def test_06_21_the_file_of_an_event_is_what_stands_in_every_feed(client, make, hub, event):
    make.event(hub=hub)
    programme = make.programme(hub)
    change(event, programme_id=programme.id)

    file = client.get(f"/events/{event.id}/calendar.ics")

    [uid], [one] = entries(file), entries(file).values()
    assert uid == event.slots[0].uid
    assert "METHOD" not in Calendar.from_ical(file.data)
    assert file.headers["Content-Disposition"] == f'attachment; filename="event-{event.id}.ics"'
    for feed in ("/calendar.ics", "/hubs/wharfedale/calendar.ics", f"/programmes/{programme.id}/calendar.ics"):
        assert entries(client.get(feed))[uid].to_ical() == one.to_ical()


def test_06_the_uid_stays_whatever_is_changed(client, make, event):
    before = entry(client.get("/calendar.ics"))["UID"]
    change(event, title="Another name", updated_at=NOON)
    change(event.slots[0], starts_at=START + HOUR, ends_at=START + 3 * HOUR, sequence=1, revised_at=NOON)

    assert entry(client.get("/calendar.ics"))["UID"] == before


def test_07_what_has_not_changed_is_the_same_to_the_last_octet_whenever_it_is_asked(client, event, the_clock):
    before = client.get("/calendar.ics").data
    the_clock.forward(days=2)

    assert client.get("/calendar.ics").data == before
    assert entry(client.get("/calendar.ics"))["DTSTAMP"].dt == event.slots[0].revised_at


def test_07_a_change_of_any_word_is_dated_and_one_of_time_or_place_is_numbered(client, event, the_clock):
    at = the_clock.forward(minutes=5)
    change(event, title="Another name", updated_at=at)
    renamed = entry(client.get("/calendar.ics"))
    venue, later = event.slots[0].venue, the_clock.forward(minutes=5)
    change(venue, name="Another school", revised_at=later)
    elsewhere = entry(client.get("/calendar.ics"))

    assert (renamed["SEQUENCE"], renamed["LAST-MODIFIED"].dt) == (0, at)
    assert (elsewhere["LOCATION"][:14], elsewhere["LAST-MODIFIED"].dt) == ("Another school", later)


def test_07_bookings_are_no_revision(client, make, event, the_clock):
    before = client.get("/calendar.ics")
    the_clock.forward(minutes=5)
    make.booking(event, size=3)

    assert client.get("/calendar.ics").headers["ETag"] == before.headers["ETag"]


def test_08_what_is_called_off_stays_and_says_so_until_thirty_days_after_its_end(client, event, the_clock):
    call_off(event, the_clock.at)
    change(event, called_off_why="Our guests travel home a week earlier.")

    one = entry(client.get("/calendar.ics"))

    assert str(one["SUMMARY"]) == f"Cancelled: {event.title}"
    assert (one["STATUS"], one["TRANSP"], one["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert (one["DTSTART"].dt, one["DTEND"].dt) == (START, START + 2 * HOUR)
    assert "This does not take place. Our guests travel home a week earlier." in str(one["DESCRIPTION"])
    the_clock.at = event.ends_at + timedelta(days=30)
    assert len(entries(client.get("/calendar.ics"))) == 1
    the_clock.forward(days=1)
    assert entries(client.get("/calendar.ics")) == {}


def test_08_a_session_that_was_taken_away_stays_and_says_so(client, make, hub, the_clock):
    event = make.event(hub=hub, kind="work_group", starts=(START, START + timedelta(days=7)))
    change(event.slots[1], removed_at=the_clock.at, sequence=1, revised_at=the_clock.at)

    statuses = [str(one["STATUS"]) for one in entries(client.get("/calendar.ics")).values()]

    assert statuses == ["CONFIRMED", "CANCELLED"]


def test_08_a_draft_is_in_no_feed_and_has_no_file(client, make, hub, event):
    draft = make.event(hub=hub, published_at=None)

    assert list(entries(client.get("/calendar.ics"))) == [event.slots[0].uid]
    assert client.get(f"/events/{draft.id}/calendar.ics").status_code == 404


def test_10_a_feed_says_whose_it_is_and_how_often_to_come(client, event):
    calendar = Calendar.from_ical(client.get("/hubs/wharfedale/calendar.ics").data)

    assert {name: str(calendar.get(name)) for name in ("VERSION", "CALSCALE", "NAME", "X-WR-CALNAME", "METHOD")} == {
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "NAME": "Wharfedale Maths Hub",
        "X-WR-CALNAME": "Wharfedale Maths Hub",
        "METHOD": "None",
    }
    assert re.fullmatch("-//.+//.+//EN", calendar["PRODID"])
    text = client.get("/hubs/wharfedale/calendar.ics").text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in text
    assert "X-WR-TIMEZONE:Europe/London\r\n" in text
    assert "URL:http://localhost/hubs/wharfedale\r\n" in text
    assert "SOURCE;VALUE=URI:http://localhost/hubs/wharfedale/calendar.ics\r\n" in text


def test_11_an_entry_says_what_where_and_how_to_cancel(client, make, hub):
    school = make.school(easting=420000, northing=445500)
    event = make.event(hub=hub, venue=make.venue(hub, school_urn=school.urn))

    one = entry(client.get("/calendar.ics"))

    assert str(one["SUMMARY"]) == event.title
    assert str(one["LOCATION"]) == "Larkmead Primary School, Larkmead Lane, Otley, LS21 3XQ"
    assert str(one["URL"]) == f"http://localhost/events/{event.id}"
    assert [str(word) for word in one["CATEGORIES"].cats] == ["Shanghai Showcase"]
    assert one["GEO"].to_ical() == "53.905279;-1.697072"
    assert "Cancel in My bookings, or with the link in your e-mail." in str(one["DESCRIPTION"])


def test_11_12_online_says_so_and_gives_nobody_the_link_to_join(client, make, hub):
    event = make.event(hub=hub, venue=make.venue(hub, is_online=True, name="Online"))
    change(event.slots[0], join_url=SECRET)

    feed = client.get("/calendar.ics")

    assert str(entry(feed)["LOCATION"]) == "Online"
    assert SECRET not in feed.text


def test_12_a_public_feed_knows_nobody(client, make, hub):
    event = make.event(hub=hub, taught_by="Ms Lin Yawen", question="Which year?")
    booking = make.booking(event, make.person(name="Priya Nair", email="p.nair@school.example"), needs="A ramp")

    text = client.get("/calendar.ics").text

    for word in ("ATTENDEE", "VALARM", "@", "Priya", "ramp", booking.link, "ORGANIZER"):
        assert word not in text


def test_13_it_is_sent_as_a_calendar_to_be_read_in_place_and_without_a_cookie(client, event):
    headers = client.get("/calendar.ics").headers

    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == 'inline; filename="events.ics"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    assert headers["Vary"] == "Accept-Encoding"  # and not by cookie


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": '"a", {etag}, "b"'}, 304),
        ({"If-None-Match": "{strong}"}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"another"'}, 200),
        ({"If-None-Match": '"another"', "If-Modified-Since": "{date}"}, 200),
        ({"If-None-Match": "{etag}", "If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 304),
        ({"If-Modified-Since": "{date}"}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "Mon, 01 Jan 2074 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ],
)
def test_14_what_a_reader_has_is_not_sent_again(client, event, the_clock, asked, status):
    the_clock.forward(hours=1)
    first = client.get("/calendar.ics")
    known = {"etag": first.headers["ETag"], "strong": first.headers["ETag"][2:], "date": first.headers["Last-Modified"]}

    answer = client.get("/calendar.ics", headers={name: value.format(**known) for name, value in asked.items()})

    assert answer.status_code == status
    assert (answer.data == b"") == (status == 304)
    for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
        assert answer.headers[name] == first.headers[name]


def test_14_last_modified_is_when_something_changed(client, event, the_clock):
    the_clock.forward(hours=1)
    answer = client.get("/calendar.ics")

    assert answer.last_modified == event.slots[0].revised_at


def test_15_head_is_get_without_the_body(client, event):
    for accepted in ("gzip", "identity"):
        got = client.get("/calendar.ics", headers={"Accept-Encoding": accepted})
        head = client.head("/calendar.ics", headers={"Accept-Encoding": accepted})
        assert head.data == b""
        assert dict(head.headers) == dict(got.headers)


def test_15_it_is_packed_for_whoever_takes_that(client, event):
    plain = client.get("/calendar.ics")
    packed = client.get("/calendar.ics", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]
    asked = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/calendar.ics", headers=asked).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_15_it_can_only_be_read(client, event, method):
    answer = client.open("/calendar.ics", method=method)

    assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)


def test_16_everybody_may_keep_it_for_a_while_and_read_it_from_any_page(client, event):
    headers = client.get("/calendar.ics").headers

    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_16_whoever_is_signed_in_gets_the_same(client, make, event):
    before = client.get("/calendar.ics")
    sign_in(client, make.person())

    assert dict(client.get("/calendar.ics").headers) == dict(before.headers)


def test_16_calling_off_is_seen_by_the_very_next_question_within_the_same_second(client, event, the_clock):
    at = the_clock.forward(hours=1)
    change(event, summary="Told anew", updated_at=at)
    first = client.get("/calendar.ics").headers
    call_off(event, the_clock.forward(milliseconds=100))

    the_clock.forward(milliseconds=100)
    by_name = client.get("/calendar.ics", headers={"If-None-Match": first["ETag"]})

    assert by_name.status_code == 200
    assert by_name.headers["ETag"] != first["ETag"]
    assert "Last-Modified" not in first  # it may change once more in this second, so it is not dated yet
    the_clock.forward(seconds=1)
    dated = client.get("/calendar.ics")
    assert dated.last_modified == at
    asked = {"If-Modified-Since": dated.headers["Last-Modified"]}
    assert client.get("/calendar.ics", headers=asked).status_code == 304


def test_24_an_empty_list_is_still_a_calendar(client, hub):
    answer = client.get("/hubs/wharfedale/calendar.ics")

    calendar = Calendar.from_ical(answer.data)
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert answer.status_code == 200


def test_24_it_goes_thirty_days_back_and_as_far_ahead_as_anything_is_planned(client, make, hub):
    days = [-31, -29, 0, 2000]
    for day in days:
        start = NOON + timedelta(days=day, hours=1)
        make.event(hub=hub, starts=(start,), closes_at=start, opens_at=start - timedelta(days=9))

    starts = [one["DTSTART"].dt for one in entries(client.get("/calendar.ics")).values()]

    assert starts == [NOON + timedelta(days=day, hours=1) for day in days[1:]]


def test_24_it_costs_the_same_for_one_session_and_for_thirty(client, make, hub, statements):
    def cost(path):
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    event = make.event(hub=hub)
    paths = ("/calendar.ics", "/hubs/wharfedale/calendar.ics", f"/events/{event.id}/calendar.ics")
    first = [cost(path) for path in paths]
    known = cost("/calendar.ics")
    for _ in range(29):
        make.event(hub=hub)

    assert first == [cost(path) for path in paths] == [2, 3, 1]
    assert known == 1


def test_a_feed_has_what_its_list_has(client, make, hub):
    other = make.hub(slug="otherdale")
    make.event(hub=hub, kind="showcase", phases=("primary",))
    group = make.event(hub=other, kind="work_group", phases=("secondary",), starts=(START, START + timedelta(days=30)))
    full = make.event(hub=hub, kind="exchange_visit", capacity=1, taken=1)

    def shown(query):
        return list(entries(client.get(f"/calendar.ics?{query}")))

    assert shown("kind=work_group") == [slot.uid for slot in group.slots]
    assert shown("phase=secondary&month=2027-04") == [group.slots[1].uid]
    assert shown("hub=otherdale") == [slot.uid for slot in group.slots]
    assert full.slots[0].uid not in shown("places=left")
    assert shown("month=tbc") == []
    assert shown("words=nowhere") == []
    assert len(shown("words=multiplying&where=in-person")) == 4


def test_the_month_of_a_session_is_that_of_its_own_clocks(client, make, hub):
    late = datetime(2027, 3, 31, 17, tzinfo=UTC)
    here = make.event(hub=hub, starts=(late,))
    there = make.event(hub=hub, starts=(late,), zone="Asia/Shanghai")

    assert list(entries(client.get("/calendar.ics?month=2027-03"))) == [here.slots[0].uid]
    assert list(entries(client.get("/calendar.ics?month=2027-04"))) == [there.slots[0].uid]


@pytest.mark.parametrize(
    "path", ["/hubs/nowhere/calendar.ics", "/calendar.ics?hub=nowhere", "/programmes/9/calendar.ics"]
)
def test_no_hub_no_feed(client, event, path):
    assert client.get(path).status_code == 404


def test_a_venue_that_is_renamed_is_seen_by_every_process(client, event, app):
    before = client.get("/calendar.ics").headers["ETag"]
    with transaction():
        db.session.get_one(Venue, event.slots[0].venue_id).name = "Another school"

    assert client.get("/calendar.ics").headers["ETag"] != before
