"""The forms with which an organiser changes what people have booked. Each is sent twice: to look, and to do it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, SelectChoice, StringField

from booking.domain.changes import Plan, Room
from booking.domain.errors import BadInput, ReasonNeeded
from booking.domain.events import Event, Kind, Slot, Venue
from booking.domain.putting_up import MOST_PLACES
from booking.web import text
from booking.web.session_row import SessionFields

LONGEST = {"title": 200, "taught_by": 300, "why": 300}
NOWHERE = ""


class ChangeForm(FlaskForm):
    """What every change has in common: it is looked at before it is done."""

    meanwhile: str = ""
    """Why what was looked at was not done: somebody else was quicker."""

    @property
    def is_sure(self) -> bool:
        return "sure" in request.form

    @property
    def seen(self) -> str:
        """What the event was when the look at the change was taken."""
        return request.form.get("seen", "")

    @property
    def is_going_back(self) -> bool:
        """The look was not what was meant: the form is shown again as it was typed."""
        return "back" in request.form

    def tell(self, refusal: BadInput | ReasonNeeded) -> str:
        """Say a refusal at its field; where it has none, answer it for the top of the page."""
        field = refusal.field if isinstance(refusal, BadInput) else "why"
        if field not in self._fields:
            return str(refusal)
        text.say(self[field], str(refusal))
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
        rest = (self.expected.data or "", text.number(self.where.data), self.room.data or "", self.join_url.data or "")
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


class PlacesForm(ChangeForm):
    """How many places there are, for how many of one school, and how many beyond the capacity."""

    capacity = StringField("Places")
    max_per_school = StringField("For one school, at most")
    extra = StringField("Places beyond that")
    why = StringField("Why are there to be more?")

    def show(self, room: Room) -> None:
        self.capacity.data, self.extra.data = str(room.capacity), str(room.extra)
        self.max_per_school.data = str(room.max_per_school or "")

    def room(self) -> Room | None:
        """Answer what was typed; None where something is wrong, which is then said at its field."""
        capacity = _number(self.capacity, "Enter how many places there are")
        extra = _number(self.extra, "Enter how many more there are, or 0")
        has_limit = bool(text.one_line(self.max_per_school.data))
        limit = _number(self.max_per_school, "Enter the most for one school") if has_limit else None
        is_right = text.check_line(self.why, "the reason", most=LONGEST["why"])
        if capacity is None or extra is None or (has_limit and limit is None) or not is_right:
            return None
        return Room(capacity, limit, extra)


class WhyForm(ChangeForm):
    """The reason for calling off."""

    why = StringField("Why is it called off?")

    def is_right(self) -> bool:
        empty = "Say in a few words why: everybody who booked reads it"
        return text.check_line(self.why, "the reason", most=LONGEST["why"], empty=empty)


def _number(field: Field, empty: str) -> int | None:
    field.data = text.one_line(field.data)
    typed = text.number(field.data)
    if typed is None or typed > MOST_PLACES:
        text.say(field, f"{empty}, as a number up to {MOST_PLACES}")
        return None
    return typed
