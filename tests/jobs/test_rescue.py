"""Workers that are stopped or killed in the middle of a mail: another one goes on, and nothing is lost.

The workers are processes of their own, with a lease of two seconds in place of 45.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking import clock
from booking.db import db
from booking.domain.messages import Message, MessageState
from tests.conftest import settings_for
from tests.jobs.waiting import wait_until

ROOT = Path(__file__).parents[2]
LETTERS = 9


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def settings(url, relay):
    return settings_for(url, smtp_url=relay.url)


@pytest.fixture
def the_clock():
    """The machine's own: other processes keep time here."""
    return None


@pytest.fixture
def promised(make):
    """Nine messages that are due."""
    now = clock.now()
    event = make.event(starts=(now + timedelta(days=20),), opens_at=now - timedelta(days=1))
    make.booking(event, size=LETTERS, at=now)


@contextmanager
def working(url, relay) -> Iterator[subprocess.Popen]:
    """Run a worker process; what is left of it is killed at the end, also where it was stopped."""
    command = [sys.executable, "-m", "tests.jobs.short_lease", url, relay.url]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


def is_all_sent():
    return db.session.scalar(select(func.count()).where(Message.state == MessageState.SENT)) == LETTERS


def copies(relay):
    return sorted(Counter(received.message["Message-ID"] for received in relay.received).values())


def test_a_worker_that_is_stopped_past_its_lease_sends_nothing_more_and_writes_nothing(promised, url, relay):
    relay.hold.set()
    with working(url, relay) as first:
        assert relay.is_holding.wait(60)
        first.send_signal(signal.SIGSTOP)
        relay.hold.clear()
        with working(url, relay):
            wait_until(is_all_sent)
        first.send_signal(signal.SIGCONT)
        first.send_signal(signal.SIGTERM)
        _, printed = first.communicate(timeout=60)

    assert copies(relay) in ([1] * LETTERS, [1] * (LETTERS - 1) + [2])
    assert printed.count("another worker has it") == 1
    assert ": sent" not in printed
    assert is_all_sent()


def test_what_a_killed_worker_had_claimed_is_sent_by_another(promised, url, relay):
    relay.hold.set()
    with working(url, relay) as first:
        assert relay.is_holding.wait(60)
        first.kill()
        first.wait(60)
        relay.hold.clear()
        with working(url, relay):
            wait_until(is_all_sent)

    assert copies(relay) in ([1] * LETTERS, [1] * (LETTERS - 1) + [2])


def test_two_workers_send_each_message_once(promised, url, relay):
    with working(url, relay), working(url, relay):
        wait_until(is_all_sent)

    assert copies(relay) == [1] * LETTERS
