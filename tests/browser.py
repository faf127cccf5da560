"""A real browser, for journeys and for axe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

# The tests' pages are on this machine; a browser that asks its maker for updates only slows them down.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


class Missing(Exception):
    """This machine has no Chromium."""


@contextmanager
def launch() -> Iterator[Browser]:
    """Run Chromium without a window until the block ends. Raises `Missing` where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise Missing("No Chromium here (on Debian: apt-get install chromium)")
    # Chromium's own sandbox does not work as root, which CI often is.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for this process's tests. Skips where there is no Chromium, but fails in CI."""
    try:
        with launch() as one:
            yield one
    except Missing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def axe_violations(page: Page) -> list[str]:
    """Answer what axe finds wrong with the page as it stands, one line each; right is `== []`."""
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['target']} {node['html']}"
        for rule in found
        for node in rule["nodes"]
    ]
