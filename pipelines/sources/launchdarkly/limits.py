"""LaunchDarkly's limits: windows of ten seconds, shared by all tokens of the account, and one by address."""

from datetime import UTC, datetime

from pipelines.sources.answers import Answer, Pause

_WINDOW_SECONDS = 10
_REMAINING = {
    "x-ratelimit-route-remaining": "limit on this kind of request",
    "x-ratelimit-global-remaining": "limit of the account",
}


class LaunchDarklyLimits:
    """How LaunchDarkly says that it was asked too much."""

    vendor = "launchdarkly"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: `Retry-After` in seconds, else to the reset in milliseconds, else a window or more.

        A header that is missing does not mean that there is no limit.
        """
        told = answer.headers.get("retry-after", "")
        if answer.status != 429 and not (answer.status == 503 and told):
            return None
        if told.isdigit():
            return Pause(float(told), "limit by address" if answer.status == 429 else "own maintenance")
        spent = (reason for header, reason in _REMAINING.items() if answer.headers.get(header) == "0")
        seconds = _until(answer)
        return Pause(
            _WINDOW_SECONDS * 2**attempt if seconds is None else seconds,
            next(spent, "rate limit"),
        )


def _until(answer: Answer) -> float | None:
    reset = answer.headers.get("x-ratelimit-reset", "")
    # By LaunchDarkly's own clock: ours may be wrong.
    if not reset.isdigit() or len(reset) > 14 or answer.date is None:
        return None
    # Its clock tells whole seconds, so up to one is added.
    return max((datetime.fromtimestamp(int(reset) / 1_000, UTC) - answer.date).total_seconds(), 0) + 1
