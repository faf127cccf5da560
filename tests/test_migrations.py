"""The migrations build what the models say, to the last constraint, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from booking import create_app
from booking.db import db
from tests.conftest import settings_for
from tests.postgres import Cluster

SQLITE = "select type, name, sql from sqlite_master where name not like 'sqlite_%' and name <> 'alembic_version'"
POSTGRES = """
    select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'alembic_version'
    union all
    select 'index', indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'
    union all
    select 'column', table_name || '.' || column_name, concat(data_type, character_maximum_length, is_nullable)
    from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
"""


@pytest.fixture
def migrated(url: str) -> Iterator[Flask]:
    app = create_app(settings_for(url))
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def catalogue(query: str) -> set[tuple[str, ...]]:
    """Everything that the database knows of itself; white space and the order of a table's parts do not count."""
    with db.engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return {(kind, name, _plain(definition)) for kind, name, definition in rows}


def _plain(definition: str | None) -> str:
    inner = re.sub(r"\s+", " ", definition or "").replace('"', "")
    if not inner.startswith("CREATE TABLE"):
        return inner
    head, _, body = inner.partition("(")
    parts = re.split(r",(?![^(]*\))", body.strip().removesuffix(")"))
    return f"{head.strip()}: " + ", ".join(sorted(part.strip() for part in parts))


class TestSqlite:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/migrated.sqlite"

    def test_models_and_migrations_agree(self, migrated: Flask, sqlite_url: str) -> None:
        by_migration = catalogue(SQLITE)
        by_models = create_app(settings_for(sqlite_url))
        with by_models.app_context():
            assert by_migration == catalogue(SQLITE)
            db.engine.dispose()

    def test_the_way_back_leaves_nothing(self, migrated: Flask) -> None:
        downgrade(revision="base")

        assert catalogue(SQLITE) == set()


@pytest.mark.postgres
class TestPostgres:
    @pytest.fixture
    def url(self, cluster: Cluster, request: pytest.FixtureRequest) -> str:
        return cluster.create_database(f"migrated_{abs(hash(request.node.nodeid))}")

    def test_models_and_migrations_agree(self, migrated: Flask, postgres_url: str) -> None:
        by_migration = catalogue(POSTGRES)
        by_models = create_app(settings_for(postgres_url))
        with by_models.app_context():
            assert by_migration == catalogue(POSTGRES)
            db.engine.dispose()

    def test_the_way_back_leaves_nothing(self, migrated: Flask) -> None:
        downgrade(revision="base")

        assert catalogue(POSTGRES) == set()
