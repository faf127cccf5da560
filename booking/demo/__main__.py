"""Serve the site with made-up schools and people, its worker and a mailbox, until Ctrl-C.

    python -m booking.demo [--port 8000] [--database URL] [--fresh]

What it makes stands in the folder `instance/` where it is started.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from booking.demo import preparing
from booking.demo.programs import Failed, Programs, free_port, is_free

INSTANCE = Path("instance").absolute()


def run(port: int, database: str | None, *, fresh: bool) -> None:
    """Prepare what is not prepared, and run all of it until somebody stops us. Raises `Failed` where it cannot."""
    if not is_free(port):
        raise Failed(f"Port {port} is taken. Stop what uses it, or take another: --port {port + 1}")
    if fresh and database:
        raise Failed("--fresh only deletes the demo's own database, so it does not go with --database")
    INSTANCE.mkdir(exist_ok=True)
    if fresh:
        preparing.forget(INSTANCE)
    smtp_port = free_port()
    environment = {**os.environ, **preparing.settings(INSTANCE, port, smtp_port, database)}
    preparing.prepare(environment, stamp=None if database else INSTANCE / "demo.stamp")
    with Programs(environment) as programs:
        _start(programs, port, smtp_port)
        programs.wait_until_answers(f"http://127.0.0.1:{port}/healthz")
        print(f"\nThe site:     http://127.0.0.1:{port}/\nIts mailbox:  http://127.0.0.1:{port}/mailbox\n")
        print(f"{preparing.who_is_there()}\n\nCtrl-C stops it.", flush=True)
        programs.wait()


def _start(programs: Programs, port: int, smtp_port: int) -> None:
    """Start the mailbox first, which is stopped last, so that the worker can hand its mail to it from first to last."""
    flask = ["flask", "--app", "booking:create_app"]
    programs.start("mailbox", *flask, "demo", "mailbox", "--port", str(smtp_port))
    programs.wait_until_listens(smtp_port)
    programs.start("worker", *flask, "worker")
    # One process: on SQLite there is one writer at a time anyway, and a demo should be light.
    threads = ["--worker-class", "gthread", "--workers", "1", "--threads", "8"]
    quiet = ["--log-level", "warning", "--no-control-socket"]
    programs.start("web", "gunicorn", "booking:create_app()", *threads, "--bind", f"127.0.0.1:{port}", *quiet)


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser("booking.demo", description="Serve the site with made-up schools and people.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--database", metavar="URL", help="another database than instance/demo.sqlite")
    parser.add_argument("--fresh", action="store_true", help="begin with an empty database and mailbox")
    asked = parser.parse_args()
    try:
        run(asked.port, asked.database, fresh=asked.fresh)
    except Failed as failure:
        sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
