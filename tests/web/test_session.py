"""Who is asking: the network that a limit counts by."""

from __future__ import annotations

import pytest

from booking.web import session


@pytest.fixture
def mark(app):
    """Answer the mark of the network that an address belongs to."""

    def of(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return session.network()

    return of


class TestTheNetworkThatAsks:
    def test_each_ipv4_address_is_one(self, mark):
        assert mark("192.0.2.1") == mark("192.0.2.1") != mark("192.0.2.2")

    def test_all_addresses_of_a_64_are_one(self, mark):
        """A household or a school has so many, RFC 6177."""
        assert mark("2001:db8:0:1::1") == mark("2001:db8:0:1:ffff::2") != mark("2001:db8:0:2::1")

    def test_ipv4_written_as_ipv6_is_the_same_one_and_not_everybodys(self, mark):
        """RFC 4291, 2.5.5.2: a server that listens on both sees it so."""
        assert mark("::ffff:192.0.2.1") == mark("192.0.2.1") != mark("::ffff:192.0.2.2")

    def test_no_address_is_read_from_a_mark(self, mark):
        assert "192.0.2.1" not in mark("192.0.2.1")

    def test_what_is_no_address_is_of_no_network(self, mark):
        assert mark("unix:") == ""
