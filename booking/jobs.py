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
from datetime import timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from booking import clock
from booking.bell import Bell
from booking.db import AWAY, db, transaction
from booking.domain import changes, closing, codes, erasing, messages, places, reminders, workers
from booking.mail import letters
from booking.mail.letters import post_batch

__all__ = ["TIMETABLE", "Worker", "post_batch"]

log = logging.getLogger(__name__)

Verb = Callable[..., int]

EVERY_SECOND = timedelta(seconds=1)
RELAY_PAUSE = timedelta(seconds=5)
"""A relay that is gone is asked again so soon, by one message."""
OFTEN = timedelta(seconds=5)
BEAT = timedelta(seconds=10)
EVERY_MINUTE = timedelta(minutes=1)
HOURLY = timedelta(hours=1)

TIMETABLE: list[tuple[Verb, timedelta]] = [
    (places.lapse_due, OFTEN),
    (changes.tell_due, OFTEN),
    (places.repair, OFTEN),
    (places.tell_last_minute, OFTEN),
    (places.tell_begun, OFTEN),
    (closing.close_due, OFTEN),
    (closing.tell_again_due, OFTEN),
    (reminders.promise_due, EVERY_MINUTE),
    (places.forget_lapsed, HOURLY),
    (places.forget_needs, HOURLY),
    (places.forget_form_keys, HOURLY),
    (codes.forget_ended, HOURLY),
    (changes.forget_settled, HOURLY),
]
"""Domain verbs, each run in a transaction of its own until it answers that nothing was left."""


def name_of(verb: Callable[..., Any]) -> str:
    """Name a job by the room of the domain and the verb: "places.lapse_due"."""
    verb = verb.func if isinstance(verb, partial) else verb
    room = verb.__module__.removeprefix("booking.domain.").partition(".")[0]
    return f"{room}.{verb.__name__.lstrip('_')}"


class Worker:
    """Keeps the timetable until it is told to stop; then it finishes what it has claimed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[:120]
        self._stopping = threading.Event()
        self._runs: dict[str, workers.Run] = {}

    def run(self) -> None:
        """Keep the timetable until `stop`."""
        timer = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job, given, every in [
            (self._beat, [], BEAT),
            *((self._until_done, [verb], each) for verb, each in self._timetable()),
        ]:
            timer.add_job(
                self._safely, "interval", [job, *given], seconds=every.total_seconds(), next_run_time=clock.now()
            )
        with self.app.app_context():
            bell = Bell(db.engine, messages.OUTBOX)
        postman = threading.Thread(target=self._keep_posting, args=[bell], name="postman")
        log.info("worker %s keeps the timetable", self.name)
        for one in (timer, bell, postman):
            one.start()
        while not self._stopping.wait(1):
            pass  # a signal that another thread gets (after SIGCONT) does not end a wait without an end
        bell.take_down()
        postman.join()
        timer.shutdown(wait=True)
        self._safely(self._leave)
        log.info("worker %s has stopped", self.name)

    def once(self) -> None:
        """Do one round of everything, for a machine with cron and no process that stays."""
        for verb, _ in self._timetable():
            self._safely(self._until_done, verb)
        self._safely(self._post)
        self._safely(self._beat)

    def stop(self, *_signal: Any) -> None:
        """Let `run` end after what is claimed is done."""
        self._stopping.set()

    def _timetable(self) -> list[tuple[Verb, timedelta]]:
        """Answer the timetable, with what only some installations ask for."""
        months = self.app.config["SETTINGS"].people_kept_months
        return [*TIMETABLE, *([(partial(erasing.erase_unused, months=months), HOURLY)] if months else [])]

    def _keep_posting(self, bell: Bell) -> None:
        """Post when the bell rings, and every second in any case: what was to wait is due by the clock."""
        while not self._stopping.is_set():
            bell.wait(EVERY_SECOND.total_seconds())
            if self._safely(self._post) is False:
                self._stopping.wait(RELAY_PAUSE.total_seconds())

    def _safely(self, job: Callable[..., Any], *given: Any) -> Any:
        """Run a job; its fault is noted and never stops the timetable."""
        name = name_of(given[0] if given else job)
        try:
            with self.app.app_context():
                return job(*given)
        except AWAY as fault:
            log.warning("job %s has no database (%s); it is tried again at its next time", name, type(fault).__name__)
            self._note(name, fault=type(fault).__name__)
        except Exception as fault:
            log.exception("job %s failed; it is tried again at its next time", name)
            self._note(name, fault=type(fault).__name__)

    def _until_done(self, verb: Verb) -> None:
        done = left = 0
        while not self._stopping.is_set():
            with transaction():
                left = verb(at=clock.now())
            done += left
            if not left:
                break
        self._note(name_of(verb), done)

    def _post(self) -> bool:
        posted = letters.post_all(self._stopping.is_set)
        self._note("post", posted.claimed, fault="" if posted.found_relay else "the relay is not there")
        return posted.found_relay

    def _note(self, job: str, done: int = 0, fault: str = "") -> None:
        """Keep what a job did until the next beat writes it down."""
        before = self._runs.get(job)
        self._runs[job] = workers.Run(job, clock.now(), done or (before.done if before else 0), fault)

    def _beat(self) -> None:
        runs, self._runs = list(self._runs.values()), {}
        with transaction():
            workers.beat(self.name, at=clock.now(), runs=runs)

    def _leave(self) -> None:
        with transaction():
            workers.leave(self.name)
