"""A real mail server on this machine, which keeps what it receives."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """A message as it arrived, and whom the envelope says it is from and for."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage


class Relay:
    """Listen on a free port of the loopback address: `with Relay() as relay: … relay.received`.

    `refuse_with` ("451 4.3.0 Try later") is said to every message until it is None again;
    `refused_recipients` maps an address to what is said to it ("550 5.1.1 No such mailbox").
    So many messages as `drops` says are kept, and the connection is cut before that is said.
    `before_keeping` is called with each message, before it is kept; `hold` makes it wait while it is set.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refuse_with: str | None = None
        self.refused_recipients: dict[str, str] = {}
        self.refusals = 0
        self.drops = 0
        self.before_keeping: Callable[[], object] = lambda: None
        self.hold = threading.Event()
        self.is_holding = threading.Event()
        self.port = _free_port()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address as SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen. Every message received before is still there."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: whoever connects next is refused."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Relay:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    # aiosmtpd calls these by name.

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused_recipients:
            self.refusals += 1
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_with:
            self.refusals += 1
            return self.refuse_with
        self.before_keeping()
        while self.hold.is_set():
            self.is_holding.set()
            await asyncio.sleep(0.02)
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=default)
        self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, message))
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        return "250 2.0.0 Kept"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
