"""What the demo needs before it runs: settings, a secret of its own, and a database with its year in it."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from booking.demo import people
from booking.demo.programs import Failed
from booking.resources import resource


def settings(instance: Path, port: int, smtp_port: int, database: str | None) -> dict[str, str]:
    """Answer what the programs find in their environment."""
    return {
        "MODE": "demo",
        "DATABASE_URL": database or f"sqlite:///{instance / 'demo.sqlite'}",
        "SECRET_KEY": _secret(instance / "secret_key"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAILBOX_DIR": str(instance / "mailbox"),
    }


def prepare(environment: Mapping[str, str], *, stamp: Path | None) -> None:
    """Migrate and load the database, unless the last start did so from the same files. Raises `Failed`."""
    if stamp and stamp.with_suffix(".sqlite").exists() and stamp.exists() and stamp.read_text() == made_from():
        return
    _flask("Preparing the database", "db", "upgrade", environment=environment)
    _flask("Loading the demo's schools, events and people", "demo", "load", environment=environment)
    if stamp:
        stamp.write_text(made_from())


def made_from() -> str:
    """Answer a name for what the demo's database is made from, which changes as it does."""
    files = [*resource("migrations").glob("versions/*.py"), *Path(__file__).parent.glob("*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


def who_is_there() -> str:
    """Say who can be signed in as."""
    lines = [f"  {known.email:<32} {known.name}, {known.shows}" for known in people.NAMED]
    return "\n".join(["Sign in as one of these; the code comes to the mailbox page:", *lines])


def forget(instance: Path) -> None:
    """Delete the demo's own database and its mail."""
    for path in instance.glob("demo.sqlite*"):
        path.unlink()
    shutil.rmtree(instance / "mailbox", ignore_errors=True)


def _secret(place: Path) -> str:
    if not place.exists():
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return place.read_text()


def _flask(step: str, *command: str, environment: Mapping[str, str]) -> None:
    """Run a command, and say what is being done and how long it took; if it fails, its words and what to do."""
    print(f"{step} … ", end="", flush=True)
    began = time.monotonic()
    flask = [sys.executable, "-m", "flask", "--app", "booking:create_app", *command]
    done = subprocess.run(flask, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print("failed", flush=True)
        said = f"{done.stdout}{done.stderr}".rstrip()
        raise Failed(f"{said}\n\n{step} failed. Try with --fresh, which begins with an empty one.")
    print(f"{time.monotonic() - began:.1f} s", flush=True)
