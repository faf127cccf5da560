"""The forms with which an organiser changes what people have booked. Each is sent twice: to look, and to do it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, StringField

from booking.domain import wall_clock
from booking.domain.changes import Plan
from booking.domain.errors import BadInput
from booking.domain.events import Event, Kind, Slot, Venue
from booking.domain.wall_clock import Which, WhichTime
from booking.web import text, when

LONGEST = {"title": 200, "taught_by": 300, "expected": 60, "room": 100, "join_url": 500, "why": 300}
WHICH = [
    SelectChoice(Which.FIRST, "The first, before the clocks go back"),
    SelectChoice(Which.SECOND, "The second, after they have gone back"),
]
NOWHERE = ""


class ChangeForm(FlaskForm):
    """What every change has in common: it is looked at before it is done."""

    @property
    def is_sure(self) -> bool:
        return "sure" in request.form

    @property
    def is_going_back(self) -> bool:
        """The look was not what was meant: the form is shown again as it was typed."""
        return "back" in request.form

    def tell(self, refusal: BadInput) -> str:
        """Say a refusal at its field; where it has none, answer it for the top of the page."""
        if refusal.field not in self._fields:
            return str(refusal)
        text.say(self[refusal.field], str(refusal))
        return ""


class SessionForm(ChangeForm):
    """One session: when it is by the clocks of its venue, where, and how to join."""

    title = StringField("What it is called")
    day = StringField("Day")
    starts = StringField("From")
    ends = StringField("Until")
    which = RadioField("Which of the two?", choices=WHICH, validate_choice=False)
    is_open = BooleanField("The date is to be confirmed")
    expected = StringField("About when?")
    venue = SelectField("Where", validate_choice=False)
    room = StringField("Room")
    join_url = StringField("Link to join online")

    asks_which = False

    def offer(self, venues: list[Venue]) -> None:
        """Let the person choose among the hub's venues."""
        named = [SelectChoice(str(venue.id), "Online" if venue.is_online else str(venue)) for venue in venues]
        self.venue.choices = [SelectChoice(NOWHERE, "To be confirmed"), *named]
        self.zones = {str(venue.id): venue.zone for venue in venues}

    def show(self, slot: Slot) -> None:
        self.title.data, self.expected.data, self.room.data = slot.title, slot.expected, slot.room
        self.join_url.data, self.venue.data = slot.join_url, str(slot.venue_id or NOWHERE)
        self.is_open.data = slot.starts_at is None
        if slot.local_start and slot.local_end:
            self.day.data = when.day_words(slot.local_start.date())
            self.starts.data, self.ends.data = when.clock_words(slot.local_start), when.clock_words(slot.local_end)
            self.which.data = Which.SECOND if slot.local_start.fold else Which.FIRST

    def plan(self, zone: str, now: datetime) -> Plan | None:
        """Answer what was typed; None where something is wrong, which is then said at its field."""
        self.zone = self.zones.get(self.venue.data or "", zone)
        checks = [
            text.check_line(self.title, "the name", most=LONGEST["title"], empty="Enter what this session is called"),
            text.check_line(self.expected, "when it may be", most=LONGEST["expected"]),
            text.check_line(self.room, "the room", most=LONGEST["room"]),
            text.check_line(self.join_url, "the link", most=LONGEST["join_url"]),
            self.venue.data in {NOWHERE, *self.zones} or text.say(self.venue, "Choose a venue from the list"),
        ]
        times = self._times(now.astimezone(ZoneInfo(self.zone)).date())
        if not all(checks) or times is None:
            return None
        rest = (self.expected.data or "", int(self.venue.data or 0) or None, self.room.data or "", self.join_url.data)
        return Plan(self.title.data or "", *times, *rest)

    def _times(self, today: date) -> tuple[datetime | None, datetime | None] | None:
        if self.is_open.data:
            return None, None
        day = _read(self.day, lambda typed: when.day(typed, today), "Enter the day, or tick that it is to be confirmed")
        starts, ends = (
            _read(self.starts, when.clock, "Enter from when"),
            _read(self.ends, when.clock, "Enter until when"),
        )
        if day is None or starts is None or ends is None:
            return None
        self.day.data = when.day_words(day)
        first, last = self._instant(self.starts, day, starts), self._instant(self.ends, day, ends)
        return (first, last) if first and last else None

    def _instant(self, field: Field, day: date, clock: time) -> datetime | None:
        which = Which(self.which.data) if self.which.data in list(Which) and self.which.raw_data else None
        try:
            return wall_clock.instant(day, clock, self.zone, which=which)
        except BadInput as refusal:
            self.asks_which = self.asks_which or isinstance(refusal, WhichTime)
            text.say(field, str(refusal))
            return None


class TitleForm(ChangeForm):
    """The title, and who teaches or leads it."""

    title = StringField("Title")
    taught_by = StringField("Who teaches it")

    @classmethod
    def of(cls, event: Event) -> TitleForm:
        form = cls()
        form.taught_by.label.text = "Who leads it" if event.kind == Kind.WORK_GROUP else "Who teaches it"
        if not form.is_submitted():
            form.title.data, form.taught_by.data = event.title, event.taught_by
        return form

    def is_right(self) -> bool:
        who = self.taught_by.label.text.lower()
        checks = [
            text.check_line(self.title, "the title", most=LONGEST["title"], empty="Enter a title"),
            text.check_line(self.taught_by, who, most=LONGEST["taught_by"]),
        ]
        return all(checks)


class WhyForm(ChangeForm):
    """The reason for calling off."""

    why = StringField("Why is it called off?")

    def is_right(self) -> bool:
        empty = "Say in a few words why: everybody who booked reads it"
        return text.check_line(self.why, "the reason", most=LONGEST["why"], empty=empty)


def _read(field: Field, read: Any, empty: str) -> Any:
    typed = text.one_line(field.data)
    if not typed:
        text.say(field, empty)
        return None
    try:
        return read(typed)
    except BadInput as refusal:
        text.say(field, str(refusal))
        return None
