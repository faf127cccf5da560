"""`flask worker`: keeps the timetable."""

from __future__ import annotations

import logging
import signal

import click
from flask import Flask, current_app

from booking.jobs import Worker


def init_app(app: Flask) -> None:
    app.cli.add_command(worker)


@click.command()
@click.option("--once", is_flag=True, help="Do one round and end, for machines with cron.")
def worker(once: bool) -> None:
    """Post mail, let unconfirmed places go, close booking: until SIGTERM, which lets it finish what it has claimed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    keeper = Worker(current_app._get_current_object())  # type: ignore[attr-defined]
    if once:
        keeper.once()
        return
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, keeper.stop)
    keeper.run()
