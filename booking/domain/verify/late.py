"""How late is too late."""

from __future__ import annotations

from datetime import timedelta

OVERDUE = timedelta(minutes=30)
"""A lease is 45 seconds and every sweep runs within a minute: what is later than this has nobody to do it."""
