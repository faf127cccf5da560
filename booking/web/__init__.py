"""The door for browsers: one module a room, each route with its access rule."""

from __future__ import annotations

from flask import Flask

from booking.web import (
    addresses,
    assets,
    changes,
    codes,
    confirmation,
    days,
    desk,
    desk_line,
    details,
    errors,
    event_rows,
    event_words,
    events,
    feeds,
    frame,
    headers,
    health,
    holidays,
    hub_audit,
    hubs,
    machines,
    mailbox,
    manage,
    mine,
    month,
    origin,
    pages,
    people,
    places,
    programmes,
    putting_up,
    reminders,
    schools,
    session,
    sign_in,
    status,
    venue_desk,
    venues,
    waiting,
)
from booking.web.frame import csrf

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Open the door: rooms, headers, refusals, and what every template may say."""
    csrf.init_app(app)
    addresses.init_app(app)
    origin.init_app(app)
    session.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    frame.init_app(app)
    assets.init_app(app)
    event_rows.init_app(app)
    event_words.init_app(app)
    feeds.init_app(app)
    mailbox.init_app(app)
    app.register_blueprint(changes.bp)
    app.register_blueprint(codes.bp)
    app.register_blueprint(confirmation.bp)
    app.register_blueprint(days.bp)
    app.register_blueprint(desk.bp)
    app.register_blueprint(desk_line.bp)
    app.register_blueprint(details.bp)
    app.register_blueprint(events.bp)
    app.register_blueprint(feeds.bp)
    app.register_blueprint(frame.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(holidays.bp)
    app.register_blueprint(hub_audit.bp)
    app.register_blueprint(hubs.bp)
    app.register_blueprint(machines.bp)
    app.register_blueprint(manage.bp)
    app.register_blueprint(mine.bp)
    app.register_blueprint(month.bp)
    app.register_blueprint(pages.bp)
    app.register_blueprint(people.bp)
    app.register_blueprint(places.bp)
    app.register_blueprint(putting_up.bp)
    app.register_blueprint(programmes.bp)
    app.register_blueprint(reminders.bp)
    app.register_blueprint(schools.bp)
    app.register_blueprint(sign_in.bp)
    app.register_blueprint(status.bp)
    app.register_blueprint(venue_desk.bp)
    app.register_blueprint(venues.bp)
    app.register_blueprint(waiting.bp)
