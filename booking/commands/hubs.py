"""`flask hubs`: the hubs that run events."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from booking import clock
from booking.db import db, transaction
from booking.domain import hubs
from booking.domain.errors import BadInput, Refused
from booking.domain.people import Hub
from booking.domain.schools.words import plain

COLUMNS = {"name", "slug", "email", "aliases", "area", "phone", "website", "controller"}
COLUMNS |= {"protection_officer", "protection_email", "calendar_name"}

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


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def import_(file: Path) -> None:
    """Add and change the hubs of FILE, a CSV with the columns name and email, and any of slug, aliases (separated by
    semicolons), area, phone, website, controller, protection_officer, protection_email and calendar_name.

    All of it or nothing; a hub that is not in FILE stays as it is, and so does what an absent column would say.
    """
    try:
        rows = list(_rows(file))
        with transaction():
            done = Counter(_bring(number, row) for number, row in rows)
    except (Refused, UnicodeDecodeError, csv.Error) as refusal:
        raise click.ClickException(f"{file.name} cannot be imported; nothing was changed. {refusal}") from refusal
    click.echo(f"{file.name}: " + ", ".join(f"{done[word]} {word}" for word in ("new", "changed", "unchanged")))


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Answer the rows with their numbers as a spreadsheet shows them. Raises `BadInput` for a header that is none."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text, strict=True)
        header = lines.fieldnames or []
        if not {"name", "email"} <= set(header) or set(header) - COLUMNS:
            others = ", ".join(sorted(COLUMNS - {"name", "email"}))
            raise BadInput(f"Its first line names the columns: name, email, and any of {others}.")
        for number, row in enumerate(lines, 2):
            yield number, {name: (value or "").strip() for name, value in row.items() if name in COLUMNS}


def _bring(number: int, row: dict[str, str]) -> str:
    try:
        return hubs.bring(_facts(row), at=clock.now())
    except (EmailNotValidError, BadInput) as refusal:
        raise BadInput(f"Row {number}: {refusal}") from refusal


def _facts(row: dict[str, str]) -> dict[str, Any]:
    """Answer what a row says, in the shape that a hub keeps. Raises `BadInput`, `EmailNotValidError`."""
    facts: dict[str, Any] = {**row, "slug": row.get("slug") or _slug(row["name"])}
    for name in ("email", "protection_email"):
        if facts.get(name):
            facts[name] = validate_email(facts[name], check_deliverability=False).normalized
    if not facts["name"]:
        raise BadInput("Give the hub a name.", "name")
    if not facts["email"]:
        raise BadInput("Give the hub an e-mail address.", "email")
    if "aliases" in facts:
        facts["aliases"] = [alias for part in row["aliases"].split(";") if (alias := part.strip())]
    if facts.get("website") and not facts["website"].startswith("https://"):
        raise BadInput("A website begins with https://.", "website")
    return facts


def _slug(name: str) -> str:
    """Answer the short name: "tamar-moor" for Tamar Moor Maths Hub."""
    return plain(name.removesuffix(" Maths Hub")).replace(" ", "-")


@group.command("list")
def list_() -> None:
    """Show all hubs."""
    found = db.session.scalars(select(Hub).order_by(Hub.slug)).all()
    for hub in found:
        click.echo(f"{hub.slug}\t{hub.name}\t{hub.email}")
    if not found:
        click.echo("There is no hub yet. Begin with:  flask hubs add SLUG NAME EMAIL")
