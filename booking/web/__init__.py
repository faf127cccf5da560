"""The door for browsers: one module a room, each route with its access rule."""

from __future__ import annotations

from flask import Flask

from booking.config import Settings
from booking.web import errors, frame, health, headers, session
from booking.web.frame import csrf

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Open the door: rooms, headers, refusals, and what every template may say."""
    settings: Settings = app.config["SETTINGS"]
    csrf.init_app(app)
    session.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    frame.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(frame.bp)
