"""SMTP: one connection for a batch, and three answers: accepted, refused for good, or trouble that may pass."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import unquote, urlsplit


class Refused(Exception):
    """The relay will never take this mail: its content is refused (5xx)."""


class Unreachable(Refused):
    """The address itself is refused for good (5xx in answer to the recipient)."""


class Trouble(Exception):
    """The relay did not take it this time: it is busy, or says 4xx."""


class Gone(Trouble):
    """The relay cannot be reached, hangs, hangs up, or refuses us altogether: nothing else will go now either."""


class Post:
    """A connection to the relay, opened with the first mail and opened anew after trouble.

    A mail takes at most `timeout_seconds` in all, so that a relay which drips holds nobody up.
    """

    def __init__(self, relay_url: str, timeout_seconds: int) -> None:
        self._url = urlsplit(relay_url)
        self._timeout = timeout_seconds
        self._relay: smtplib.SMTP | None = None

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def open(self) -> None:
        """Connect, unless that is done. Raises `Gone`."""
        if self._relay is not None:
            return
        try:
            self._relay = self._connect()
        except smtplib.SMTPResponseException as error:
            raise Gone(_said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Gone(f"The relay could not be reached: {type(error).__name__}") from error

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over. Returns when the relay has accepted it.

        Raises `Refused`, `Unreachable`, `Trouble` or `Gone`; after each the connection is another one.
        """
        self.open()
        assert self._relay is not None  # noqa: S101 for the type checker
        try:
            with self._limited(self._relay):
                self._relay.send_message(mail)
        except Exception as error:
            self._hang_up()
            raise _kind_of(error) from error

    @contextlib.contextmanager
    def _limited(self, relay: smtplib.SMTP) -> Iterator[None]:
        """Cut the connection when its time is over: a socket's own timeout begins anew with every byte."""
        cutting = threading.Timer(self._timeout, _cut, [relay])
        cutting.daemon = True
        cutting.start()
        try:
            yield
        finally:
            cutting.cancel()

    def _connect(self) -> smtplib.SMTP:
        host = self._url.hostname or "localhost"
        if self._url.scheme == "smtps":
            port, safely = self._url.port or 465, ssl.create_default_context()
            relay: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=safely)
        else:
            relay = smtplib.SMTP(host, self._url.port or 25, timeout=self._timeout)
        if self._url.scheme == "smtp+starttls":
            relay.starttls(context=ssl.create_default_context())
        if self._url.username:
            relay.login(unquote(self._url.username), unquote(self._url.password or ""))
        return relay

    def _hang_up(self) -> None:
        relay, self._relay = self._relay, None
        if relay is None:
            return
        try:
            relay.quit()
        except (OSError, smtplib.SMTPException):
            relay.close()


def _cut(relay: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        if relay.sock:
            relay.sock.shutdown(socket.SHUT_RDWR)


def _kind_of(error: Exception) -> Exception:
    """Answer what a fault of the sending means: about this mail alone, or about the relay."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            [(code, answer)] = error.recipients.values()
            return (Unreachable if _is_for_good(code) else Trouble)(_said(code, answer))
        case smtplib.SMTPDataError():
            return (Refused if _is_for_good(error.smtp_code) else Trouble)(_said(error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():  # of the sender or the sign-in: not this mail's fault
            return Gone(_said(error.smtp_code, error.smtp_error))
        case OSError() | smtplib.SMTPException():
            return Gone(f"The relay could not be reached: {type(error).__name__}")
    return error


def _is_for_good(code: int) -> bool:
    return 500 <= code < 600


def _said(code: int, answer: bytes | str) -> str:
    """Keep what the relay said, without anybody's address."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    words = ["(address)" if "@" in word else word for word in text.split()]
    return f"The relay said {code} {' '.join(words)}"[:300]
