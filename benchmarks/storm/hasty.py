"""A worker that waits for seconds where the real one waits for minutes:  python -m benchmarks.storm.hasty."""

from __future__ import annotations

import signal
from datetime import timedelta

from booking import create_app, jobs
from booking.domain.messages import claiming

if __name__ == "__main__":
    claiming.LEASE = timedelta(seconds=3)
    claiming.WAITS = [timedelta(seconds=2)] * len(claiming.WAITS)
    claiming.CODE_WAIT = jobs.RELAY_PAUSE = timedelta(seconds=1)
    worker = jobs.Worker(create_app())
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()
