"""Maths Hub events: the booking system. `create_app` is the only place that knows every part."""

from __future__ import annotations

import os

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from booking import cli, domain, engines, keys, web
from booking.config import Settings
from booking.db import db as database
from booking.resources import resource
from booking.web.frame import Templates

LONGEST_REQUEST_BYTES = 100_000
"""The largest form is far smaller, and a school calendar has at most 64 kB."""
MOST_FORM_FIELDS = 500

__all__ = ["create_app", "domain"]


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings, by default the environment's. Raises `BadSettings`."""
    settings = settings or Settings.from_environment(os.environ)
    app = Flask(__name__, template_folder=str(resource("templates")))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_key[1:]),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engines.options(settings.database_url, settings.database_pool),
        SESSION_COOKIE_NAME="__Host-booking" if settings.is_https else "booking",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        MAX_CONTENT_LENGTH=LONGEST_REQUEST_BYTES,
        MAX_FORM_PARTS=MOST_FORM_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # booking/web/origin.py looks at more than the Referer
    )
    app.jinja_environment = Templates
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # Flask's own way to wrap an application, which its types do not know.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    keys.use(*settings.secret_key)
    database.init_app(app)
    with app.app_context():
        engines.prepare(database.engine)
    Migrate(app, database, directory=str(resource("migrations")))
    web.init_app(app)
    cli.init_app(app)
    return app
