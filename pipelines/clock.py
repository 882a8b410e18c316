"""The only place that asks the time. Everything else is handed a moment."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment as an aware UTC time."""
    return datetime.now(tz=UTC)  # noqa: TID251 - this is the one clock


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time as an aware UTC time.

    A time without a zone is taken as UTC, so that no machine's local zone leaks into a figure.

    Raises:
        ValueError: the text is not an ISO 8601 time, or lies beyond the years 1 to 9999.
    """
    moment = datetime.fromisoformat(text.strip())
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text[:60]!r} lies beyond all calendars") from error
