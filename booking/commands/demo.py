"""`flask demo`: what the demo needs, and an installation in use never does."""

from __future__ import annotations

import signal
import threading

import click
from flask import Flask, current_app

from booking import clock
from booking.db import transaction
from booking.demo import loading, people
from booking.demo import mailbox as box


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)


@click.group()
def demo() -> None:
    """Invented hubs, schools and events, and a mailbox to read the mail in."""


@demo.command()
def load() -> None:
    """Fill an empty database with an invented school year around today; a second time changes nothing."""
    _must_be_a_demo()
    with transaction():
        if loading.is_loaded():
            click.echo("The demo is loaded already. Nothing was changed.")
            return
        made = loading.load(at=clock.now())
    click.echo("Loaded " + ", ".join(f"{number} {word}" for word, number in made.items()) + ".")


@demo.command("people")
def people_() -> None:
    """Say who can be signed in as."""
    _must_be_a_demo()
    click.echo("Sign in as one of these; the code comes to the mailbox page:")
    for known in people.NAMED:
        click.echo(f"  {known.email:<32} {known.name}, {known.shows}")


@demo.command()
@click.option("--port", type=int, required=True, help="Where to listen, on this machine only.")
def mailbox(port: int) -> None:
    """Take all mail and keep it for the mailbox page, until SIGTERM."""
    folder = current_app.config["SETTINGS"].mailbox
    if folder is None:
        raise click.ClickException("The mailbox is for MODE=demo with MAILBOX_DIR.")
    told = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: told.set())
    with box.listening(folder, port):
        told.wait()


def _must_be_a_demo() -> None:
    """Invented people have no business in an installation in use."""
    if current_app.config["SETTINGS"].mode == "production":
        raise click.ClickException("The demo’s data is for MODE=demo only.")
