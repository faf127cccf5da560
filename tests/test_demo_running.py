"""The demo as somebody starts it: its programs stand and fall together, and none is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from booking.demo import preparing, programs
from booking.demo.__main__ import run
from booking.demo.programs import Failed, Programs, free_port

ROOT = Path(__file__).parents[1]
ON_TERM = """
import pathlib, signal, sys, time

signal.signal(signal.SIGTERM, lambda *_: {act})
pathlib.Path("{name}.ready").touch()
while True:
    time.sleep(0.02)
"""
# The tests' own process has threads; the demo's has none when it forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of its own, and signals as they were before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield tmp_path
    for number, was in before.items():
        signal.signal(number, was)


def start(several, name, act):
    """Start a program that does `act` when it is told to stop, and wait until it listens."""
    Path(f"{name}.py").write_text(ON_TERM.format(act=act, name=name))
    several.start(name, name)
    while not Path(f"{name}.ready").exists():
        assert several.running[name].exitcode is None


def test_the_last_started_stops_first(here):
    with Programs(os.environ) as several:
        for name in ("mailbox", "worker", "web"):
            start(several, name, f"sys.exit(print('{name}', file=open('stopped', 'a')))")

    assert (here / "stopped").read_text().split() == ["web", "worker", "mailbox"]


def test_if_one_ends_by_itself_all_are_stopped_and_it_is_named(here):
    with Programs(os.environ) as several:
        start(several, "mailbox", "sys.exit(0)")
        (here / "worker.py").write_text("import sys; sys.exit(int(sys.argv[1]))")
        several.start("worker", "worker", "3")
        with pytest.raises(Failed, match=r"worker ended by itself \(code 3\)"):
            several.wait()

    assert several.running["mailbox"].exitcode == 0


def test_what_does_not_listen_is_ended_all_the_same(here, monkeypatch):
    monkeypatch.setattr(programs, "STOP_SECONDS", 0.1)
    with Programs(os.environ) as several:
        start(several, "deaf", "None")

    assert several.running["deaf"].exitcode == -signal.SIGKILL


LISTENS_LATER = """
import socket, sys, time

time.sleep(0.3)
socket.create_server(("127.0.0.1", int(sys.argv[1]))).accept()
time.sleep(60)
"""


def test_who_needs_another_program_is_started_once_that_listens(here):
    port = free_port()
    (here / "mailbox.py").write_text(LISTENS_LATER)
    with Programs(os.environ) as several:
        several.start("mailbox", "mailbox", str(port))
        several.wait_until_listens(port)
        assert not programs.is_free(port)


def test_waiting_for_one_that_ended_says_so(here):
    (here / "mailbox.py").write_text("import sys; sys.exit(3)")
    with Programs(os.environ) as several:
        several.start("mailbox", "mailbox")
        with pytest.raises(Failed, match=r"mailbox ended by itself \(code 3\)"):
            several.wait_until_listens(free_port())


def test_a_second_start_prepares_nothing_serves_the_site_and_leaves_nobody_behind(here, empty_sqlite):
    port = free_port()
    (here / "instance").mkdir()
    (here / "instance" / "demo.sqlite").write_bytes(empty_sqlite)
    (here / "instance" / "demo.stamp").write_text(preparing.made_from())
    command = [sys.executable, "-m", "booking.demo", "--port", str(port)]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if "Ctrl-C" in line:
            break
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.status == 200

    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)

    assert (running.returncode, said) == (0, "\nStopping.\n")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("database", "fresh", "sentence"),
    [("sqlite:///other", True, "does not go with --database"), (None, False, "is taken")],
)
def test_what_cannot_be_is_said_in_a_sentence(here, database, fresh, sentence):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Failed, match=sentence):
        run(free_port() if database else taken.getsockname()[1], database, fresh=fresh)
