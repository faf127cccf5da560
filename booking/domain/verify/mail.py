"""Mail and reminders: what is promised is tried, and says nothing that it should not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from booking.db import db
from booking.domain import reminders
from booking.domain.messages import Message, MessageState
from booking.domain.reminders import Reminder
from booking.domain.verify.late import OVERDUE


def overdue_mail(at: datetime) -> Iterable[str]:
    query = select(Message.id).where(Message.state == MessageState.DUE, Message.due_at < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"Message {number} should have been tried long ago: is a worker running? (rule 10)"


def unpromised_reminders(at: datetime) -> Iterable[str]:
    for slot, kind, number in reminders.missing(at=at, late=OVERDUE):
        yield f"{number} people wait for reminder {kind} of session {slot}: is a worker running? (reminders)"


def stray_reminders(_at: datetime) -> Iterable[str]:
    query = select(Reminder.id).outerjoin(Message, Message.id == Reminder.message_id)
    for number in db.session.scalars(query.where(Message.person_id.is_distinct_from(Reminder.person_id))):
        yield f"Reminder {number} stands in no mail to its person (reminders)."


def kept_codes(at: datetime) -> Iterable[str]:
    query = select(Message.id).where(Message.kind == "code", Message.state != MessageState.DUE)
    for number in db.session.scalars(query.where(Message.facts["code"].as_string().is_not(None))):
        yield f"Message {number} is over, and still has its code (rule 10)."
