"""Amplitude's limits: 429, with or without a time to come again."""

from pipelines.sources.answers import Answer, Pause

_AT_LEAST_SECONDS = 15


class AmplitudeLimits:
    """How Amplitude says that it was asked too much."""

    vendor = "amplitude"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` in seconds, else fifteen seconds and longer."""
        told = answer.headers.get("retry-after", "")
        if answer.status != 429 and not (answer.status == 503 and told.isdigit()):
            return None
        reason = "rate limit" if answer.status == 429 else "own maintenance"
        return Pause(float(told) if told.isdigit() else _AT_LEAST_SECONDS * 2**attempt, reason)
