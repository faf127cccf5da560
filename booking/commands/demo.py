"""`flask demo`: what the demo needs, and an installation in use never does."""

from __future__ import annotations

import signal
import threading

import click
from flask import Flask, current_app

from booking.demo import mailbox as box


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)


@click.group()
def demo() -> None:
    """Invented hubs, schools and events, and a mailbox to read the mail in."""


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
