"""Reminders: mails before a session, at times that suit it, to whoever still has a place when they are sent."""

from booking.domain.reminders.promising import FACTS_LAST, KIND, Reminder, missing, promise_due
from booking.domain.reminders.reading import Line, Plan, Reminded, of_message, plan
from booking.domain.reminders.times import (
    MORNING,
    MOST_DAYS,
    MOST_HOURS,
    MOST_TIMES,
    NIGHT,
    USUAL,
    Before,
    ReminderTime,
    add,
    as_usual,
    of_event,
    take_away,
    take_over,
)

__all__ = [
    "FACTS_LAST",
    "KIND",
    "MORNING",
    "MOST_DAYS",
    "MOST_HOURS",
    "MOST_TIMES",
    "NIGHT",
    "USUAL",
    "Before",
    "Line",
    "Plan",
    "Reminded",
    "Reminder",
    "ReminderTime",
    "add",
    "as_usual",
    "missing",
    "of_event",
    "of_message",
    "plan",
    "promise_due",
    "take_away",
    "take_over",
]
