"""The forms with which an organiser changes what people have booked. Each is sent twice: to look, and to do it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField

from booking.domain.changes import Plan
from booking.domain.errors import BadInput
from booking.domain.events import Event, Kind, Slot, Venue
from booking.web import text
from booking.web.session_row import SessionFields, number_in

LONGEST = {"title": 200, "taught_by": 300, "why": 300}
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


class SessionForm(SessionFields, ChangeForm):
    """One session, at one of the hub's venues."""

    zones: dict[str, str]
    """The hub's venues by number, each with its zone."""

    def offer(self, venues: list[Venue]) -> None:
        """Let the person choose among the hub's venues."""
        named = [SelectChoice(str(venue.id), "Online" if venue.is_online else str(venue)) for venue in venues]
        self.where.choices = [SelectChoice(NOWHERE, "To be confirmed"), *named]
        self.zones = {str(venue.id): venue.zone for venue in venues}

    def show(self, slot: Slot) -> None:
        self.title.data, self.expected.data, self.room.data = slot.title, slot.expected, slot.room
        self.join_url.data, self.where.data = slot.join_url, str(slot.venue_id or NOWHERE)
        self.is_open.data = slot.starts_at is None
        self.show_times(slot.starts_at, slot.ends_at, slot.zone)

    def plan(self, zone: str, now: datetime) -> Plan | None:
        """Answer what was typed; None where something is wrong, which is then said at its field."""
        zone = self.zones.get(self.where.data or "", zone)
        times = self.times(zone, now.astimezone(ZoneInfo(zone)).date())
        checks = [
            self.check_words("Enter what this session is called"),
            self.where.data in {NOWHERE, *self.zones} or text.say(self.where, "Choose a venue from the list"),
        ]
        if not all(checks) or self.errors:
            return None
        rest = (self.expected.data or "", number_in(self.where.data), self.room.data or "", self.join_url.data or "")
        return Plan(self.title.data or "", *times, *rest)


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
