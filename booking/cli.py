"""The door for operators: `flask schools`, `people`, `demo`, `worker`, `verify`, each in a module of its own."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from booking import commands


def init_app(app: Flask) -> None:
    """Add the commands of every room."""
    for room in iter_modules(commands.__path__):
        import_module(f"booking.commands.{room.name}").init_app(app)
