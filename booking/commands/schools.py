"""`flask schools`: the national register comes in."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from booking.db import Busy, transaction
from booking.domain.errors import Refused
from booking.domain.schools import families, register
from booking.domain.schools.register import Changes

group = AppGroup("schools", help="The schools of the national register.")


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--force", is_flag=True, help="Import a file with far fewer open schools than are known.")
def import_(file: Path, force: bool) -> None:
    """Bring the schools of FILE in: the register's daily file, edubasealldata….csv.

    Run it as often as you like: only what is new or has changed is written, all of it or nothing. Schools that are
    missing from FILE stay as they are.
    """
    try:
        changes = _read(file)
        if not force:
            register.must_be_whole(changes)
        _keep(changes)
    except register.FarFewer as refusal:
        raise click.ClickException(f"Nothing was changed. {refusal} If it is right, add --force.") from refusal
    except Refused as refusal:
        raise click.ClickException(f"{file.name} cannot be imported; nothing was changed. {refusal}") from refusal
    except Busy as busy:
        raise click.ClickException("Nothing was changed: the database is busy. Try again in a moment.") from busy
    for line in _summary(file, changes):
        click.echo(line)


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def links(file: Path) -> None:
    """Join each closed school to the one that followed it: FILE is the register's links_edubasealldata….csv.

    Run it after an import, as often as you like.
    """
    try:
        after = families.read(file)
        with transaction():
            changes = families.keep(after)
    except Refused as refusal:
        raise click.ClickException(f"{file.name} cannot be read; nothing was changed. {refusal}") from refusal
    except Busy as busy:
        raise click.ClickException("Nothing was changed: the database is busy. Try again in a moment.") from busy
    click.echo(f"{file.name}: {changes.links:,} links")
    click.echo(f"{changes.joined:>9,} closed schools belong to their successors")
    click.echo(f"{changes.named:>9,} schools are found by a former name")
    click.echo(f"{changes.left_alone:>9,} closed schools were split, or their successor is not known: they stay alone")


def _read(file: Path) -> Changes:
    with _bar(file.stat().st_size, "Reading") as bar:
        return register.compare(file, progress=lambda read: bar.update(read - bar.pos))


def _keep(changes: Changes) -> None:
    with _bar(len(changes.to_keep), "Writing") as bar, transaction():
        register.keep(changes, progress=lambda written: bar.update(written - bar.pos))


def _bar(length: int, label: str) -> AbstractContextManager[Any]:
    """A bar on standard error, so that the summary can be sent to a file; none where nobody watches."""
    is_watched = length > 0 and sys.stderr.isatty()
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not is_watched)


def _summary(file: Path, changes: Changes) -> list[str]:
    numbers = {
        "new": changes.new,
        "changed": changes.changed,
        "closed": changes.closed,
        "unchanged": changes.unchanged,
        "refused": changes.refused,
    }
    lines = [f"{file.name}: {changes.rows:,} rows", *(f"{number:>9,} {word}" for word, number in numbers.items())]
    lines += [f"          row {number}: {reason}" for number, reason in changes.reasons]
    if changes.refused > len(changes.reasons):
        lines.append(f"          and {changes.refused - len(changes.reasons):,} more")
    lines.append(f"{changes.left_out.total():>9,} left out{_sorts(changes)}")
    if changes.missing:
        lines.append(f"{changes.missing:>9,} known schools are not in this file and stay as they are")
    return lines


def _sorts(changes: Changes) -> str:
    sorts = ", ".join(f"{sort} {number:,}" for sort, number in sorted(changes.left_out.items()))
    return f" ({sorts})" if sorts else ""
