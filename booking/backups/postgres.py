"""PostgreSQL: its own programs, which know every kind of thing that it can hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import Engine, text

from booking.backups.faults import Bad, Damaged

NAME, ENDS, BEGINS = "PostgreSQL", ".dump", b"PGDMP"
WAIT_SECONDS = 10
INSTALLED = Path("/usr/lib/postgresql")

EMPTY = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || one || ' CASCADE';
  END LOOP;
END $$
"""
"""Also what the backup does not know, because a later migration made it."""


def dump(engine: Engine, file: Path, progress: Callable[[int, int], None]) -> None:
    """Write the state of this moment to a new file. Raises `Bad`."""
    with engine.connect() as connection:
        tables = int(
            connection.execute(text("select count(*) from pg_tables where schemaname = 'public'")).scalar_one()
        )
    words = ["--format=custom", "--no-owner", "--no-privileges", "--verbose", f"--file={file}"]
    _run(engine, "pg_dump", *words, counts="dumping contents of table", of=tables, progress=progress)
    check(file)


def check(file: Path) -> None:
    """Read the whole file. Raises `Damaged`."""
    try:
        _run(None, "pg_restore", f"--file={os.devnull}", str(file))
    except Bad as bad:
        raise Damaged(f"The file is damaged: {bad}") from bad


def revision(file: Path) -> str:
    """Answer the newest migration that the file has seen, or nothing."""
    said = _run(None, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    found = re.search(r"^COPY [^\n]*\n(\w+)$", said, re.MULTILINE)
    return found[1] if found else ""


def is_in_use(engine: Engine) -> bool:
    """Say whether anybody else is connected to the database."""
    others = (
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    engine.dispose()
    with engine.connect() as connection:
        found = int(connection.execute(text(others)).scalar_one())
    engine.dispose()
    return found > 0


def put_back(engine: Engine, file: Path, progress: Callable[[int, int], None]) -> None:
    """Replace all that the database holds by what the file holds, in one transaction. Raises `Bad`.

    The statements go through a file: a pipe that broke half-way would look like the end of them.
    """
    engine.dispose()
    tables = _run(None, "pg_restore", "--list", str(file)).count(" TABLE DATA ")
    with tempfile.NamedTemporaryFile(suffix=".sql") as statements:
        _run(None, "pg_restore", "--no-owner", "--no-privileges", f"--file={statements.name}", str(file))
        words = ["--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction"]
        words += [f"--command={EMPTY}", f"--file={statements.name}"]
        _run(engine, "psql", *words, counts="COPY ", of=tables, progress=progress)


def _run(
    engine: Engine | None,
    program: str,
    *words: str,
    counts: str = "",
    of: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> str:
    """Run a program of PostgreSQL's and answer what it says; each line with `counts` is a step. Raises `Bad`."""
    where = _environment(engine) if engine else {}
    said, done = [], 0
    with subprocess.Popen(
        [_program(program), *words],
        env={**os.environ, **where, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        for line in running.stdout or ():
            said.append(line)
            if counts and counts in line:
                done += 1
                progress(min(done, of), of)
    if running.returncode:
        raise Bad(_why(program, said))
    return "".join(said)


def _why(program: str, said: list[str]) -> str:
    faults = [line for line in said if "error" in line.lower() or "fatal" in line.lower()]
    return f"{program} says: {(faults or said or ['nothing'])[0].strip()}"


def _program(name: str) -> str:
    """Answer where a program is: on the path, or the newest that Debian has put beside it."""
    beside = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0))
    found = shutil.which(name) or (str(beside[-1]) if beside else None)
    if found is None:
        raise Bad(f"{name} is not on this machine: install PostgreSQL's client programs (Debian: postgresql-client).")
    return found


def _environment(engine: Engine) -> dict[str, str]:
    """Answer the database's address as libpq's variables: a password has no business among a program's words."""
    _, given = engine.dialect.create_connect_args(engine.url)
    names = {option.keyword.decode(): (option.envvar or b"").decode() for option in psycopg.pq.Conninfo.get_defaults()}
    where = {names[word]: str(value) for word, value in given.items() if names.get(word)}
    wait = f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC"
    return {**where, "PGOPTIONS": f"{where.get('PGOPTIONS', '')} {wait}".strip()}
