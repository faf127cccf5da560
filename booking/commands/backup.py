"""`flask backup`: all that there is, in one file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask

from booking import backups, clock
from booking.db import db
from booking.progress import stepping


def init_app(app: Flask) -> None:
    app.cli.add_command(backup)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def backup(file: Path | None) -> None:
    """Copy the whole database to FILE, while people go on booking; without FILE, to one named by the time.

    The file is checked before it gets its name. Only you may read it: it holds everything about everybody.
    """
    kind = backups.kind_of(db.engine)
    file = file or Path(f"booking-{clock.now():%Y-%m-%d-%H%M%S}{kind.ENDS}")
    if file.exists():
        raise click.ClickException(f"{file} is there already. Nothing was written.")
    unfinished = file.with_name(file.name + ".part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with stepping("Copying") as progress:
            kind.dump(db.engine, unfinished, progress)
        _keep(unfinished, file)
    except (OSError, backups.Bad) as fault:
        raise click.ClickException(f"There is no backup. {fault}") from fault
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    click.echo(
        f"{file} holds everything, {file.stat().st_size / 1_000_000:.1f} MB. It has been read again and is whole."
    )


def _keep(unfinished: Path, file: Path) -> None:
    """Let the file have its name once it is on the disk, through a power cut."""
    for path in (unfinished, unfinished.parent):
        opened = os.open(path, os.O_RDONLY)
        os.fsync(opened)
        os.close(opened)
    unfinished.rename(file)
