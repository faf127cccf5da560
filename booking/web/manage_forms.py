"""The forms with which a booking is changed."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField

from booking.domain.people import LONGEST_NAME
from booking.domain.places import Guest
from booking.web import text
from booking.web.booking_form import LONGEST_NEEDS

LONGEST_REASON = 300


class CancelForm(FlaskForm):
    """A button, and close to the event the reason."""

    reason = StringField("Why can you not come?")

    @classmethod
    def ask(cls, *, is_own: bool) -> CancelForm:
        form = cls()
        if not is_own:
            form.reason.label.text = "Why can they not come?"
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and text.check_line(
            self.reason, "the reason", most=LONGEST_REASON
        )


class SwapForm(FlaskForm):
    """The colleague who comes instead."""

    name = StringField("Your colleague’s name")
    email = EmailField("Their e-mail address")
    job = StringField("Their role")

    whose = "your"

    @classmethod
    def ask(cls, *, is_own: bool) -> SwapForm:
        form = cls()
        if not is_own:
            form.whose, form.name.label.text = "the", "The colleague’s name"
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        whose = f"{self.whose} colleague’s"
        checks = [
            super().validate(extra_validators),
            text.check_line(self.name, f"{whose} name", most=LONGEST_NAME, empty=f"Enter {whose} name"),
            text.check_address(self.email, whose),
            text.check_line(self.job, f"{whose} role", most=LONGEST_NAME),
        ]
        return all(checks)

    def guest(self) -> Guest:
        return Guest(self.name.data or "", self.email.data or "", self.job.data or "")


class NeedsForm(FlaskForm):
    """What the party needs on the day."""

    needs = TextAreaField("What do you need on the day?")

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        return text.check_lines(self.needs, "what you need", most=LONGEST_NEEDS) and is_right
