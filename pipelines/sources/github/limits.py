"""GitHub's limits: an hourly quota, which its headers tell, and secondary ones, which may tell nothing."""

import json
from datetime import UTC, datetime

from pipelines.sources.answers import Answer, Pause

_LIMITED = (403, 429)
# GitHub asks for at least a minute where it names no time, and longer each time.
_AT_LEAST_SECONDS = 60
_SAYS_SO = ("rate limit", "abuse detection", "rate_limited")


class GitHubLimits:
    """How GitHub says that it was asked too much."""

    vendor = "github"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After`, else to the quota's reset, else a minute and longer."""
        if not self._is_limited(answer):
            return None
        told = answer.headers.get("retry-after")
        if told is not None and told.isdigit():
            return Pause(float(told), "secondary rate limit")
        reset = answer.headers.get("x-ratelimit-reset", "")
        if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            # By GitHub's own clock: ours may be wrong.
            left = (datetime.fromtimestamp(int(reset), UTC) - answer.date).total_seconds() if answer.date else None
            return Pause(max(left, 0) + 1 if left is not None else _AT_LEAST_SECONDS, "hourly quota")
        return Pause(_AT_LEAST_SECONDS * 2**attempt, "secondary rate limit")

    def _is_limited(self, answer: Answer) -> bool:
        if answer.status == 429 or (answer.status >= 500 and "retry-after" in answer.headers):
            return True
        if answer.status == 403:
            spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
            return spent or any(
                words in answer.content[:2_048].decode("utf-8", "replace").lower() for words in _SAYS_SO
            )
        return answer.status == 200 and self._graphql_is_limited(answer)

    def _graphql_is_limited(self, answer: Answer) -> bool:
        # GraphQL refuses with 200. Only a short answer can be a refusal, so no page of records is parsed twice.
        if len(answer.content) > 4_096 or b"RATE_LIMITED" not in answer.content:
            return False
        try:
            errors = json.loads(answer.content).get("errors") or ()
        except (ValueError, AttributeError):
            return False
        return any(isinstance(error, dict) and error.get("type") == "RATE_LIMITED" for error in errors)
