"""Sentry's limits, of requests a second and of searches at one time: 429, and when the next may come."""

from pipelines.sources.answers import Answer, Pause
from pipelines.sources.retry_after import told_seconds

_AT_LEAST_SECONDS = 2


class SentryLimits:
    """How Sentry says that it was asked too much."""

    vendor = "sentry"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After`, else up to the reset, else two seconds and longer."""
        told = told_seconds(answer)
        if answer.status != 429 and not (answer.status == 503 and told is not None):
            return None
        reset = answer.headers.get("x-sentry-rate-limit-reset", "")
        if told is None and reset.isdigit() and answer.date is not None:
            # By Sentry's own clock: ours may be wrong.
            told = max(int(reset) - answer.date.timestamp(), 0) + 1
        return Pause(_AT_LEAST_SECONDS * 2**attempt if told is None else told, "rate limit")
