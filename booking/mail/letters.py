"""The postman's round: claim, render, hand over, mark. No transaction is open while the network is waited for.

A batch begins no mail that its lease may not outlast, and ends after a second, so that a code waits for one mail of a
slow relay at most. What it did not begin is given back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import NamedTuple

from flask import current_app

from booking import clock
from booking.config import Settings
from booking.db import db, transaction
from booking.domain import messages
from booking.domain.messages import Message, Urgency
from booking.mail import post as posting
from booking.mail import render

log = logging.getLogger(__name__)

BATCH = 20
BATCH_LASTS = timedelta(seconds=1)


class Round(NamedTuple):
    """How many messages were claimed, and whether the relay was there."""

    claimed: int
    found_relay: bool


def post_all(is_stopping: Callable[[], bool]) -> Round:
    """Post until nothing is due. A batch that is claimed is done with first."""
    claimed = 0
    try:
        while not is_stopping() and (batch := post_batch()):
            claimed += batch
    except posting.Gone:
        return Round(claimed, found_relay=False)
    return Round(claimed, found_relay=True)


def post_batch() -> int:
    """Claim due messages, hand each to the relay, and note what it said; answer how many were claimed.

    Raises `posting.Gone` where the relay is not there: one message has waited in vain, the others are given back.
    """
    settings: Settings = current_app.config["SETTINGS"]
    began = clock.now()
    with transaction():
        batch = [Letter(message) for message in messages.claim(BATCH, at=began)]
    waiting = list(batch)
    try:
        with posting.Post(settings.smtp_url, settings.smtp_timeout_seconds) as post:
            while waiting and _has_time(waiting[0], began, post, settings.smtp_timeout_seconds):
                waiting.pop(0).deliver(post)
    finally:
        _give_back(waiting)
    return len(batch)


class Letter:
    """One claimed message on its way: rendered, sent, and marked under its lease."""

    def __init__(self, message: Message) -> None:
        self.id, self.kind, self.token = message.id, message.kind, message.lease_token or ""
        self.lease_ends_at, self.expires_at = message.lease_ends_at, message.expires_at
        self.is_unreachable = bool(message.person and message.person.unreachable_at)
        self.is_code = message.urgency == Urgency.CODE

    def deliver(self, post: posting.Post) -> None:
        """Send it, or find that it is of no use, and mark what became of it. Raises `posting.Gone`, once marked."""
        if self.expires_at and clock.now() >= self.expires_at:
            return self._mark(messages.mark_expired)
        if self.is_unreachable and not self.is_code:
            return self._mark(messages.mark_refused, "The address was refused for good before.")
        if mail := self._written():
            self._send(mail, post)
        return None

    def _written(self) -> EmailMessage | None:
        """Render the mail as true now; one that cannot be rendered blocks nobody."""
        try:
            message = db.session.get(Message, self.id)
            return render.mail(message, at=clock.now()) if message else None
        except render.Pointless:
            self._mark(messages.mark_pointless)
        except render.Nobody:
            self._mark(messages.mark_refused, "There is no address any more.")
        except Exception as error:
            log.exception("message %s (%s) cannot be written", self.id, self.kind)
            self._mark(messages.mark_troubled, f"It could not be written: {type(error).__name__}")
        return None

    def _send(self, mail: EmailMessage, post: posting.Post) -> None:
        db.session.rollback()  # nothing is open while the network is waited for
        try:
            post.send(mail)
        except posting.Unreachable as refused:
            self._mark(messages.mark_unreachable, str(refused))
        except posting.Refused as refused:
            self._mark(messages.mark_refused, str(refused))
        except posting.Trouble as trouble:
            self._mark(messages.mark_troubled, str(trouble))
            if isinstance(trouble, posting.Gone):
                raise
        else:
            self._mark(messages.mark_sent)

    def _mark(self, verb: Callable[..., bool], *trouble: str) -> None:
        at: datetime = clock.now()
        with transaction():
            written = verb(self.id, self.token, *trouble, at=at)
        outcome = verb.__name__.removeprefix("mark_") if written else "not marked: another worker has it"
        log.info("message %s (%s): %s", self.id, self.kind, outcome)


def _has_time(letter: Letter, began: datetime, post: posting.Post, most_seconds: int) -> bool:
    """Say whether a mail that begins now ends within its lease, and the batch has not gone on for long."""
    try:
        post.open()
    except posting.Gone as gone:
        letter._mark(messages.mark_troubled, str(gone))
        raise
    at = clock.now()
    ends = letter.lease_ends_at
    return at - began <= BATCH_LASTS and ends is not None and at + timedelta(seconds=most_seconds) < ends


def _give_back(letters: list[Letter]) -> None:
    db.session.rollback()
    if letters:
        with transaction():
            messages.give_back([letter.id for letter in letters], letters[0].token)
