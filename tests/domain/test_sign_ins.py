"""Sign-ins live and end on the server."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import sign_ins
from booking.domain.sign_ins import SignIn

LIMITS = {"idle": timedelta(hours=12), "longest": timedelta(days=14)}


def begin(person, at):
    with transaction():
        return sign_ins.begin(person, at=at)


def is_live(token, at):
    db.session.rollback()
    return sign_ins.live(token, at=at, **LIMITS) is not None


def test_a_token_is_good_until_it_signs_out(make, noon):
    priya = make.person()
    here, there = begin(priya, noon), begin(priya, noon)

    with transaction():
        sign_ins.end(here, at=noon)

    assert (is_live(here, noon), is_live(there, noon)) == (False, True)


def test_signing_out_everywhere_ends_every_browser_of_this_person_only(make, noon):
    priya, grace = make.person(), make.person()
    mine, also_mine, hers = begin(priya, noon), begin(priya, noon), begin(grace, noon)

    with transaction():
        sign_ins.end_everywhere(priya, at=noon)

    assert [is_live(token, noon) for token in (mine, also_mine, hers)] == [False, False, True]


def test_a_sign_in_ends_without_use_and_after_two_weeks_in_any_case(make, noon):
    token = begin(make.person(), noon)

    assert is_live(token, noon + timedelta(hours=12))
    assert not is_live(token, noon + timedelta(hours=12, minutes=6))
    for hours in range(0, 14 * 24, 6):
        with transaction():
            sign_ins.note_use(db.session.scalar(select(SignIn.id)), at=noon + timedelta(hours=hours))
    assert not is_live(token, noon + timedelta(days=14))


def test_an_erased_person_is_not_signed_in(make, noon):
    token = begin(make.person(erased_at=noon), noon)

    assert not is_live(token, noon)


def test_the_row_does_not_hold_the_token(make, noon):
    token = begin(make.person(), noon)

    assert token not in str(vars(db.session.scalars(select(SignIn)).one()))
