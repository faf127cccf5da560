"""The clock knocks: what happens by itself, and how often. Each job may run twice, late, or in five workers at once.

APScheduler is only the timer. The truth is in rows: a job claims what is due and loops until nothing is left.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app

from booking import clock
from booking.config import Settings
from booking.db import db, transaction
from booking.domain import changes, closing, messages, places, workers
from booking.domain.messages import Message
from booking.mail import post as posting
from booking.mail import render

log = logging.getLogger(__name__)

Verb = Callable[..., int]
BATCH = 20

EVERY_SECOND = timedelta(seconds=1)
OFTEN = timedelta(seconds=5)
BEAT = timedelta(seconds=10)
HOURLY = timedelta(hours=1)

TIMETABLE: list[tuple[Verb, timedelta]] = [
    (places.lapse_due, OFTEN),
    (changes.tell_due, OFTEN),
    (closing.close_due, OFTEN),
    (places.forget_lapsed, HOURLY),
    (places.forget_needs, HOURLY),
    (places.forget_form_keys, HOURLY),
]
"""Domain verbs, each run in a transaction of its own until it answers that nothing was left."""


class Worker:
    """Keeps the timetable until it is told to stop; then it finishes what it has claimed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[:120]
        self._stopping = threading.Event()

    def run(self) -> None:
        """Keep the timetable until `stop`."""
        timer = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for verb, every in [(self._post, EVERY_SECOND), (self._beat, BEAT), *TIMETABLE]:
            job = verb if verb in (self._post, self._beat) else self._until_done
            given = [] if job is verb else [verb]
            first = clock.now()
            timer.add_job(self._safely, "interval", [job, *given], seconds=every.total_seconds(), next_run_time=first)
        log.info("worker %s keeps the timetable", self.name)
        timer.start()
        self._stopping.wait()
        timer.shutdown(wait=True)
        self._safely(self._leave)
        log.info("worker %s has stopped", self.name)

    def once(self) -> None:
        """Do one round of everything, for a machine with cron and no process that stays."""
        self._safely(self._beat)
        for verb, _ in TIMETABLE:
            self._safely(self._until_done, verb)
        self._safely(self._post)

    def stop(self, *_signal: Any) -> None:
        """Let `run` end after what is claimed is done."""
        self._stopping.set()

    def _safely(self, job: Callable[..., Any], *given: Any) -> None:
        """Run a job; its fault is noted and never stops the timetable."""
        try:
            with self.app.app_context():
                job(*given)
        except Exception:
            log.exception(
                "job %s failed; it is tried again at its next time",
                getattr(given[0] if given else job, "__name__", job),
            )

    def _until_done(self, verb: Verb) -> None:
        while not self._stopping.is_set():
            with transaction():
                done = verb(at=clock.now())
            if not done:
                return

    def _post(self) -> None:
        while not self._stopping.is_set() and post_batch():
            pass

    def _beat(self) -> None:
        with transaction():
            workers.beat(self.name, at=clock.now())

    def _leave(self) -> None:
        with transaction():
            workers.leave(self.name)


def post_batch() -> int:
    """Claim due messages, hand each to the relay outside any transaction, and note what it said; answer how many."""
    settings: Settings = current_app.config["SETTINGS"]
    with transaction():
        claimed = [Letter(message) for message in messages.claim(BATCH, at=clock.now())]
    for letter in claimed:
        letter.write()
    db.session.rollback()  # nothing is open while the network is waited for
    with posting.Post(settings.smtp_url, settings.smtp_timeout_seconds) as post:
        for letter in claimed:
            letter.send(post)
    return len(claimed)


class Letter:
    """One claimed message on its way: rendered, sent, and marked under its lease."""

    def __init__(self, message: Message) -> None:
        self.message: Message | None = message
        self.id, self.kind, self.token = message.id, message.kind, message.lease_token or ""
        self.expires_at = message.expires_at
        self.mail: EmailMessage | None = None
        self.fault = ""

    def write(self) -> None:
        """Render the mail; one that cannot be rendered blocks nobody."""
        try:
            self.mail = render.mail(self.message, at=clock.now()) if self.message else None
        except render.Nobody:
            self.fault = "nobody"
        except Exception as error:
            log.exception("message %s (%s) cannot be written", self.id, self.kind)
            self.fault = f"It could not be written: {type(error).__name__}"
        self.message = None

    def send(self, post: posting.Post) -> None:
        """Hand it over and mark what became of it. A lease that was lost meanwhile writes nothing."""
        if self.expires_at and clock.now() >= self.expires_at:
            return self._mark(messages.mark_expired)
        if self.fault == "nobody":
            return self._mark(messages.mark_refused, "There is no address any more.")
        if self.mail is None:
            return self._mark(messages.mark_troubled, self.fault)
        try:
            post.send(self.mail)
        except posting.Refused as refused:
            return self._mark(messages.mark_refused, str(refused))
        except posting.Trouble as trouble:
            return self._mark(messages.mark_troubled, str(trouble))
        return self._mark(messages.mark_sent)

    def _mark(self, verb: Callable[..., bool], *trouble: str) -> None:
        at: datetime = clock.now()
        with transaction():
            written = verb(self.id, self.token, *trouble, at=at)
        outcome = verb.__name__.removeprefix("mark_") if written else "not marked: another worker has it"
        log.info("message %s (%s): %s", self.id, self.kind, outcome)
