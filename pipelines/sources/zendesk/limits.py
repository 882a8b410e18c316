"""Zendesk's limits: ten incremental exports a minute, and the account's own for all else. Both answer 429."""

from pipelines.sources.answers import Answer, Pause

# The windows are minutes; where no time is named, a whole one has passed then.
_AT_LEAST_SECONDS = 60


class ZendeskLimits:
    """How Zendesk says that it was asked too much."""

    vendor = "zendesk"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` in seconds, else a minute and longer each time."""
        told = answer.headers.get("retry-after", "")
        if answer.status != 429 and not (answer.status == 503 and told):
            return None
        reason = "own maintenance" if answer.status == 503 else _reason(answer.url)
        return Pause(float(told) if told.isdigit() else _AT_LEAST_SECONDS * 2**attempt, reason)


def _reason(url: str) -> str:
    return "limit of ten exports a minute" if "/incremental/" in url else "limit of requests a minute"
