"""For the machines that watch: alive, and ready."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from booking.db import db
from booking.domain import workers
from booking.resources import resource
from booking.web.rules import public
from booking.web.session import now

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers; it asks nothing of the database."""
    return jsonify(alive=True)


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The database is reached, its migrations are current, and a worker was seen in the last minute."""
    answers = {"database": False, "migrations": False, "worker": False}
    try:
        answers["migrations"] = _is_current()
        answers["database"] = True
        answers["worker"] = answers["migrations"] and workers.is_any_alive(at=now())
    except SQLAlchemyError as error:
        current_app.logger.warning("not ready: %s", type(error).__name__)
    return jsonify(ready=all(answers.values()), **answers), 200 if all(answers.values()) else 503


def _is_current() -> bool:
    heads = ScriptDirectory(str(resource("migrations"))).get_heads()
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
