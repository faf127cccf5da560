"""The school question of a form: picked from suggestions with JavaScript, typed and chosen from a list without.

In a form, `class BookingForm(SchoolFields, FlaskForm)` (in this order); after `form.validate()` the answer is
`form.chosen_urn` or `form.unlisted_name`. In its template, `school_picker(form)` and, in the head,
`school_picker_head()` from `_macros/school.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import BooleanField, Field, Form, RadioField, StringField
from wtforms.validators import Length

from booking.domain import schools
from booking.domain.schools import School

MOST_MATCHES = 20
NONE_OF_THESE = "none"


class SchoolFields(Form):
    """The fields of the question, for any form to inherit before `FlaskForm`."""

    school = StringField("Your school", [Length(max=200, message="Shorten your school’s name")])
    # Both are hidden on the page. They are no HiddenFields, so that `hidden_tag()` leaves them to the picker's macro.
    school_urn = StringField()
    school_asked = StringField()
    """The text that the radio buttons were found for: once it is edited, they count no longer."""
    school_choice = RadioField("Which of these is your school?", choices=[], validate_choice=False)
    unlisted = BooleanField("I’m not at a listed school")
    unlisted_school = StringField("Where do you work?", [Length(max=200, message="Shorten where you work")])

    whose: ClassVar[str] = "your"
    """Whose form it is, in its sentences: somebody's own, or "their" where it is filled in for somebody else."""
    chosen_urn: int | None = None
    """The school's number, after a `validate()` that was right; None for somebody at no listed school."""
    unlisted_name: str = ""
    """Where somebody at no listed school works; it may be empty."""
    matches: Sequence[School] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the form and find the school. Without one, an error stands at `school` or at `school_choice`."""
        is_right = bool(super().validate(extra_validators))
        return self._has_school() and is_right

    @property
    def choice_hint(self) -> str:
        if len(self.matches) < MOST_MATCHES:
            return "If yours is not here, change what you typed above"
        return f"These are the first {MOST_MATCHES}. If yours is not here, add its town or postcode above"

    def show_school(self, school: School | None, unlisted: str = "") -> None:
        """Fill the question in before the form is first shown: what somebody answered last time."""
        if school:
            self.school.data, self.school_urn.data = school.label, str(school.urn)
        elif unlisted:
            self.unlisted.data, self.unlisted_school.data = True, unlisted

    def show_answer(self, school: School | None, unlisted: str) -> None:
        """Fill the question in as it was answered: whoever named no school is at no listed one."""
        self.school.data = self.school_urn.data = ""
        self.unlisted.data = school is None
        self.show_school(school, unlisted)

    @property
    def _choose(self) -> str:
        return f"Choose {self.whose} school from the list"

    @property
    def _say_more(self) -> str:
        tick = self.unlisted.label.text
        return f"Type {self.whose} school’s name and town, or its postcode, or tick “{tick}”"

    def _has_school(self) -> bool:
        self.chosen_urn, self.unlisted_name, self.matches = None, "", ()
        if self.unlisted.data:
            self.unlisted_name = _text(self.unlisted_school)
            return not self.unlisted_school.errors
        if self.school.errors:
            return False
        found = self._picked() or schools.named(_text(self.school))
        if found is None:
            self._ask_again()
            return False
        self.chosen_urn = found.urn
        self.show_school(found)
        return True

    def _picked(self) -> School | None:
        """Answer the radio button's school, or the suggestion's; neither counts once the text says something else."""
        typed = _text(self.school)
        if typed == _text(self.school_asked) and (found := schools.numbered(self.school_choice.data or "")):
            return found
        suggested = schools.numbered(_text(self.school_urn))
        return suggested if suggested and typed in ("", suggested.label) else None

    def _ask_again(self) -> None:
        typed, had_none = _text(self.school), self.school_choice.data == NONE_OF_THESE
        is_same = typed == _text(self.school_asked)
        self.school_urn.data, self.school_choice.data = "", None
        if not typed:
            return _say(self.school, self._choose)
        if had_none and is_same:
            return _say(self.school, self._say_more)
        self.matches = schools.search(typed, limit=MOST_MATCHES)
        if not self.matches:
            return _say(self.school, f"We found no school for “{typed}”. {self._say_more}")
        self.school_asked.data = typed
        self._offer()
        return _say(self.school_choice, self._choose)

    def _offer(self) -> None:
        choices = [(str(match.urn), match.label) for match in self.matches]
        self.school_choice.choices = [*choices, (NONE_OF_THESE, "None of these")]
        if len(choices) == 1:
            self.school_choice.label.text = f"Is this {self.whose} school?"


def _text(field: Field) -> str:
    return " ".join((field.data or "").split())


def _say(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]
