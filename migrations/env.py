"""Run the migrations on the application's own database: `flask db upgrade`."""

import sys
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationInfo
from flask import current_app

from booking.db import UtcDateTime

db = current_app.extensions["migrate"].db


def tell(*, step: MigrationInfo, **_: Any) -> None:
    """Say which revision was run. Logging is left as it is: it belongs to the application."""
    direction = "upgraded to" if step.is_upgrade else "taken back from"
    revision = step.up_revision_id if step.is_upgrade else ", ".join(step.source_revision_ids)
    print(f"Database {direction} {revision}", file=sys.stderr)


def plain_type(kind: str, thing: Any, _context: Any) -> str | bool:
    """Write our instants as plain date-times, so that an old revision needs no code of today."""
    return "sa.DateTime()" if kind == "type" and isinstance(thing, UtcDateTime) else False


# Batch mode: SQLite cannot alter a table in place, so Alembic copies it.
options = {
    "target_metadata": db.metadata,
    "render_as_batch": True,
    "compare_type": True,
    "render_item": plain_type,
    "on_version_apply": tell,
}


def run() -> None:
    """Change the database itself, as a writer: what came while a table was waited for is changed with the rest."""
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


def write_sql() -> None:
    """Print the SQL instead: `flask db upgrade --sql`."""
    url = db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    write_sql()
else:
    run()
