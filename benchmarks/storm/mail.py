"""The relay's mail as people read it: the codes, and the link to their booking."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar

from tests.smtp import Relay

Read = TypeVar("Read")
OFFERS = "come free for you"


class Mail:
    """Reads what has come since the last look, for everybody; each looks into the own."""

    def __init__(self, relay: Relay, patience: float) -> None:
        self._relay, self._patience = relay, patience
        self._read, self._lock = 0, threading.Lock()
        self._codes: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._offers: dict[str, int] = defaultdict(int)

    def code(self, address: str) -> str:
        """Wait for a code, and answer it; "" if none comes while this person is patient."""
        return self._wait(lambda: self._codes.get(address, ""))

    def link(self, address: str) -> str:
        """The same for the newest address of the booking."""
        return self._wait(lambda: self._links.get(address, ""))

    def offers(self, address: str) -> int:
        """Answer how many offers have come so far."""
        with self._lock:
            self._read_on()
            return self._offers[address]

    def _wait(self, look: Callable[[], str]) -> str:
        latest = time.monotonic() + self._patience
        while True:
            with self._lock:
                self._read_on()
                found = look()
            if found or time.monotonic() > latest:
                return found
            time.sleep(0.3)

    def _read_on(self) -> None:
        received = self._relay.received[self._read :]
        self._read += len(received)
        for one in received:
            self._keep(one.recipients[0], one.message)

    def _keep(self, address: str, message: EmailMessage) -> None:
        part = message.get_body(("plain",))
        body = part.get_content() if part else ""
        if code := re.search(r"^\s*(\d{3}) ?(\d{3})\s*$", body, re.MULTILINE):
            self._codes[address] = code[1] + code[2]
        if link := re.search(r"/bookings/\d+-[\w-]+", body):
            self._links[address] = link[0]
        if OFFERS in str(message["Subject"]):
            self._offers[address] += 1
