"""Links and digests are derived, and the keys can be changed."""

from __future__ import annotations

import pytest

from booking import keys


@pytest.fixture(autouse=True)
def put_back():
    before = keys._keys
    yield
    keys._keys = before


def test_a_link_fits_one_purpose_one_thing_and_one_generation():
    keys.use("a" * 40)
    link = keys.link("booking", 7, 1)

    assert keys.number_of(link) == 7
    assert keys.fits(link, "booking", 7, 1)
    assert not any([keys.fits(link, "place", 7, 1), keys.fits(link, "booking", 8, 1), keys.fits(link, "booking", 7, 2)])


def test_a_changed_letter_or_its_other_case_does_not_fit():
    keys.use("a" * 40)
    link = keys.link("booking", 7)

    assert not keys.fits(link.upper(), "booking", 7)
    assert not keys.fits(link[:-1] + ("b" if link[-1] == "a" else "a"), "booking", 7)


def test_a_new_key_signs_and_the_old_one_is_still_accepted_until_it_goes():
    keys.use("old" * 20)
    link, digest = keys.link("booking", 7), keys.digest("code", 1, "123456")

    keys.use("new" * 20, "old" * 20)
    assert keys.link("booking", 7) != link
    assert keys.fits(link, "booking", 7)
    assert keys.is_digest(digest, "code", 1, "123456")

    keys.use("new" * 20)
    assert not keys.fits(link, "booking", 7)
    assert not keys.is_digest(digest, "code", 1, "123456")


def test_a_link_has_128_bits():
    keys.use("a" * 40)

    assert len(keys.link("booking", 7).partition("-")[2]) * 5 >= 128
