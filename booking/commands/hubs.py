"""`flask hubs`: the hubs that run events."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from booking import clock
from booking.db import db, transaction
from booking.domain import hubs
from booking.domain.errors import Refused
from booking.domain.people import Hub

group = AppGroup("hubs", help="The hubs that run events.")


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command()
@click.argument("slug")
@click.argument("name")
@click.argument("email")
@click.option("--area", default="", help="Where its schools are, in words.")
@click.option("--phone", default="")
def add(slug: str, name: str, email: str, area: str, phone: str) -> None:
    """Add a hub: SLUG is its short name in addresses, like wharfedale."""
    try:
        sound = validate_email(email, check_deliverability=False).normalized
        with transaction():
            hubs.add(slug, name, sound, area=area, phone=phone, at=clock.now())
    except (EmailNotValidError, Refused) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{name} is added, as {slug}.")


@group.command("list")
def list_() -> None:
    """Show all hubs."""
    found = db.session.scalars(select(Hub).order_by(Hub.slug)).all()
    for hub in found:
        click.echo(f"{hub.slug}\t{hub.name}\t{hub.email}")
    if not found:
        click.echo("There is no hub yet. Begin with:  flask hubs add SLUG NAME EMAIL")
