"""`flask hubs`: the hubs that run events."""

from __future__ import annotations

import re

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from booking.db import db, transaction
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
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        raise click.ClickException("The short name is of small letters, figures and single hyphens, at most 60.")
    try:
        sound = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.ClickException(str(error)) from error
    with transaction():
        if db.session.scalar(select(Hub).where(Hub.slug == slug)):
            raise click.ClickException(f"There is a hub {slug} already.")
        db.session.add(Hub(slug=slug, name=name[:120], email=sound, area=area[:200], phone=phone[:40]))
    click.echo(f"{name} is added, as {slug}.")


@group.command("list")
def list_() -> None:
    """Show all hubs."""
    found = db.session.scalars(select(Hub).order_by(Hub.slug)).all()
    for hub in found:
        click.echo(f"{hub.slug}\t{hub.name}\t{hub.email}")
    if not found:
        click.echo("There is no hub yet. Begin with:  flask hubs add SLUG NAME EMAIL")


def hub_of(slug: str) -> Hub:
    """Answer the hub of this short name; a command ends with the names there are if there is none."""
    found = db.session.scalar(select(Hub).where(Hub.slug == slug))
    if found is None:
        known = ", ".join(db.session.scalars(select(Hub.slug).order_by(Hub.slug))) or "none yet"
        raise click.ClickException(f"There is no hub {slug}. The hubs are: {known}.")
    return found
