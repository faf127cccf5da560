"""`flask restore`: a backup comes back, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from booking import backups, clock, wording
from booking.backups import Bad
from booking.db import db, transaction
from booking.domain import erasing, messages, verify
from booking.domain.audit import AuditEntry
from booking.domain.erasing import Erasure
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking
from booking.progress import stepping
from booking.resources import resource

WORD = "replace"

existing = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def init_app(app: Flask) -> None:
    app.cli.add_command(restore)


@click.command()
@click.argument("file", type=existing)
@click.option("--erasures", type=existing, help="What `flask people erased` printed after the backup was made.")
@click.option("--force", is_flag=True, help="Do not ask, and do not mind who is using the database.")
def restore(file: Path, erasures: Path | None, force: bool) -> None:
    """Put the backup FILE in the place of all that the database holds, in one transaction.

    Stop the web and the workers first. Whoever was erased after the backup was made is erased again; mail that was due
    then waits for your word, since it may have been sent; then every rule is checked.
    """
    kind = backups.kind_of(db.engine)
    try:
        _must_fit(file)
        if not force and kind.is_in_use(db.engine):
            raise Bad("The database is in use: stop the web and the workers, or add --force.")
        known = _erased(file, erasures, force)
        if not force:
            _must_be_meant()
        _write(_beside(file), known)
        with stepping("Restoring") as progress:
            kind.put_back(db.engine, file, progress)
    except Bad as bad:
        raise click.ClickException(f"Nothing was changed. {bad}") from bad
    _make_ready(known)


def _must_fit(file: Path) -> None:
    """Raise `Bad` for what is no backup of this kind, damaged, or of a newer version than this."""
    backups.must_be_of(db.engine, file)
    kind = backups.kind_of(db.engine)
    kind.check(file)
    made_by = kind.revision(file)
    known = {script.revision for script in ScriptDirectory(str(resource("migrations"))).walk_revisions()}
    if made_by not in known:
        raise Bad(f"It was made by a version that this one does not know ({made_by or 'without migrations'}).")


def _must_be_meant() -> None:
    """Ask whoever types before what is there is replaced; an empty database is nobody's loss."""
    if not inspect(db.engine).has_table("booking"):
        return
    numbers = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, Booking, Person)]
    db.session.remove()
    db.engine.dispose()
    if not any(numbers):
        return
    events, bookings, people = numbers
    click.echo(f"The database holds {events:,} events, {bookings:,} bookings and {people:,} people.")
    if click.prompt(f"Type {WORD} to replace all of it", default="", show_default=False) != WORD:
        raise Bad("It was not meant.")


def _erased(file: Path, given: Path | None, force: bool) -> list[Erasure]:
    """Gather who is not to come back: from the database, from an earlier try with this file, and from what is given."""
    found = set[Erasure]()
    for path in (_beside(file), given):
        if path and path.exists():
            found |= set(_read(path))
    try:
        if inspect(db.engine).has_table("person"):
            found |= set(erasing.erasures())
    except SQLAlchemyError as fault:
        if not (given or force):
            raise Bad(
                "The database that is there does not say who was erased. Give --erasures FILE, or --force where there "
                "is none."
            ) from fault
    finally:
        db.session.remove()
        db.engine.dispose()
    return sorted(found, key=lambda one: (one.person_id, one.first_seen_at))


def _make_ready(known: list[Erasure]) -> None:
    """Bring what came back up to date, erase again, hold mail back, and say whether every rule holds."""
    upgrade()
    last = db.session.scalar(select(func.max(AuditEntry.recorded_at))) or clock.now()
    with transaction():
        messages.hold_back(at=clock.now())  # and not what the erasing promises
        again = erasing.erase_again(known, at=clock.now())
    if again:
        click.echo(f"{again} who had been erased came back with the backup, and are erased again.")
    if held := messages.held_back():
        _say_what_waits(held)
    broken = verify.broken(at=last)
    for sentence in broken:
        click.echo(sentence)
    if broken:
        raise click.ClickException(f"The backup is restored, and {len(broken)} things in it break a rule.")
    click.echo(f"The backup is restored as it was at {last:%Y-%m-%d %H:%M} UTC. All {len(verify.CHECKS)} checks hold.")


def _say_what_waits(held: list[int]) -> None:
    """Name the mail that nobody knows to be sent or not; a person decides."""
    numbers = " ".join(map(str, held))
    click.echo(
        f"{wording.count(len(held), 'mail')} due when the backup was made may have gone since, and will not go now."
    )
    click.echo(f"See `flask outbox list`; to send all of it: flask outbox retry {numbers}")


def _beside(file: Path) -> Path:
    return file.with_name(file.name + ".erasures")


def _write(path: Path, known: list[Erasure]) -> None:
    """Keep the numbers beside the backup: should this end half-way, the next try reads them there."""
    if known:
        path.write_text("".join(f"{one}\n" for one in known))


def _read(path: Path) -> list[Erasure]:
    try:
        return [Erasure.read(line) for line in path.read_text().splitlines() if line.strip()]
    except ValueError as fault:
        raise Bad(f"{path} is not what `flask people erased` prints.") from fault
