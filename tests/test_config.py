"""Settings are read once and checked; production refuses what is missing, default or unsafe, by name."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from booking import create_app
from booking.config import BadSettings, Settings
from tests.conftest import settings_for

GOOD = {
    "BASE_URL": "https://events.hub.example/",
    "SECRET_KEY": "kq3v8w0z6b1n5m7x9c2d4f6g8h0j2l4p",
    "MAIL_FROM": "events@hub.example",
    "CONTACT_EMAIL": "hello@hub.example",
}


def test_production_starts_with_four_settings():
    settings = Settings.from_environment(GOOD)

    assert (settings.mode, settings.base_url, settings.is_https) == ("production", "https://events.hub.example", True)


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_production_names_what_is_missing(missing):
    with pytest.raises(BadSettings, match=missing):
        Settings.from_environment({name: value for name, value in GOOD.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "secret"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", GOOD["SECRET_KEY"] + ",short"),
        ("BASE_URL", "events.hub.example"),
        ("BASE_URL", "javascript:alert(1)"),
        ("MODE", "debug"),
        ("DATABASE_URL", "mysql://localhost/booking"),
        ("DATABASE_POOL", "many"),
        ("DATABASE_POOL", "9" * 5000),
        ("CODES_PER_ADDRESS", "-1"),
        ("CODES_PER_ADDRESS", "٣"),
        ("SMTP_URL", "http://relay"),
        ("MAIL_FROM", "hub\r\nBcc: everybody@hub.example"),
        ("BRAND_COLOUR", "red;}body{display:none"),
        ("MAILBOX_DIR", "mail"),
        ("FLASK_DEBUG", "1"),
        ("SITE_NAME", "x" * 61),
    ],
)
def test_what_cannot_be_right_is_named(name, value):
    with pytest.raises(BadSettings, match=name):
        Settings.from_environment(GOOD | {name: value})


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(BadSettings) as refused:
        Settings.from_environment({"DATABASE_POOL": "none"})

    assert all(name in str(refused.value) for name in ("DATABASE_POOL", "BASE_URL", "SECRET_KEY", "MAIL_FROM"))


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings.from_environment(GOOD).mode = "demo"


@pytest.mark.parametrize("form", ["postgres://u@h/n", "postgresql://u@h/n", "postgresql+psycopg://u@h/n"])
def test_every_spelling_of_a_postgresql_address_is_understood(form):
    assert Settings.from_environment(GOOD | {"DATABASE_URL": form}).database_url == "postgresql+psycopg://u@h/n"


def test_https_brings_host_cookies_and_hsts(sqlite_url):
    secure = create_app(settings_for(sqlite_url, base_url="https://events.hub.example"))
    plain = create_app(settings_for(sqlite_url))

    answer = secure.test_client().get("/healthz")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in plain.test_client().get("/healthz").headers
    assert (secure.config["SESSION_COOKIE_NAME"], secure.config["SESSION_COOKIE_SECURE"]) == ("__Host-booking", True)
    assert secure.debug is False


def test_every_setting_is_documented_and_every_documented_one_exists():
    document = (Path(__file__).parents[1] / "docs" / "running.md").read_text()

    documented = re.findall(r"^\| `([A-Z_]+)` \|", document, re.M)
    assert documented == [one.name.upper() for one in fields(Settings)]
