"""Unleash's limits: those of a hosted server, and of what stands before one's own."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from pipelines.sources.answers import Answer, Pause

_AT_LEAST_SECONDS = 5


class UnleashLimits:
    """How Unleash says that it was asked too much."""

    vendor = "unleash"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` in seconds or as a date, else five seconds and longer."""
        told = answer.headers.get("retry-after")
        if answer.status != 429 and not (answer.status == 503 and told):
            return None
        seconds = None if told is None else _seconds(told, answer)
        reason = "rate limit" if answer.status == 429 else "own maintenance"
        return Pause(_AT_LEAST_SECONDS * 2**attempt if seconds is None else seconds, reason)


def _seconds(told: str, answer: Answer) -> float | None:
    if told.isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    # By the server's own clock: ours may be wrong.
    return None if answer.date is None else max((at.astimezone(UTC) - answer.date).total_seconds(), 0)
