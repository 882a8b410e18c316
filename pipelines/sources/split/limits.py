"""Split's limits: one for the organisation and one for the address that asks, both told in seconds to their reset."""

from pipelines.sources.answers import Answer, Pause

_RESETS = {"x-ratelimit-reset-seconds-org": "organisation", "x-ratelimit-reset-seconds-ip": "address"}
_AT_LEAST_SECONDS = 5


class SplitLimits:
    """How Split says that it was asked too much."""

    vendor = "split"

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait: to the later reset, else `Retry-After`, else five seconds and longer."""
        if answer.status != 429 and not (answer.status == 503 and "retry-after" in answer.headers):
            return None
        told = {who: seconds for name, who in _RESETS.items() if (seconds := _seconds(answer, name)) is not None}
        if told:
            who = max(told, key=lambda name: told[name])
            return Pause(told[who], f"limit for the {who}")
        seconds = _seconds(answer, "retry-after")
        return Pause(_AT_LEAST_SECONDS * 2**attempt if seconds is None else seconds, "rate limit")


def _seconds(answer: Answer, header: str) -> float | None:
    try:
        seconds = float(answer.headers[header])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds < float("inf") else None
