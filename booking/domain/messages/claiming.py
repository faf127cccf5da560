"""Claiming what is due, and marking what became of it.

A lease says until when a claim is somebody's; its token says whose it is. What a dead worker had claimed is due again
when its lease has passed, and then travels alone: if it was the message that killed the worker, it takes nobody along.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain import people
from booking.domain.messages.message import Message, MessageState, Urgency

LEASE = timedelta(seconds=45)
"""Longer than one mail may take (SMTP_TIMEOUT_SECONDS), and a dead worker's mail goes on within a minute."""
TRIES = 10
"""With the waits below, the last try is about 20 hours after the first."""
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 180, 360, 540)]
CODE_WAIT = timedelta(seconds=20)
"""A code is of no use after ten minutes, so it is tried again soon, and until then."""


def claim(most: int, *, at: datetime) -> Sequence[Message]:
    """Lease up to `most` due messages of one urgency to the caller, the most urgent first.

    What has been claimed `TRIES` times by workers that died of it is not claimed again, but ends as failed.
    """
    waiting = (
        select(Message.id, Message.urgency, Message.tries, Message.lease_token)
        .where(
            Message.state == MessageState.DUE,
            Message.due_at <= at,
            or_(Message.lease_ends_at.is_(None), Message.lease_ends_at <= at),
        )
        .order_by(Message.urgency, Message.due_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = [row for row in db.session.execute(waiting).all() if not _given_up(row, at)]
    ids = _batch(rows)
    if not ids:
        return []
    token = secrets.token_hex(16)
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(lease_token=token, lease_ends_at=at + LEASE, tries=Message.tries + 1)
        .execution_options(synchronize_session=False)
    )
    claimed = select(Message).where(Message.id.in_(ids)).order_by(Message.urgency, Message.due_at, Message.id)
    claimed = claimed.options(joinedload(Message.person), joinedload(Message.hub))
    return db.session.scalars(claimed.execution_options(populate_existing=True)).all()


def give_back(message_ids: Iterable[int], token: str) -> None:
    """End a claim early: these were not tried, and are due for whoever claims next."""
    statement = (
        update(Message)
        .where(Message.id.in_(list(message_ids)), Message.lease_token == token)
        .values(lease_token=None, lease_ends_at=None, tries=Message.tries - 1)
    )
    db.session.execute(statement.execution_options(synchronize_session=False))


def mark_sent(message_id: int, token: str, *, at: datetime) -> bool:
    """Note that the relay has it; False if the lease was lost meanwhile, and nothing is written.

    A code that is taken shows that its address can be reached again.
    """
    written = _end(message_id, token, MessageState.SENT, at=at)
    message = _read(message_id) if written else None
    if message and message.urgency == Urgency.CODE and message.to_address:
        people.mark_reached(message.to_address)
    return written


def mark_expired(message_id: int, token: str, *, at: datetime) -> bool:
    """Note that it came too late to be of use, so it was not sent."""
    return _end(message_id, token, MessageState.CANCELLED, at=at, trouble="It was too late to be of use.")


def mark_pointless(message_id: int, token: str, *, at: datetime) -> bool:
    """Note that nothing it was to say is true any more, so it was not sent."""
    return _end(message_id, token, MessageState.CANCELLED, at=at, trouble="Nothing of it was true any more.")


def mark_refused(message_id: int, token: str, trouble: str, *, at: datetime) -> bool:
    """Note that it can never be sent; it stays in sight as failed."""
    return _end(message_id, token, MessageState.FAILED, at=at, trouble=trouble)


def mark_unreachable(message_id: int, token: str, trouble: str, *, at: datetime) -> bool:
    """Note that the address itself is refused, on the message and on whoever has that address."""
    written = mark_refused(message_id, token, trouble, at=at)
    message = _read(message_id) if written else None
    if message and message.to_address:
        people.mark_unreachable(message.to_address, at=at)
    return written


def mark_troubled(message_id: int, token: str, trouble: str, *, at: datetime) -> bool:
    """Note a fault that may pass: try again later, or give up in sight after `TRIES`; a code, once it is too old."""
    message = _read(message_id)
    if message is None or message.lease_token != token:
        return False
    if message.tries >= TRIES and message.urgency != Urgency.CODE:
        return mark_refused(message_id, token, trouble, at=at)
    values = {"due_at": at + _wait(message), "lease_token": None, "lease_ends_at": None, "trouble": trouble[:300]}
    return _write(message_id, token, values)


def _given_up(row: Row[int, int, int, str | None], at: datetime) -> bool:
    """Say whether a message has been tried often enough by workers that died; it ends, in sight."""
    if row.lease_token is None or row.tries < TRIES:
        return False
    return mark_refused(row.id, row.lease_token, "Every worker that tried it stopped.", at=at)


def _batch(rows: Sequence[Row[int, int, int, str | None]]) -> list[int]:
    """Answer which of these travel together: one urgency; what was left by a dead worker goes alone."""
    if rows and rows[0].lease_token:
        return [rows[0].id]
    return [row.id for row in rows if row.urgency == rows[0].urgency and row.lease_token is None]


def _wait(message: Message) -> timedelta:
    """Answer how long to wait before the next try: longer each time, and not all at the same moment."""
    if message.urgency == Urgency.CODE:
        return CODE_WAIT
    return WAITS[min(message.tries, len(WAITS)) - 1] * (0.9 + secrets.randbelow(200) / 1000)


def _end(message_id: int, token: str, state: MessageState, *, at: datetime, trouble: str = "") -> bool:
    values = {"state": state, "ended_at": at, "lease_token": None, "lease_ends_at": None, "trouble": trouble[:300]}
    written = _write(message_id, token, values)
    message = _read(message_id) if written else None
    if message and "code" in message.facts:
        message.facts = {name: value for name, value in message.facts.items() if name != "code"}
    return written


def _read(message_id: int) -> Message | None:
    return db.session.get(Message, message_id, populate_existing=True)


def _write(message_id: int, token: str, values: dict[str, Any]) -> bool:
    statement = update(Message).where(Message.id == message_id, Message.lease_token == token).values(**values)
    return bool(db.session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
