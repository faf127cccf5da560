"""School calendars on the desk: taking one over, what is wrong with it, and forgetting it."""

from __future__ import annotations

import io

import pytest

from tests.web.reading import sign_in, words

HERE = "/desk/hubs/wharfedale/calendars"
TABLE = b"name,begins_on,ends_on\nHalf-term,2027-03-15,2027-03-19\n"


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub", slug="wharfedale")


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


def upload(client, file=TABLE, name="dates.csv", **given):
    form = {"of": "hub", **given}
    return client.post(HERE, data=form | {"file": (io.BytesIO(file), name)}, content_type="multipart/form-data")


def test_a_calendar_is_taken_over_shown_and_forgotten(client, ruth):
    answer = upload(client)
    said = words(client.get(answer.location))
    client.post(f"{HERE}/end", data={"school_urn": ""})

    assert "1 holiday taken over." in said
    assert "Half-term: 15 March 2027 to 19 March 2027" in said
    assert "No calendar is known yet" in words(client.get(HERE))


def test_a_host_schools_calendar_stands_under_its_name(client, make, ruth):
    school = make.school(name="Alderbeck Primary School")

    upload(client, of="school", school=school.label, school_urn=str(school.urn))

    assert "Alderbeck Primary School" in words(client.get(HERE))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"file": b"name,begins_on,ends_on\nHalf-term,soon,"}, "Line 2: “soon” is no day"),
        ({"file": b"\x89PNG\x00"}, "Choose a calendar file or a table"),
        ({"name": ""}, "Choose a calendar file or a table"),
        ({"of": "school"}, "Choose the school from the list"),
        ({"of": "nobody"}, "Say whose calendar it is"),
        ({"file": b"x" * 70_000}, "at most 64 kB"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, ruth, given, sentence):
    page = upload(client, **given)

    assert (page.status_code, sentence in words(page)) == (422, True)
    assert "No calendar is known yet" in words(client.get(HERE))


def test_what_is_far_too_large_is_refused_before_it_is_read(client, ruth):
    assert upload(client, b"x" * 200_000).status_code == 413


def test_a_name_in_the_file_is_only_text(client, ruth):
    upload(client, b"name,begins_on,ends_on\n<script>alert(1)</script>,2027-03-15,\n")

    assert "<script>alert" not in client.get(HERE).text


def test_another_hubs_calendars_are_not_found(client, make, ruth):
    other = make.hub()

    assert client.get(f"/desk/hubs/{other.slug}/calendars").status_code == 404
    assert client.post(f"/desk/hubs/{other.slug}/calendars/end").status_code == 404
