"""The form that puts an event up: the whole of what nobody has booked yet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from wtforms import Field, FormField, HiddenField, RadioField, SelectChoice, SelectField, StringField

from booking.domain import wall_clock
from booking.domain.events import ZONES, Event, Venue
from booking.domain.events.choosing import AtSchool, Elsewhere, Known, Online, Where
from booking.domain.places import new_form_key
from booking.domain.putting_up import MOST_SESSIONS, Plan, Session
from booking.web import text, when
from booking.web.rows import Rows
from booking.web.school_field import SchoolFields
from booking.web.session_row import SessionRow
from booking.web.words_form import WordsForm
from booking.wording import LONDON, zone_name

CLOSES_BEFORE = timedelta(days=4)
CLOSES_AT = time(17)
"""Where nobody says when booking closes: at 5pm, four days before the first session."""
AT_SCHOOL, ELSEWHERE, ONLINE = "school", "elsewhere", "online"


class EventForm(SchoolFields, WordsForm):
    """The whole of an event that nobody has booked."""

    key = HiddenField()
    title = StringField("Title")
    capacity = StringField("Places")
    max_per_school = StringField("Most for one school")
    venue = SelectField("Place", validate_choice=False)
    place_name = StringField("Name of the place")
    place_street = StringField("Street")
    place_town = StringField("Town")
    place_postcode = StringField("Postcode")
    place_zone = RadioField(
        "Whose clocks does it go by?",
        choices=[SelectChoice(zone, zone_name(zone)) for zone in ZONES],
        default=LONDON,
        validate_choice=False,
    )
    sessions = Rows(FormField(SessionRow), max_entries=MOST_SESSIONS)

    whose = "the"
    focus: str = ""
    """The field in which typing goes on after a row was added or taken away."""
    venues: dict[str, Venue]
    _plan: Plan | None = None

    def prepare_places(self, venues: list[Venue]) -> None:
        self.venues = {str(one.id): one for one in venues}
        self.school.label.text = "Which school?"
        self.school_choice.label.text = "Which of these is the school?"
        known = [(number, "Online" if one.is_online else str(one)) for number, one in self.venues.items()]
        ways = [(AT_SCHOOL, "A school, from the register"), (ELSEWHERE, "Another place")]
        ways += [] if any(one.is_online for one in venues) else [(ONLINE, "Online")]
        self.venue.choices = [("", "Not known yet"), *known, *ways]
        for row in self.rows:
            self.prepare_row(row)

    def prepare_row(self, row: SessionRow) -> None:
        row.where.choices = [("", "As above"), *[one for one in self.venue.choices if one[0] in self.venues]]

    def show(self, plan: Plan) -> None:
        """Fill the form in from a plan: an event's own, another's, or what is usual."""
        self.title.data, self.capacity.data = plan.title, str(plan.capacity)
        self.max_per_school.data = str(plan.max_per_school or "")
        self.show_words(plan.words, plan.zone)
        places = [str(one.where.venue_id) if isinstance(one.where, Known) else "" for one in plan.sessions]
        self.venue.data = places[0] if places else ""
        for session, place in zip(plan.sessions, places, strict=True):
            row = self._add()
            row.show(session, "" if place == self.venue.data else place)

    def show_clocks(self, event: Event) -> None:
        """Show the times of day of an event, whose days are left open."""
        for row, slot in zip(self.rows, event.slots, strict=True):
            if slot.local_start and slot.local_end:
                row.show_clocks(slot.local_start, slot.local_end)

    def renew_key(self) -> None:
        self.key.data = new_form_key()

    @property
    def rows(self) -> list[SessionRow]:
        return [cast(SessionRow, entry.form) for entry in self.sessions]

    def change_rows(self, pressed: Any) -> bool:
        """Add or take away a session if that is the button that was pressed; nothing typed is lost."""
        if "add" in pressed and len(self.sessions) < MOST_SESSIONS:
            self._add()
            self.focus = f"sessions-{len(self.sessions) - 1}-title"
        elif (number := text.number(pressed.get("remove"), digits=2)) is not None:
            if 1 <= number <= len(self.sessions) and len(self.sessions) > 1:
                self.sessions.pop_entry(number - 1)
            self.focus = "add"
        return "add" in pressed or "remove" in pressed

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape of everything, school and place included."""
        checks = [super().validate(extra_validators), self.check_words(), self._has_place()]
        checks += [row.check(number) for number, row in enumerate(self.rows, 1)]
        self.sessions.errors = [entry.errors for entry in self.sessions if entry.errors]
        return all(checks)

    def plan(self, *, at: datetime, before: Event | None = None) -> Plan | None:
        """Answer what the form plans; None where something is wrong, which is then said at its field."""
        is_right, today = self.validate(), at.astimezone(ZoneInfo(LONDON)).date()
        first = self._where(self.venue.data or "")
        sessions = tuple(row.session(*self._of_row(row, first), today) for row in self.rows)
        zone = sessions[0].zone if sessions else LONDON
        self._close_as_usual(sessions, zone, at)
        plan = Plan(
            self.title.data or "",
            self._count(self.capacity, "Enter how many places there are, in figures") or 0,
            self._count(self.max_per_school, "Enter how many, in figures, or leave it empty"),
            sessions,
            self.words(zone, today),
        )
        wrong = [(name, said) for name, said in plan.faults(at, before) if not self._field(name).errors]
        is_right = self.show_faults(iter(wrong)) and is_right and not self._has_errors()
        if len(self.rows) > 1:
            for number, row in enumerate(self.rows, 1):
                row.name_errors(number)
        self.sessions.errors = [entry.errors for entry in self.sessions if entry.errors]
        return plan if is_right else None

    def _of_row(self, row: SessionRow, first: Where | None) -> tuple[Where | None, str]:
        where = self._where(row.where.data) if row.where.data in self.venues else first
        if isinstance(where, Known):
            return where, self.venues[str(where.venue_id)].zone
        return where, where.zone if isinstance(where, Elsewhere) else LONDON

    def _where(self, chosen: str) -> Where | None:
        if chosen == AT_SCHOOL:
            return AtSchool(self.chosen_urn) if self.chosen_urn else None
        if chosen == ELSEWHERE:
            names = (self.place_name, self.place_street, self.place_town, self.place_postcode)
            return Elsewhere(*(field.data or "" for field in names), self.place_zone.data or LONDON)
        return Online() if chosen == ONLINE else Known(int(chosen)) if chosen in self.venues else None

    def _close_as_usual(self, sessions: tuple[Session, ...], zone: str, at: datetime) -> None:
        """Fill in when booking closes, where nobody says it and the day is known."""
        start = min((one.starts_at for one in sessions if one.starts_at), default=None)
        if start is None or text.one_line(self.closes_day.data) or text.one_line(self.closes_time.data):
            return
        day = (start.astimezone(ZoneInfo(zone)) - CLOSES_BEFORE).date()
        if wall_clock.instant(day, CLOSES_AT, zone) > at:
            self.closes_day.data, self.closes_time.data = when.day_words(day), when.clock_words(CLOSES_AT)
        else:
            text.say(self.closes_day, "Enter when booking closes: four days before is past")

    def _count(self, field: Field, sentence: str) -> int | None:
        typed = text.one_line(field.data)
        if not typed and field is self.max_per_school:
            return None
        if (number := text.number(typed, digits=6)) is None:
            text.say(field, sentence)
        return number

    def _has_place(self) -> bool:
        if (self.venue.data or "") not in {value for value, *_ in self.venue.choices}:
            return text.say(self.venue, "Choose where it is")
        if self.venue.data != ELSEWHERE:
            return True
        name = "Enter the name of the place"
        checks = [
            text.check_line(self.place_name, "the name", most=200, empty=name),
            text.check_line(self.place_street, "the street", most=200),
            text.check_line(self.place_town, "the town", most=100),
            text.check_line(self.place_postcode, "the postcode", most=10),
        ]
        if self.place_zone.data not in ZONES:
            checks.append(text.say(self.place_zone, "Choose UK time or Shanghai time"))
        return all(checks)

    def _has_school(self) -> bool:
        return self.venue.data != AT_SCHOOL or super()._has_school()

    @property
    def _say_more(self) -> str:
        return "Type the school’s name and town, or its postcode, or choose “Another place” above"

    def _field(self, name: str) -> Field:
        if name.startswith("sessions-"):
            number, part = name.removeprefix("sessions-").split("-")
            return self.rows[int(number)][part]
        return super()._field(name)

    def _has_errors(self) -> bool:
        return any(field.errors for row in self.rows for field in row) or any(
            field.errors for field in self if field is not self.sessions
        )

    def _add(self) -> SessionRow:
        self.sessions.append_entry()
        row = self.rows[-1]
        self.prepare_row(row)
        return row
