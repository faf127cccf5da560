"""The life of a booking: every cell of the table of transitions, the forbidden ones too."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from booking.domain.errors import Over
from booking.domain.places import TRANSITIONS, Booking, Place, State
from booking.domain.places.states import LIVE, move

ACTS = sorted({act for _, act in TRANSITIONS})
DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.mark.parametrize(("state", "act"), list(product([None, *State], ACTS)))
def test_a_booking_moves_only_as_the_table_says(make, noon, state, act):
    booking = Booking(event=make.event(), state=state, party_size=1, booker_name="Priya")

    if (state, act) in TRANSITIONS:
        # Only the state is looked at: what else a state needs, the database checks.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("booking.domain.audit.record", lambda *_, **__: None)
            move(booking, act, by=None, at=noon)
        assert (booking.state, booking.ended_at) == (TRANSITIONS[state, act], None if booking.state in LIVE else noon)
    else:
        with pytest.raises(Over):
            move(booking, act, by=None, at=noon)
        assert booking.state == state


@pytest.mark.parametrize(("state", "act"), [cell for cell in TRANSITIONS if cell[0]])
def test_whatever_happens_the_calendars_of_live_places_see_one_step(make, noon, state, act):
    live, ended = Place(calendar_step=4), Place(calendar_step=4, ended_at=noon)
    booking = Booking(event=make.event(), state=state, party_size=1, booker_name="Priya", places=[live, ended])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("booking.domain.audit.record", lambda *_, **__: None)
        move(booking, act, by=None, at=noon)

    assert [(place.calendar_step, place.revised_at) for place in (live, ended)] == [(5, noon), (4, None)]


def test_what_is_over_stays_over():
    ended = {State.CANCELLED, State.DECLINED, State.LAPSED}

    assert not ended & {before for before, _ in TRANSITIONS}


def test_the_docs_show_this_table():
    rows = re.findall(r"^\| (\S+) \| `([a-z ]+)` \| (\S+) \|", DOCUMENT.read_text(), re.M)

    shown = {(None if before == "–" else State(before), act): State(after) for before, act, after in rows}
    assert shown == TRANSITIONS
