"""`flask outbox`: what is promised by mail, and what an operator does about what does not go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from booking import clock, wording
from booking.db import db, transaction
from booking.domain import messages
from booking.domain.errors import Refused

group = AppGroup("outbox", help="Mail that is due, late, failed or sent.")
STANDINGS = click.Choice(["failed", "late", "due", "later", "sent", "cancelled"])


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("list")
@click.option("--standing", type=STANDINGS, default="failed", help="How the messages stand; failed, if not said.")
@click.option("--kind", default="", help="Only messages of this kind, like places_booked.")
@click.option("--most", type=click.IntRange(1, 1000), default=50, help="How many at most.")
def list_(standing: str, kind: str, most: int) -> None:
    """Show messages, the newest first: number, kind, when it is due, tries, whom it is for, and what went wrong."""
    at = clock.now()
    found = db.session.scalars(messages.listed(standing, at=at, kind=kind).limit(most)).all()
    for one in found:
        due = f"{one.due_at:%Y-%m-%d %H:%M}"
        whom = wording.masked(one.to_address or "")
        click.echo(f"{one.id}\t{one.kind}\t{due}\t{wording.count(one.tries, 'try', 'tries')}\t{whom}\t{one.trouble}")
    if not found:
        click.echo(f"No message is {standing}.")


@group.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
def retry(numbers: tuple[int, ...]) -> None:
    """Make messages due again that failed or were cancelled."""
    _each(numbers, messages.retry, "is due again")


@group.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
def cancel(numbers: tuple[int, ...]) -> None:
    """End messages that have not been sent: they are not tried again."""
    _each(numbers, messages.cancel, "is cancelled")


def _each(numbers: tuple[int, ...], verb: Callable[..., Any], what: str) -> None:
    at: datetime = clock.now()
    refusals = 0
    for number in numbers:
        try:
            with transaction():
                verb(number, by=None, at=at)
            click.echo(f"Message {number} {what}.")
        except Refused as refusal:
            refusals += 1
            click.echo(f"Message {number}: {refusal}", err=True)
    if refusals:
        raise click.ClickException(f"{wording.count(refusals, 'message')} not changed.")
