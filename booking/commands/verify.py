"""`flask verify`: recounts what the rules promise."""

from __future__ import annotations

import click
from flask import Flask

from booking import clock
from booking.domain import verify as checks


def init_app(app: Flask) -> None:
    app.cli.add_command(verify)


@click.command()
def verify() -> None:
    """Ask the database whether every rule holds, and name what breaks one. Nothing is changed."""
    found = checks.broken(at=clock.now())
    for sentence in found:
        click.echo(sentence)
    if found:
        raise click.ClickException(f"{len(found)} things break a rule.")
    click.echo(f"All {len(checks.CHECKS)} checks hold.")
