"""Your details: what somebody says of herself, and the copy of all that is held about her."""

from __future__ import annotations

import pytest

from tests.web.reading import sign_in, words


@pytest.fixture
def priya(make, client):
    priya = make.person(name="Priya Nair", email="priya@larkmead.example")
    sign_in(client, priya)
    return priya


def test_the_copy_is_a_file_in_which_every_word_can_be_read(client, make, priya):
    make.booking(make.event(title="Year 4: “ratio”"), priya, needs="A ramp")
    make.booking(make.event(title="Nothing of hers"), make.person(name="Sam Hart"))
    assert "Take a copy (JSON)" in words(client.get("/me"))

    answer = client.get("/me/copy")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["details"]["email"] == "priya@larkmead.example"
    assert [(one["event"], one["needs"]) for one in answer.json["bookings"]] == [("Year 4: “ratio”", "A ramp")]
    assert "Nothing of hers" not in answer.text
    assert "Sam Hart" not in answer.text
