"""The demo's mailbox: a real SMTP listener that keeps each mail as a file, and the files read again for its page."""

from __future__ import annotations

import email
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from booking import clock

KEPT = 500
NAME = re.compile(r"\d{20}-[0-9a-f]{8}\.eml")


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived."""

    name: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=default)

    @property
    def came_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.name[:20]) / 1_000_000, UTC)


@contextmanager
def listening(folder: Path, port: int) -> Iterator[None]:
    """Take mail on this machine's own address, whoever it is for, and keep it in the folder."""
    from aiosmtpd.controller import Controller  # an extra of the demo, not needed elsewhere

    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def newest(folder: Path) -> list[Mail]:
    """Answer the mails that are kept, the newest first."""
    names = sorted((path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    return [mail for name in names if (mail := find(folder, name))]


def find(folder: Path, name: str) -> Mail | None:
    """Answer one mail by its name, which is never a path; None if there is none."""
    if not NAME.fullmatch(name):
        return None
    try:
        return Mail(name, (folder / name).read_bytes())
    except FileNotFoundError:
        return None


class _Keeper:
    """aiosmtpd calls its method by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        instant = int(clock.now().timestamp() * 1_000_000)
        path = self._folder / f"{instant:020}-{secrets.token_hex(4)}.eml"
        half = path.with_suffix(".half")
        half.write_bytes(envelope.original_content)
        os.replace(half, path)
        for old in sorted(self._folder.glob("*.eml"), reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
        return "250 Kept for the demo"
