"""A worker whose leases last two seconds: `python -m tests.jobs.short_lease DATABASE RELAY`."""

from __future__ import annotations

import logging
import signal
import sys
from datetime import timedelta

from booking import create_app
from booking.domain.messages import claiming
from booking.jobs import Worker
from tests.conftest import settings_for

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    claiming.LEASE = timedelta(seconds=2)
    of_url, of_relay = sys.argv[1:]
    worker = Worker(create_app(settings_for(of_url, smtp_url=of_relay, smtp_timeout_seconds=1)))
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()
