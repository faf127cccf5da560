"""The people of a hub: who runs it, leads its events and hosts its days; inviting them, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField

from booking.db import db, transaction
from booking.domain import access, events, roles
from booking.domain.errors import BadInput
from booking.domain.people import LONGEST_NAME, Hub, Person, Role, RoleName
from booking.domain.roles import LastAdministrator
from booking.web import again, organised, text
from booking.web.rules import may
from booking.web.school_field import SchoolFields
from booking.web.session import me, now

bp = Blueprint("people", __name__, url_prefix="/desk/hubs/<slug>/people")
again.init_blueprint(bp, invite="index")

NAMED_BY_ORGANISERS = (RoleName.LEAD, RoleName.HOST)
TO_DO = {
    RoleName.ADMINISTRATOR: "Administrator: looks after the hub and its people",
    RoleName.ORGANISER: "Organiser: puts events up and books for people who phone",
    RoleName.LEAD: "Lead of an event",
    RoleName.HOST: "Host of the days at a school",
    RoleName.ANALYST: "Analyst: reads numbers, without names",
}


class InviteForm(SchoolFields, FlaskForm):
    """Who is invited, to what; for a lead the event, for a host the school."""

    name = StringField("Name")
    email = EmailField("E-mail address")
    role = SelectField("What they are to do", validate_choice=False)
    event = SelectField("Which event?", validate_choice=False)

    whose = "the"

    @classmethod
    def of(cls, hub: Hub, person: Person) -> InviteForm:
        form = cls()
        administers = access.may_administer(person, hub.id)
        given = list(RoleName) if administers else NAMED_BY_ORGANISERS
        form.role.choices = [(one.value, TO_DO[one]) for one in given]
        coming = db.session.scalars(events.to_come(events.of_hub(hub.id), now())).all()
        form.event.choices = [("", "None"), *[(str(one.id), one.title) for one in coming]]
        form.school.label.text = "Which school?"
        form.school_choice.label.text = "Which of these is the school?"
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        checks = [
            super().validate(extra_validators),
            text.check_line(self.name, "their name", most=LONGEST_NAME, empty="Enter their name"),
            text.check_address(self.email, "their"),
        ]
        if self.role.data not in [value for value, _ in self.role.choices]:
            checks.append(text.say(self.role, "Choose what they are to do"))
        if self.role.data == RoleName.LEAD and self.event.data not in [value for value, _ in self.event.choices[1:]]:
            checks.append(text.say(self.event, "Choose the event that they lead"))
        return all(checks)

    def reach(self, hub: Hub) -> dict[str, int | None]:
        """Answer how far the role goes."""
        event_id = int(self.event.data) if self.role.data == RoleName.LEAD else None
        urn = self.chosen_urn if self.role.data == RoleName.HOST else None
        return {"hub_id": hub.id, "event_id": event_id, "school_urn": urn}

    @property
    def _say_more(self) -> str:
        return "Type the school’s name and town, or its postcode"

    def _has_school(self) -> bool:
        return self.role.data != RoleName.HOST or super()._has_school()


class ChangeForm(FlaskForm):
    """Another role instead."""

    role = SelectField("Role", validate_choice=False)


@bp.get("")
@may(access.is_organiser)
def index(slug: str) -> Any:
    """Show who has which role in the hub, and the form that invites."""
    hub = organised.hub(slug)
    return _page(hub, InviteForm.of(hub, me()), problem=g.get("notice", ""))


@bp.post("")
@may(access.is_organiser)
def invite(slug: str) -> Any:
    """Give somebody a role and tell them by mail."""
    hub = organised.hub(slug)
    form = InviteForm.of(hub, me())
    if not form.validate():
        return _page(hub, form, status=422)
    name, email, reach = form.name.data or "", form.email.data or "", form.reach(hub)
    try:
        with transaction():
            roles.invite(email, name, form.role.data, **reach, by=me(), at=now())
    except BadInput as refusal:
        return _page(hub, form, problem=str(refusal), status=422)
    flash(f"{name} is invited. We have written to {email}.")
    return redirect(url_for("people.index", slug=slug), code=303)


@bp.post("/<int(max=2147483647):role_id>")
@may(access.is_organiser)
def change(slug: str, role_id: int) -> Any:
    """Give somebody another role in the hub instead."""
    hub, role = organised.hub(slug), ChangeForm().role.data or ""
    return _act(hub, lambda: roles.change(role_id, role, hub_id=hub.id, by=me(), at=now()), "The role is changed.")


@bp.post("/<int(max=2147483647):role_id>/end")
@may(access.is_organiser)
def end(slug: str, role_id: int) -> Any:
    """End a role; it counts from their next request."""
    hub = organised.hub(slug)
    return _act(hub, lambda: roles.end(role_id, hub_id=hub.id, by=me(), at=now()), "The role has ended.")


def _act(hub: Hub, verb: Callable[[], Role], said: str) -> Any:
    slug = hub.slug
    try:
        with transaction():
            who = verb().person.name
    except (LastAdministrator, BadInput) as refusal:
        return _page(organised.hub(slug), InviteForm.of(organised.hub(slug), me()), problem=str(refusal), status=409)
    flash(f"{said} We have written to {who}.")
    return redirect(url_for("people.index", slug=slug), code=303)


def _page(hub: Hub, form: InviteForm, *, problem: str = "", status: int = 200) -> Any:
    held = db.session.scalars(roles.of_hub(hub.id)).all()
    titles = events.titles({role.event_id for role in held if role.event_id})
    facts = {"hub": hub, "held": held, "titles": titles, "administers": access.may_administer(me(), hub.id)}
    return render_template("people/index.html", form=form, problem=problem, OF_HUBS=roles.OF_HUBS, **facts), status
