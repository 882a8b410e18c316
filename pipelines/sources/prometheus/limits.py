"""Prometheus has no limit of its own; what stands before it, or answers in its place, says 429 or 503."""

from pipelines.sources.answers import Answer, Pause
from pipelines.sources.retry_after import told_seconds

_AT_LEAST_SECONDS = 5


class PrometheusLimits:
    """How a server, or a gateway before it, says that it was asked too much."""

    vendor = "prometheus"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After`, else five seconds and longer."""
        told = told_seconds(answer)
        if answer.status != 429 and not (answer.status == 503 and told is not None):
            return None
        return Pause(_AT_LEAST_SECONDS * 2**attempt if told is None else told, "rate limit")
