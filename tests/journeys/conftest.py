"""A real site for a real browser: every page is watched for foreign requests, complaints and weight."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from werkzeug.serving import make_server

from booking import jobs
from booking.config import Settings
from tests.conftest import settings_for
from tests.smtp import Relay

REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@dataclass
class Visit:
    """A browser window, and what it did behind the page's back."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains of; that a form was refused (a status of 4xx) is no fault of the page."""
        if not REFUSED.match(message.text):
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path if path.startswith("/") else path)
        return self.page


@pytest.fixture
def settings(url: str, relay: Relay) -> Settings:
    return settings_for(url, smtp_url=relay.url)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the application on a real server, with CSRF protection as in use."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """Open a window: `visit(width=390, java_script_enabled=False, color_scheme="dark")`."""
    opened: list[Visit] = []

    def enter(width: int = 1280, **given: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, **given)
        context.set_default_timeout(8000)
        one = Visit(context, context.new_page(), site)
        one.page.on("console", one.hear)
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda request: one.hosts.add(request.url.split("/")[2]))
        opened.append(one)
        return one

    yield enter
    for one in opened:
        one.context.close()
    for one in opened:
        assert one.complaints == []
        assert one.hosts <= {site.removeprefix("http://")}


@pytest.fixture
def mails(app: Flask, relay: Relay) -> Callable[[], list[Any]]:
    """Let a worker post what is due, and answer all mail that has arrived."""

    def post() -> list[Any]:
        while jobs.post_batch():
            pass
        return [received.message for received in relay.received]

    return post


@pytest.fixture
def newest_code(mails: Callable[[], list[Any]]) -> Callable[[], str]:
    """Answer the six digits of the newest code, as somebody reads them in the mail."""

    def read() -> str:
        subjects = [mail["Subject"] for mail in mails()]
        return [found[0] for subject in subjects if (found := re.match(r"\d{6}", subject))][-1]

    return read
