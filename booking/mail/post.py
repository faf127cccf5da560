"""SMTP: one connection for a batch, and three answers: accepted, refused for good, or trouble that may pass."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import unquote, urlsplit


class Refused(Exception):
    """The relay will never take this mail: its address or its content is refused (5xx)."""


class Trouble(Exception):
    """The relay did not take it this time: it cannot be reached, is busy, or says 4xx."""


class Post:
    """A connection to the relay, opened with the first mail and opened anew after trouble."""

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

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over. Returns when the relay has accepted it; raises `Refused` or `Trouble`."""
        try:
            self._connected().send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self._hang_up()
            [(code, answer)] = error.recipients.values()
            raise _kind_of(code)(_said(code, answer)) from error
        except smtplib.SMTPDataError as error:
            self._hang_up()
            raise _kind_of(error.smtp_code)(_said(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            self._hang_up()  # of the sender, the sign-in or the greeting: not this mail's fault
            raise Trouble(_said(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Trouble(f"The relay could not be reached: {type(error).__name__}") from error

    def _connected(self) -> smtplib.SMTP:
        if self._relay is None:
            self._relay = self._connect()
        return self._relay

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


def _kind_of(code: int) -> type[Refused] | type[Trouble]:
    return Refused if 500 <= code < 600 else Trouble


def _said(code: int, answer: bytes | str) -> str:
    """Keep what the relay said, without anybody's address."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    words = ["(address)" if "@" in word else word for word in text.split()]
    return f"The relay said {code} {' '.join(words)}"[:300]
