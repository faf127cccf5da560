"""`flask people`: the first administrator, and who may do what."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from booking import clock
from booking.db import db, transaction
from booking.domain import erasing, hubs, people, roles
from booking.domain.errors import NotFound, Refused
from booking.domain.people import Person, Role
from booking.wording import count

group = AppGroup("people", help="Who may do what.")
ROLES = click.Choice(["administrator", "organiser", "analyst"])


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command()
@click.argument("address")
@click.option("--name", default="", help="What they are called, until they say it themselves.")
@click.option("--role", type=ROLES, required=True)
@click.option("--hub", default="", help="The short name of a hub; without it, the role is for all hubs.")
def invite(address: str, name: str, role: str, hub: str) -> None:
    """Give somebody a role and tell them by mail. They sign in with a code, so there is no password to pass on."""
    try:
        sound = validate_email(address, check_deliverability=False).normalized
        with transaction():
            hub_id = hubs.named(hub).id if hub else None
            roles.invite(sound, name.strip(), role, hub_id=hub_id, by=None, at=clock.now())
    except (EmailNotValidError, Refused) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{sound} is {role} of {hub or 'all hubs'}. A mail tells them so; they sign in with a code.")


@group.command("take-away")
@click.argument("address")
@click.option("--role", type=ROLES, required=True)
@click.option("--hub", default="")
def take_away(address: str, role: str, hub: str) -> None:
    """End somebody's role; it counts from their next request."""
    try:
        with transaction():
            person = people.with_address(address)
            if person is None:
                raise NotFound(f"Nobody is known by {address}.")
            roles.take_away(person, role, hub_id=hubs.named(hub).id if hub else None, by=None, at=clock.now())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{address} is no longer {role} of {hub or 'all hubs'}.")


@group.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(address: str, yes: bool) -> None:
    """Forget who somebody is, at once and for good: no name, no address, no place at an event to come."""
    try:
        person = people.with_address(address)
        if person is None:
            raise NotFound(f"Nobody is known by {address}.")
        if not yes:
            click.confirm(
                f"Forget person {person.id} for good? Their places at events to come are given up", abort=True
            )
        with transaction():
            erasing.erase(person.id, by=None, at=clock.now())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Person {person.id} is forgotten. Keep  flask people erased  with your backups.")


@group.command()
@click.option("--months", type=click.IntRange(1, 600), required=True)
def unused(months: int) -> None:
    """Print by number whom nothing has concerned for so long: whom the worker would forget (PEOPLE_KEPT_MONTHS)."""
    found = erasing.unused(months=months, at=clock.now())
    for person_id in found:
        click.echo(person_id)
    click.echo(f"{count(len(found), 'person', 'people')} would be forgotten.", err=True)


@group.command()
def erased() -> None:
    """Print who was erased, by number, for `flask restore --erasures`: a backup knows only those before it."""
    for one in erasing.erasures():
        click.echo(one)


@group.command("list")
def list_() -> None:
    """Show everybody who has a role."""
    having = select(Person).where(Person.id.in_(select(Role.person_id).where(Role.ended_at.is_(None))))
    found = db.session.scalars(having.options(selectinload(Person.roles)).order_by(Person.id)).all()
    for person in found:
        held = ", ".join(f"{role.name} of {role.hub.slug if role.hub else 'all hubs'}" for role in person.roles)
        click.echo(f"{person.id}\t{person.email or 'erased'}\t{held}")
    if not found:
        click.echo("Nobody has a role yet. Begin with:  flask people invite ADDRESS --role administrator")
