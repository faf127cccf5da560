"""What is said of an event, and when booking opens and closes: what stays in the form while people are booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from booking.domain import putting_up, wall_clock
from booking.domain.errors import BadInput
from booking.domain.events import Event, Phase, Programme
from booking.domain.people import LONGEST_NAME
from booking.domain.putting_up import LONGEST, Lead, Words
from booking.domain.wall_clock import Which
from booking.web import text, when
from booking.web.session_row import read_field
from booking.wording import LONDON, PHASES, YEARS

NEW = "new"
LINES = {
    "title": ("the title", "Enter a title"),
    "summary": ("the summary", ""),
    "audience": ("who it is for", ""),
    "taught_by": ("who teaches", ""),
    "maths": ("the maths", ""),
    "bring": ("what to bring", ""),
    "question": ("the question", ""),
}
MOMENTS = {"opens": "when booking opens", "closes": "when booking closes", "offers": "until when places are offered"}
LEGENDS = {"opens": "Booking opens", "closes": "Booking closes", "offers": "Freed places are offered until"}
AT_FIELD = {"opens": "opens_day", "closes": "closes_day", "offers_end": "offers_day", "sessions": "title"}
"""Where the form shows what a plan says of itself."""


class WordsForm(FlaskForm):
    """What is said of an event, and when booking opens and closes."""

    summary = StringField("Summary")
    description = TextAreaField("Description")
    phases = SelectMultipleField("Phases", choices=[SelectChoice(one.value, PHASES[one]) for one in Phase])
    years = SelectMultipleField("Year groups", choices=[SelectChoice(*one) for one in YEARS.items()], coerce=int)
    audience = StringField("Who it is for, in words")
    taught_by = StringField("Who teaches or leads, as the page says it")
    maths = StringField("The maths")
    bring = StringField("What to bring, and which ID")
    is_filmed = BooleanField("It is filmed")
    question = StringField("One question to those who book")
    programme = SelectField("Programme", validate_choice=False)
    programme_title = StringField("Title of the new programme")
    lead_name = StringField("Name")
    lead_email = EmailField("E-mail address")
    opens_day = StringField("Day")
    opens_time = StringField("Time")
    closes_day = StringField("Day")
    closes_time = StringField("Time")
    offers_day = StringField("Day")
    offers_time = StringField("Time")

    def prepare(self, programmes: list[Programme]) -> None:
        """Fill in what there is to choose from."""
        known = [(str(one.id), one.title) for one in programmes]
        self.programme.choices = [("", "None"), *known, (NEW, "A new one")]

    def show_words(self, words: Words, zone: str) -> None:
        for name in putting_up.SAID:
            self[name].data = getattr(words, name)
        self.phases.data, self.years.data = sorted(words.phases), sorted(words.years)
        self.programme.data = str(words.programme or "")
        for name, instant in (("opens", words.opens_at), ("closes", words.closes_at), ("offers", words.offers_end_at)):
            if instant:
                there = instant.astimezone(ZoneInfo(zone))
                self[f"{name}_day"].data = when.day_words(there.date())
                self[f"{name}_time"].data = when.clock_words(there)

    def check_words(self) -> bool:
        checks = [
            text.check_line(self[name], what, most=LONGEST[name], empty=empty)
            for name, (what, empty) in LINES.items()
            if name in self
        ]
        checks += [
            text.check_lines(self.description, "the description", most=LONGEST["description"]),
            text.check_line(self.lead_name, "their name", most=LONGEST_NAME),
            self._has_programme(),
        ]
        if self.lead_email.data or self.lead_name.data:
            checks.append(text.check_address(self.lead_email, "their"))
        return all(checks)

    def words(self, zone: str, today: date) -> Words:
        """Answer the words of a checked form; moments that cannot be read are said at their fields."""
        said = {name: self[name].data or "" for name in putting_up.SAID if name != "is_filmed"}
        lead = Lead(self.lead_email.data, self.lead_name.data or "") if self.lead_email.data else None
        chosen = self.programme.data or ""
        return Words(
            **said,
            is_filmed=bool(self.is_filmed.data),
            phases=frozenset(self.phases.data or ()),
            years=frozenset(self.years.data or ()),
            programme=self.programme_title.data if chosen == NEW else text.number(chosen),
            lead=lead,
            opens_at=self._moment("opens", zone, today),
            closes_at=self._moment("closes", zone, today),
            offers_end_at=self._moment("offers", zone, today),
        )

    def checked_words(self, zone: str, event: Event, *, at: datetime) -> Words | None:
        """Answer the words for an event that stands; None where something is wrong, which is then said at its field."""
        is_right, words = self.check_words(), self.words(zone, at.astimezone(ZoneInfo(LONDON)).date())
        is_right = self.show_faults(putting_up.booking_faults(words, event.starts_at, at, event)) and is_right
        return words if is_right and not any(field.errors for field in self) else None

    def show_faults(self, faults: Iterator[tuple[str, str]]) -> bool:
        """Say at the fields what a plan says of itself; answers whether all is right."""
        found = list(faults)
        for name, sentence in found:
            text.say(self._field(name), sentence)
        return not found

    def _field(self, name: str) -> Field:
        return self[AT_FIELD.get(name, name)]

    def _has_programme(self) -> bool:
        if self.programme.data != NEW:
            return True
        title = "Give the new programme a title"
        return text.check_line(self.programme_title, "the title", most=LONGEST["title"], empty=title)

    def _moment(self, name: str, zone: str, today: date) -> datetime | None:
        day_field, time_field = self[f"{name}_day"], self[f"{name}_time"]
        if not text.one_line(day_field.data) and not text.one_line(time_field.data):
            return None
        of = LEGENDS[name]
        day = read_field(day_field, lambda typed: when.day(typed, today), f"Enter the day {MOMENTS[name]}", of)
        clock = read_field(time_field, when.clock, f"Enter the time {MOMENTS[name]}", of)
        if day is None or clock is None:
            return None
        day_field.data = when.day_words(day)
        try:
            return wall_clock.instant(day, clock, zone, which=Which.SECOND)
        except BadInput as refusal:
            text.say(time_field, text.of(of, str(refusal)))
            return None
