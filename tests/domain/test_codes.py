"""Codes: ten minutes, five tries, once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import codes
from booking.domain.codes import Code, Limits
from booking.domain.errors import TooManyCodes, WrongCode
from booking.domain.messages import Message
from tests.racing import at_once

LIMITS = Limits(per_address_an_hour=6, per_network_in_ten_minutes=8, guesses_in_five_minutes=10)


@pytest.fixture
def url(either_url):
    return either_url


def send(at, address="priya@school.example", **given):
    """Send a code and answer it with its digits, as the mail shows them."""
    with transaction():
        code = codes.send(address, at=at, **{"network": "n", "limits": LIMITS} | given)
    message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    return code.id, message.facts["code"]


def check(code_id, digits, at):
    with transaction():
        return codes.check(code_id, digits, at=at, limits=LIMITS)


def wrong(digits):
    return f"{(int(digits) + 1) % 1_000_000:06}"


def test_the_right_digits_work_once(app, noon):
    code_id, digits = send(noon)

    assert check(code_id, digits, noon).email == "priya@school.example"
    with pytest.raises(WrongCode, match="no longer works"):
        check(code_id, digits, noon)


def test_a_code_works_until_ten_minutes_are_over_and_not_at_that_instant(app, noon):
    early, late = send(noon), send(noon, "grace@school.example")

    check(*early, noon + timedelta(minutes=10) - timedelta(microseconds=1))
    with pytest.raises(WrongCode, match="no longer works"):
        check(*late, noon + timedelta(minutes=10))


def test_five_wrong_tries_kill_the_code_and_each_is_counted(app, noon):
    code_id, digits = send(noon)

    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        with pytest.raises(WrongCode, match=f"{left} left"):
            check(code_id, wrong(digits), noon)
    with pytest.raises(WrongCode, match="the last try"):
        check(code_id, wrong(digits), noon)
    with pytest.raises(WrongCode, match="no longer works"):
        check(code_id, digits, noon)

    assert db.session.get(Code, code_id).tries == 5


def test_ten_guesses_in_five_minutes_are_enough_whatever_codes_they_were_for(app, noon):
    for _ in range(2):
        code_id, digits = send(noon)
        for _ in range(5):
            with pytest.raises(WrongCode):
                check(code_id, wrong(digits), noon)
    code_id, digits = send(noon)

    with pytest.raises(TooManyCodes, match="Wait five minutes"):
        check(code_id, digits, noon)

    assert check(code_id, digits, noon + timedelta(minutes=5)).used_at


def test_a_new_code_kills_the_old_one(app, noon):
    old, new = send(noon), send(noon + timedelta(minutes=1))

    with pytest.raises(WrongCode):
        check(*old, noon + timedelta(minutes=2))
    assert check(*new, noon + timedelta(minutes=2)).used_at


def test_a_code_for_a_booking_and_one_for_signing_in_live_side_by_side(make, noon):
    held = make.held(make.event())
    booking, signing_in = send(noon, booking_id=held.id), send(noon)

    assert check(*booking, noon).booking_id == held.id
    assert check(*signing_in, noon).booking_id is None


def test_an_address_gets_only_so_many_codes_in_an_hour(app, noon):
    for _ in range(6):
        send(noon)

    with pytest.raises(TooManyCodes):
        send(noon, "PRIYA@School.example")
    assert send(noon + timedelta(hours=1))


def test_a_network_is_slowed_and_not_shut_out(app, noon):
    for number in range(8):
        send(noon, f"t{number}@school.example")

    with pytest.raises(TooManyCodes, match="in a few minutes"):
        send(noon, "t9@school.example")
    assert send(noon, "t9@school.example", network="another")
    assert send(noon + timedelta(minutes=10), "t10@school.example")


def test_the_link_carries_the_same_proof_and_works_once(app, noon):
    code_id, _ = send(noon)
    link = db.session.get(Code, code_id).link

    with transaction():
        assert codes.check_link(link, at=noon).id == code_id
    with pytest.raises(WrongCode), transaction():
        codes.check_link(link, at=noon)


@pytest.mark.parametrize(
    "token", ["", "1", "1-", "x-abc", "1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "٣-abc", "9" * 5000, "1-\x00", "-1-a"]
)
def test_an_invented_link_leads_nowhere(app, noon, token):
    send(noon)

    with pytest.raises(WrongCode), transaction():
        codes.check_link(token, at=noon)


def test_pressed_thirteen_times_at_once_it_works_once(app, noon):
    code_id, digits = send(noon)

    outcomes = at_once(app, [lambda: check(code_id, digits, noon)] * 13)

    assert outcomes == Counter(done=1, wrong_code=12)


def test_thirteen_wrong_guesses_at_once_are_five_tries(app, noon):
    code_id, digits = send(noon)

    at_once(app, [lambda: check(code_id, wrong(digits), noon)] * 13)

    db.session.rollback()
    assert db.session.get(Code, code_id).tries == 5


def test_the_row_does_not_hold_the_digits(app, noon):
    code_id, digits = send(noon)

    assert digits not in str(vars(db.session.get(Code, code_id)))


def test_a_day_after_its_end_nothing_says_to_whom_it_went(app, noon):
    ended = noon + timedelta(minutes=10)
    code_id, _ = send(noon, name="Priya Nair")
    with transaction():
        db.session.scalars(select(Message)).one().state = "cancelled"
        db.session.scalars(select(Message)).one().ended_at = ended

    assert forget_ended(ended + timedelta(days=1) - timedelta(microseconds=1)) == 0
    assert forget_ended(ended + timedelta(days=1)) == 2

    code, message = db.session.get(Code, code_id), db.session.scalars(select(Message)).one()
    assert (code.email, code.network, code.digest) == ("", "", "")
    assert (message.to_address, message.to_name) == (None, "")
    assert forget_ended(ended + timedelta(days=1)) == 0


def test_a_code_that_went_to_somebody_forgotten_works_no_more_and_its_number_is_no_other_codes(app, noon):
    code_id, digits = send(noon)
    with transaction():
        codes.forget("priya@school.example", at=noon)

    with pytest.raises(WrongCode, match="no longer works"):
        check(code_id, digits, noon)
    assert send(noon, "grace@school.example")[0] != code_id


def forget_ended(at):
    with transaction():
        return codes.forget_ended(at=at)
