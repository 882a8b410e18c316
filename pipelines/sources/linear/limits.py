"""Linear's limits: requests and complexity, each a bucket that refills, told by headers and refused as an error.

The refusal is an error of GraphQL with the code RATELIMITED, under status 400 and now and then 200. How much is allowed
depends on who asks, so nothing is known here but what an answer says.
"""

import json
from typing import Any

from pipelines.sources.answers import Answer, Pause
from pipelines.sources.base import mapping_of
from pipelines.sources.retry_after import told_seconds

_AT_LEAST_SECONDS = 30
_REFUSED = "RATELIMITED"
# Header of what is left, header of when it is whole again (in milliseconds), and what the limit is called.
_BUCKETS = (
    ("x-ratelimit-requests-remaining", "x-ratelimit-requests-reset", "limit on requests"),
    ("x-ratelimit-endpoint-requests-remaining", "x-ratelimit-endpoint-requests-reset", "limit on one query"),
    ("x-ratelimit-complexity-remaining", "x-ratelimit-complexity-reset", "limit on complexity"),
)


class LinearLimits:
    """How Linear says that it was asked too much."""

    vendor = "linear"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After`, else to the reset of what is spent, else half a minute and longer."""
        told = told_seconds(answer)
        if answer.status >= 500 and told is not None:
            return Pause(told, "own maintenance")
        if answer.status != 429 and not _is_refusal(answer):
            return None
        if told is not None:
            return Pause(told, "rate limit")
        for left, reset, reason in _BUCKETS:
            is_spent = number(answer, left) == 0 or reason == "limit on complexity"
            at = number(answer, reset)
            if is_spent and at is not None and answer.date is not None:
                # By Linear's own clock: ours may be wrong.
                return Pause(max(at / 1_000 - answer.date.timestamp(), 0), reason)
        return Pause(_AT_LEAST_SECONDS * 2**attempt, "rate limit")


def number(answer: Answer, header: str) -> float | None:
    """Return the number of a header, None where it is missing or none."""
    try:
        return float(answer.headers[header])
    except (KeyError, ValueError):
        return None


def errors_of(told: Any) -> list[Any]:
    """Return the errors of an answer of GraphQL."""
    found = mapping_of(told).get("errors")
    return [mapping_of(error) for error in found] if isinstance(found, list) else []


def code_of(error: Any) -> str:
    """Return the code of an error, empty where it has none."""
    return str(mapping_of(mapping_of(error).get("extensions")).get("code") or "").upper()


def _is_refusal(answer: Answer) -> bool:
    # A comment may hold the word, so the errors alone tell; and no page without the word is parsed twice.
    if answer.status not in (200, 400) or _REFUSED.encode() not in answer.content:
        return False
    try:
        return any(code_of(error) == _REFUSED for error in errors_of(json.loads(answer.content)))
    except (ValueError, RecursionError):
        return False
