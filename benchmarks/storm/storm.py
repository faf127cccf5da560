"""One storm from its beginning to its reckoning."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from benchmarks.server import SECRET
from benchmarks.storm.crowd import Crowd
from benchmarks.storm.ledger import Ledger
from benchmarks.storm.reckoning import Reckoning, reckon, wait_for_mail
from benchmarks.storm.stage import Given, Stage, staged
from benchmarks.storm.weather import Weather
from booking import create_app
from booking.config import Settings
from booking.db import db


@dataclass
class Weathered:
    """What happened, and what was found in the end."""

    ledger: Ledger
    faults: Counter[str]
    found: Reckoning
    rush_seconds: float
    mail_seconds: float
    web_cpu_ms: float


def weathered(given: Given) -> Weathered:
    """Start everything, let people and faults come, and reckon up when all has cleared."""
    with staged(given) as stage:
        crowd = Crowd(stage, given.seed, given.patience)
        weather = Weather(stage, given)
        weather.start()
        try:
            began = time.monotonic()
            crowd.rush(given.people)
            rushed = time.monotonic() - began
            crowd.go_on(given.acts, time.monotonic() + given.seconds)
        finally:
            weather.stop()
        found, waited = _in_the_end(stage, crowd.ledger, given, weather.copies)
        return Weathered(crowd.ledger, weather.faults, found, rushed, waited, stage.web.all_cpu_ms())


def _in_the_end(stage: Stage, ledger: Ledger, given: Given, copies: int) -> tuple[Reckoning, float]:
    app = create_app(Settings(mode="test", database_url=stage.url, base_url="http://127.0.0.1", secret_key=(SECRET,)))
    with app.app_context():
        waited = wait_for_mail(given.patience)
        found = reckon(ledger, stage.relay.received, given.places, copies)
        db.session.remove()
        db.engine.dispose()
    return found, waited
