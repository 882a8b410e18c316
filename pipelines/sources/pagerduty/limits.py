"""PagerDuty's limit of requests a minute: 429, and how many seconds are left of that minute."""

from pipelines.sources.answers import Answer, Pause
from pipelines.sources.retry_after import told_seconds

_AT_LEAST_SECONDS = 5


class PagerDutyLimits:
    """How PagerDuty says that it was asked too much."""

    vendor = "pagerduty"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` or `ratelimit-reset`, else five seconds and longer."""
        told = told_seconds(answer)
        if answer.status != 429 and not (answer.status == 503 and told is not None):
            return None
        reset = answer.headers.get("ratelimit-reset", "")
        if told is None and reset.isdigit():
            told = float(reset) + 1
        return Pause(_AT_LEAST_SECONDS * 2**attempt if told is None else told, "rate limit")
