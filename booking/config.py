"""Settings: read once from the environment, checked, frozen.

Production is the default, and refuses to start with anything missing or made up, naming the setting.
`docs/running.md` lists every setting; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MODES = ("production", "demo", "test")
SHORTEST_SECRET = 32


class BadSettings(Exception):
    """The program must not start; the text names every setting that is wrong, and why."""


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
            raise ValueError(f"is a whole number from {least} to {most}")
        return int(text)

    return read


def _mode(text: str) -> str:
    if text not in MODES:
        raise ValueError("is one of " + ", ".join(MODES))
    return text


def _database(text: str) -> str:
    if text.startswith("postgres://"):
        text = "postgresql://" + text.removeprefix("postgres://")
    if text.startswith("postgresql://"):
        text = "postgresql+psycopg://" + text.removeprefix("postgresql://")
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("is an address like sqlite:////var/lib/booking/booking.sqlite or postgresql://user@host/name")
    return text


def _web_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise ValueError("is a whole web address like https://events.example.org")
    return text.rstrip("/")


def _relay(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in ("smtp", "smtps", "smtp+starttls") or not address.hostname:
        raise ValueError("is an address like smtp://localhost:25, smtp+starttls://user:password@host:587 or smtps://…")
    return text


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+", text):
        raise ValueError("is an e-mail address like events@example.org")
    return text


def _mail_or_web(text: str) -> str:
    return _web_address(text) if "://" in text else _mail_address(text)


def _one_line(text: str) -> str:
    if not 0 < len(text) <= 60 or not text.isprintable():
        raise ValueError("is one line of at most 60 characters")
    return text


def _secrets(text: str) -> tuple[str, ...]:
    return tuple(secret.strip() for secret in text.split(",") if secret.strip())


def _colour(text: str) -> str:
    if text and not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("is a colour like #0b5a54")
    return text.lower()


def _setting(default: Any, read: Callable[[str], Any], about: str) -> Any:
    return field(default=default, metadata={"read": read, "about": about})


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another."""

    mode: str = _setting("production", _mode, "production, demo (with a mailbox page) or test")
    database_url: str = _setting("sqlite:///booking.sqlite", _database, "where the data is: SQLite or PostgreSQL")
    database_pool: int = _setting(8, _number(1, 100), "PostgreSQL connections of one process")
    base_url: str = _setting("", _web_address, "the address people use; links in mail begin with it")
    secret_key: tuple[str, ...] = _setting((), _secrets, "secrets, the newest first, separated by commas")
    site_name: str = _setting("Maths Hub events", _one_line, "the name in the header, in mail and in page titles")
    contact_email: str = _setting("events@localhost.example", _mail_address, "who helps, where no hub is concerned")
    security_contact: str = _setting("", _mail_or_web, "where to tell of a weakness; without it CONTACT_EMAIL")
    security_policy: str = _setting("", _web_address, "a web page with your policy on telling of weaknesses")
    brand_colour: str = _setting("", _colour, "a colour of your own for links and buttons, dark enough on white")
    accent_colour: str = _setting("", _colour, "a colour of your own for the one accent")
    smtp_url: str = _setting("smtp://localhost:25", _relay, "the mail relay")
    smtp_timeout_seconds: int = _setting(20, _number(1, 30), "how long one mail may take at the relay")
    mail_from: str = _setting("events@localhost.example", _mail_address, "the address that mail comes from")
    mailbox_dir: str = _setting("", str, "demo only: where its mailbox page finds the mail")
    trusted_proxies: int = _setting(0, _number(0, 5), "how many proxies in front set X-Forwarded-For")
    unproven_places_per_network: int = _setting(
        10, _number(1, 10_000), "places held for unproven addresses of one network; beyond it the address comes first"
    )
    codes_per_address: int = _setting(6, _number(1, 1000), "codes that one address may ask for in an hour")
    codes_per_network: int = _setting(120, _number(1, 100_000), "codes that one network may ask for in ten minutes")
    guesses_per_address: int = _setting(10, _number(1, 1000), "wrong codes for one address in five minutes")
    sign_in_idle_hours: int = _setting(12, _number(1, 24 * 30), "a sign-in ends after so long without use")
    sign_in_days: int = _setting(14, _number(1, 90), "a sign-in ends after so long in any case")
    people_kept_months: int = _setting(
        0, _number(0, 600), "the worker forgets whom nothing has concerned for so long; 0 forgets nobody"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings. Raises `BadSettings` naming each that is missing, malformed or unsafe."""
        wrong, given = [], {}
        for one in fields(cls):
            text = environment.get(one.name.upper(), "").strip()
            if not text:
                continue
            try:
                given[one.name] = one.metadata["read"](text)
            except ValueError as error:
                wrong.append(f"{one.name.upper()} {error}")
        settings = cls(**given)
        wrong += settings._unsafe()
        if settings.mode == "production" and environment.get("FLASK_DEBUG", "0") not in ("", "0", "false"):
            wrong.append("FLASK_DEBUG shows strangers the inside of the program: leave it out")
        if wrong:
            raise BadSettings("The settings are not right yet:\n  " + "\n  ".join(wrong))
        return settings

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def is_demo(self) -> bool:
        return self.mode == "demo"

    @property
    def mailbox(self) -> Path | None:
        return Path(self.mailbox_dir) if self.is_demo and self.mailbox_dir else None

    def _unsafe(self) -> list[str]:
        wrong = []
        if not self.base_url:
            wrong.append("BASE_URL is missing: the address people use, like https://events.example.org")
        if not self.secret_key:
            wrong.append(
                "SECRET_KEY is missing: make one with  python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        for secret in self.secret_key:
            if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
                wrong.append(f"SECRET_KEY is too easy to guess: at least {SHORTEST_SECRET} random characters each")
                break
        if self.mode == "production":
            if self.mailbox_dir:
                wrong.append("MAILBOX_DIR shows everybody's mail: it is for MODE=demo only")
            if self.mail_from.endswith("localhost.example"):
                wrong.append("MAIL_FROM is missing: the address that mail comes from")
            if self.contact_email.endswith("localhost.example"):
                wrong.append("CONTACT_EMAIL is missing: who helps, where no hub is concerned")
        return wrong
