"""One session in a form: its day and times, its place, and, where an event is put up, what happens."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, Field, Form, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from booking.domain import putting_up, wall_clock
from booking.domain.errors import BadInput
from booking.domain.events.choosing import Where
from booking.domain.putting_up import LONGEST_OF_SESSION, Session
from booking.domain.wall_clock import Which, WhichTime
from booking.web import agenda, text, when

WHICH = [
    SelectChoice(Which.FIRST, "The first, before the clocks go back"),
    SelectChoice(Which.SECOND, "The second, after they have gone back"),
]


class SessionFields(Form):
    """What is asked of every session: what it is called, when it is by the clocks of its place, where, how to join."""

    title = StringField("What it is called")
    day = StringField("Day")
    starts = StringField("From")
    ends = StringField("Until")
    which = RadioField("Which of the two?", choices=WHICH, validate_choice=False)
    is_open = BooleanField("The date is to be confirmed")
    expected = StringField("About when?")
    where = SelectField("Place", validate_choice=False)
    room = StringField("Room")
    join_url = StringField("Link to join online")

    asks_which: bool = False

    def show_times(self, starts_at: datetime | None, ends_at: datetime | None, zone: str) -> None:
        if starts_at and ends_at:
            start, end = (one.astimezone(ZoneInfo(zone)) for one in (starts_at, ends_at))
            self.day.data = when.day_words(start.date())
            self.show_clocks(start, end)
            self.which.data = Which.SECOND if start.fold else Which.FIRST

    def show_clocks(self, start: datetime, end: datetime) -> None:
        """Show from when until when, by the clocks that both are given in."""
        self.starts.data, self.ends.data = when.clock_words(start), when.clock_words(end)

    def times(self, zone: str, today: date) -> tuple[datetime | None, datetime | None]:
        """Answer both times, or neither; what is wrong is said at its field."""
        if self.is_open.data:
            return None, None
        day = read_field(
            self.day, lambda typed: when.day(typed, today), "Enter the day, or tick that it is to be confirmed"
        )
        starts = read_field(self.starts, when.clock, "Enter from when")
        ends = read_field(self.ends, when.clock, "Enter until when")
        if day is None or starts is None or ends is None:
            return None, None
        self.day.data = when.day_words(day)
        first, last = self._instant(self.starts, day, starts, zone), self._instant(self.ends, day, ends, zone)
        return (first, last) if first and last else (None, None)

    def check_words(self, empty: str) -> bool:
        checks = [
            text.check_line(self.title, "the title", most=LONGEST_OF_SESSION["title"], empty=empty),
            text.check_line(self.expected, "when it may be", most=LONGEST_OF_SESSION["expected"]),
            text.check_line(self.room, "the room", most=LONGEST_OF_SESSION["room"]),
            text.check_line(self.join_url, "the link", most=LONGEST_OF_SESSION["join_url"]),
        ]
        if self.join_url.data and not re.match(r"https?://[^\s/]+", self.join_url.data):
            checks.append(text.say(self.join_url, "Enter the link in full, beginning with https://"))
        return all(checks)

    def _instant(self, field: Field, day: date, clock: time, zone: str) -> datetime | None:
        which = Which(self.which.data) if self.which.data in list(Which) and self.which.raw_data else None
        try:
            return wall_clock.instant(day, clock, zone, which=which)
        except BadInput as refusal:
            self.asks_which = self.asks_which or isinstance(refusal, WhichTime)
            text.say(field, str(refusal))
            return None


class SessionRow(SessionFields):
    """One session of the form that puts an event up."""

    slot = StringField()
    agenda = TextAreaField("What happens")

    def session(self, where: Where | None, zone: str, today: date) -> Session:
        """Answer the session; what is wrong is said at its field."""
        starts_at, ends_at = self.times(zone, today)
        return Session(
            title=self.title.data or "",
            starts_at=starts_at,
            ends_at=ends_at,
            expected=self.expected.data or "",
            where=where,
            zone=zone,
            room=self.room.data or "",
            join_url=self.join_url.data or "",
            agenda=self._steps(starts_at, zone),
            slot_id=text.number(self.slot.data),
        )

    def show(self, session: Session, where: str) -> None:
        self.slot.data, self.title.data = str(session.slot_id or ""), session.title
        self.expected.data, self.room.data, self.join_url.data = session.expected, session.room, session.join_url
        self.agenda.data, self.where.data = agenda.show(session.agenda), where
        self.is_open.data = bool(session.slot_id) and session.starts_at is None
        self.show_times(session.starts_at, session.ends_at, session.zone)

    def check(self, number: int) -> bool:
        words = self.check_words(f"Give session {number} a title")
        return text.check_lines(self.agenda, "the agenda", most=agenda.LONGEST) and words

    def name_errors(self, number: int) -> None:
        """Let each sentence say which session it is about, where it does not yet."""
        for field in self:
            field.errors = [
                one if f"ession {number} " in one else text.of(f"Session {number}", one) for one in field.errors
            ]

    def _steps(self, starts_at: datetime | None, zone: str) -> tuple[putting_up.Step, ...]:
        try:
            steps = agenda.read(self.agenda.data or "", starts_at, zone)
        except BadInput as refusal:
            text.say(self.agenda, str(refusal))
            return ()
        self.agenda.data = agenda.show(steps)
        return steps


def read_field(field: Field, read: Any, empty: str, of: str = "") -> Any:
    """Answer what was typed, read; else say at the field why not, of which moment if the page asks for several."""
    typed = text.one_line(field.data)
    if not typed:
        text.say(field, empty)
        return None
    try:
        return read(typed)
    except BadInput as refusal:
        text.say(field, text.of(of, str(refusal)) if of else str(refusal))
        return None
