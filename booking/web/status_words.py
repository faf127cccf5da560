"""What the status page says of jobs, messages and what needs looking at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from booking.domain.messages import Numbers
from booking.domain.workers import Job, Worker
from booking.wording import count

STANDINGS = {
    "failed": "Failed",
    "late": "Late",
    "due": "Due now",
    "later": "Waiting for their time",
    "cancelled": "Cancelled",
    "sent": "Sent",
}
JOBS = {
    "post": "Send mail that is due",
    "places.lapse_due": "Let places go that nobody confirmed",
    "places.repair": "Pass on offers that have ended",
    "places.tell_last_minute": "Tell those who wait that offers have ended",
    "places.tell_begun": "Tell those who wait that it has begun",
    "places.forget_lapsed": "Delete what was typed for places that nobody confirmed",
    "places.forget_needs": "Delete what people needed, 30 days after an event",
    "places.forget_old": "Delete old form keys",
    "codes.forget_ended": "Delete to whom codes went that ended a day ago",
    "changes.tell_due": "Tell people what has changed",
    "changes.forget_settled": "Delete changes that people have been told of",
    "closing.close_due": "Send the list when booking closes",
    "closing.tell_again_due": "Send the list again where it changed after closing",
    "reminders.promise_due": "Find whom to remind",
    "erasing.erase_unused": "Forget people whom nothing has concerned for long",
}
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def job(name: str) -> str:
    """Say what a job of the timetable does; a new one by its name until there are words for it."""
    return JOBS.get(name) or name.replace(".", ": ").replace("_", " ").capitalize()


def step(values: Iterable[int]) -> int:
    """Answer the distance of a chart's lines, so that there are at most four."""
    most = max(values)
    return next((one for one in STEPS if most <= 3 * one), -(-most // 3))


def troubles(numbers: Numbers, known: Sequence[Worker], jobs: Iterable[Job], at: datetime) -> list[str]:
    """Answer a sentence for each thing that somebody should look at."""
    found = []
    if not any(worker.is_alive(at) for worker in known):
        found.append("No worker has been seen in the last minute, so no mail goes. Start one with: flask worker")
    if numbers.late:
        found.append(f"{count(numbers.late, 'mail')} should have gone by now.")
    if numbers.failed:
        found.append(f"{count(numbers.failed, 'mail')} failed: look at why, and try again or cancel.")
    found += [f"“{job(one.name)}” failed when it last ran: {one.fault}." for one in jobs if one.is_failing]
    return found
