"""The one place that asks the machine what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """Answer the present instant, aware, in UTC."""
    return datetime.now(UTC)
