"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso(ms: int | None) -> str | None:
    """Write milliseconds since 1970 as ISO 8601 in UTC: `2026-03-23T20:01:04.450Z`, without `.000`."""
    if ms is None:
        return None
    moment = _START + timedelta(milliseconds=ms)
    if ms % 1000:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def to_ms(moment: datetime) -> int:
    """Return the milliseconds since 1970; a time without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _START) // timedelta(milliseconds=1)
