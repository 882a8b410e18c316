"""Jira's three limits, told apart by a header: a burst on one endpoint, writes to one issue, and the hourly quota."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from pipelines.sources.answers import Answer, Pause

_REASONS = {
    "jira-burst-based": "limit on bursts to one endpoint",
    "jira-per-issue-on-write": "limit on writes to one issue",
}
_AT_LEAST_SECONDS = 5


class JiraLimits:
    """How Jira says that it was asked too much."""

    vendor = "jira"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` in seconds or as a date, else five seconds and longer."""
        told = answer.headers.get("retry-after")
        if answer.status != 429 and not (answer.status == 503 and told):
            return None
        named = answer.headers.get("ratelimit-reason")
        # Data Center has one limit, and no name for it.
        reason = _REASONS.get(named, "hourly quota") if named else "rate limit"
        if answer.status == 503:
            reason = "own maintenance"
        seconds = None if told is None else _seconds(told, answer)
        return Pause(_AT_LEAST_SECONDS * 2**attempt if seconds is None else seconds, reason)


def _seconds(told: str, answer: Answer) -> float | None:
    if told.isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    # By Jira's own clock: ours may be wrong.
    return None if answer.date is None else max((at.astimezone(UTC) - answer.date).total_seconds(), 0)
