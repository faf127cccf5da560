"""The form that books places: who books, from which school, and who comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self, cast

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)

from booking.domain import people, places
from booking.domain.people import LONGEST_NAME, Person
from booking.domain.places import MOST_AT_ONCE, Guest, Party
from booking.web import text
from booking.web.rows import Rows
from booking.web.school_field import SchoolFields

OUT_OF_DATE = "This form was out of date. Check it and send it again."
LONGEST_NEEDS = 2000
LONGEST_ANSWER = 500
LONGEST_SCHOOL = 200


class Colleague(Form):
    """One more person who comes."""

    name = StringField("Name")
    email = EmailField("E-mail address")
    job = StringField("Role")

    @property
    def is_blank(self) -> bool:
        return not any(text.one_line(field.data) for field in self)

    def called(self, number: int) -> str:
        """The name, or which colleague it is, counted from 1."""
        return text.one_line(self.name.data) or f"colleague {number}"


class BookingForm(SchoolFields, FlaskForm):
    """Ask for a party. Somebody signed in is not asked for an address: hers is proven already."""

    key = HiddenField()
    name = StringField("Your name")
    email = EmailField("Your e-mail address")
    job = StringField("Your role")
    coming = BooleanField("I am coming myself", default=True)
    colleagues = Rows(FormField(Colleague), max_entries=MOST_AT_ONCE)
    needs = TextAreaField("Anything you need on the day?")
    answer = TextAreaField()

    booker: Person | None = None
    focus: str = ""
    """The field in which typing goes on after a row was added or taken away."""

    @classmethod
    def for_(cls, booker: Person | None) -> Self:
        """Answer the form as it was sent, or new; filled in with what somebody signed in told before."""
        form = cls()
        if booker is None:
            return form
        form.booker = booker
        del form.email
        if not form.is_submitted():
            form.name.data = "" if booker.is_unnamed else booker.name
            form.job.data = booker.job
            form.show_school(booker.school, booker.unlisted_school)
        return form

    @classmethod
    def of(cls, party: Party, booker: Person | None) -> Self:
        """Answer a new form that is filled in with what was typed for an earlier one."""
        form = cls.for_(booker)
        form.show_party(party)
        return form

    def show_party(self, party: Party) -> None:
        own = party.booker.email
        self.name.data, self.job.data = party.booker.name, party.booker.job
        if self.booker is None:
            self.email.data = own
        self.coming.data = own in [guest.email for guest in party.guests]
        for guest in party.guests:
            if guest.email != own:
                self.colleagues.append_entry({"name": guest.name, "email": guest.email, "job": guest.job})
        self.needs.data, self.answer.data = party.needs, party.answer

    def renew_key(self) -> None:
        self.key.data = places.new_form_key()

    @property
    def has_sound_key(self) -> bool:
        return re.fullmatch(r"[A-Za-z0-9_-]{16,64}", self.key.data or "") is not None

    @property
    def rows(self) -> list[Colleague]:
        return [cast(Colleague, entry.form) for entry in self.colleagues]

    @property
    def filled_rows(self) -> list[Colleague]:
        return [row for row in self.rows if not row.is_blank]

    @property
    def party_size(self) -> int:
        return len(self.filled_rows) + bool(self.coming.data)

    @property
    def own_address(self) -> str:
        return str(self.booker.email) if self.booker else self.email.data or ""

    @property
    def has_lost_its_sign_in(self) -> bool:
        """It was shown to somebody signed in, who is so no longer: it never asked for an address."""
        return self.is_submitted() and self.booker is None and self.email.raw_data == []

    def change_rows(self, pressed: Any) -> bool:
        """Add or take away a colleague's row if that is the button that was pressed; nothing typed is lost."""
        if "add" not in pressed and "remove" not in pressed:
            return False
        super().validate()  # finds the school that was picked, so that it is not asked again
        self._forget_errors()
        if "add" in pressed and len(self.colleagues) < MOST_AT_ONCE:
            self.colleagues.append_entry()
            self.focus = f"colleagues-{len(self.colleagues) - 1}-name"
        elif "add" not in pressed:
            self._remove(pressed["remove"])
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape of everything. Truth (places left, nobody twice) is for the domain."""
        is_right = bool(super().validate(extra_validators))
        checks = [self._has_booker(), *self._have_colleagues(), self._has_rest(), self._nobody_stands_here_twice()]
        self.colleagues.errors = [entry.errors for entry in self.colleagues if entry.errors]
        return is_right and all(checks)

    def party(self) -> Party:
        """Answer what a checked form asks for."""
        booker = Guest(self.name.data or "", self.own_address, self.job.data or "")
        with_her = [Guest(row.name.data or "", row.email.data or "", row.job.data or "") for row in self.filled_rows]
        return Party(
            booker=booker,
            guests=(*([booker] if self.coming.data else []), *with_her),
            school_urn=self.chosen_urn,
            unlisted_school=self.unlisted_name,
            needs=self.needs.data or "",
            answer=self.answer.data or "",
        )

    def _has_booker(self) -> bool:
        name, job = f"{self.whose} name", f"{self.whose} role"
        checks = [text.check_line(self.name, name, most=LONGEST_NAME, empty=f"Enter {name}")]
        if self.booker is None:
            checks.append(text.check_address(self.email, self.whose))
        checks.append(text.check_line(self.job, job, most=LONGEST_NAME))
        if self.unlisted.data and not self.unlisted_school.errors:
            checks.append(
                text.check_line(
                    self.unlisted_school,
                    "where you work" if self.whose == "your" else "where they work",
                    most=LONGEST_SCHOOL,
                )
            )
        if not self.coming.data and not self.filled_rows:
            checks.append(text.say(self.coming, f"Tick “{self.coming.label.text}” or add a colleague"))
        return all(checks)

    def _have_colleagues(self) -> Iterator[bool]:
        for number, row in enumerate(self.rows, 1):
            if row.is_blank:
                continue
            who = text.one_line(row.name.data).partition(" ")[0][:40] or row.called(number)
            yield text.check_line(row.name, f"{who}’s name", most=LONGEST_NAME, empty=f"Enter {who}’s name")
            yield text.check_address(row.email, f"{who}’s")
            yield text.check_line(row.job, f"{who}’s role", most=LONGEST_NAME)

    def _has_rest(self) -> bool:
        needs = text.check_lines(self.needs, "what you need on the day", most=LONGEST_NEEDS)
        return text.check_lines(self.answer, "your answer", most=LONGEST_ANSWER) and needs

    def _nobody_stands_here_twice(self) -> bool:
        """Everybody is told at their own address, so everybody needs one; those that are wrong anyway are left out."""
        seen: dict[str, str | None] = {}
        if self.own_address and not (self.booker is None and self.email.errors):
            seen[people.normalise(self.own_address)] = None
        is_right = True
        for number, row in enumerate(self.rows, 1):
            if row.is_blank or row.email.errors:
                continue
            address = people.normalise(row.email.data or "")
            if address in seen:
                whose = f"{first}’s" if (first := seen[address]) else f"{self.whose}s"
                sentence = f"Enter {row.called(number)}’s own e-mail address: this one is {whose}"
                is_right = text.say(row.email, sentence)
            seen.setdefault(address, row.called(number))
        return is_right

    def _remove(self, pressed: str) -> None:
        number = text.number(pressed, digits=2) or 0
        if 1 <= number <= len(self.colleagues):
            self.colleagues.pop_entry(number - 1)
        self.focus = "add"

    def _forget_errors(self) -> None:
        fields: list[Field] = [*self, *(field for row in self.rows for field in row)]
        for field in fields:
            field.errors = []


TOGETHER = [
    SelectChoice("any", "Any of us: each is offered a place as soon as one is free for them"),
    SelectChoice("all", "All together or not at all: we are offered places when enough are free at once"),
]


class WaitingForm(BookingForm):
    """The same for the waiting list, where a party says whether it comes together."""

    together = RadioField("If places come free one by one", choices=TOGETHER, default="any", validate_choice=False)

    @property
    def is_several(self) -> bool:
        """It makes a booking for each of the party."""
        return self.party_size > 1 and self.together.data != "all"

    def show_party(self, party: Party) -> None:
        super().show_party(party)
        self.together.data = "all" if party.together else "any"

    def party(self) -> Party:
        return replace(super().party(), together=self.together.data == "all")


class PhoneForm(BookingForm):
    """The same, filled in by an organiser for somebody who phoned; the address is taken as it is told."""

    whose = "their"

    @classmethod
    def ask(cls) -> PhoneForm:
        form = cls()
        form.name.label.text, form.email.label.text, form.job.label.text = "Name", "E-mail address", "Role"
        form.school.label.text = "School"
        form.unlisted.label.text = "They are not at a listed school"
        form.unlisted_school.label.text = "Where do they work?"
        form.school_choice.label.text = "Which of these is their school?"
        form.coming.label.text = "They are coming themselves"
        form.needs.label.text = "Anything they need on the day?"
        return form


OF_THEM = [
    SelectChoice("any", "Any of them: each is offered a place as soon as one is free for them"),
    SelectChoice("all", "All together or not at all: they are offered places when enough are free at once"),
]


class PhoneWaitingForm(PhoneForm, WaitingForm):
    """Somebody who phoned, for the waiting list."""

    together = RadioField("If places come free one by one", choices=OF_THEM, default="any", validate_choice=False)
