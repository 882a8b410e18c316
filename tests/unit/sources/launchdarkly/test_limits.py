"""How long the vendor's limits ask to wait: windows of ten seconds, told in milliseconds since 1970."""

import pytest

from pipelines.sources.answers import Answer, Pause
from pipelines.sources.launchdarkly.limits import LaunchDarklyLimits

DATE = "Tue, 31 Mar 2026 06:00:00 GMT"
AT_MS = 1_774_936_800_000


def pause(status: int, attempt: int = 0, **headers: str) -> Pause | None:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return LaunchDarklyLimits().pause(Answer(status, told, b"{}", "https://x"), attempt)


@pytest.mark.parametrize(
    ("headers", "seconds", "reason"),
    [
        ({"date": DATE, "x_ratelimit_reset": str(AT_MS + 4_500), "x_ratelimit_route_remaining": "0"}, 5.5,
         "limit on this kind of request"),
        ({"date": DATE, "x_ratelimit_reset": str(AT_MS + 4_500), "x_ratelimit_global_remaining": "0"}, 5.5,
         "limit of the account"),
        ({"date": DATE, "x_ratelimit_reset": str(AT_MS - 9_000)}, 1, "rate limit"),
        ({"x_ratelimit_reset": str(AT_MS + 4_500)}, 40, "rate limit"),
        ({"date": DATE, "x_ratelimit_reset": "soon"}, 40, "rate limit"),
        ({"date": DATE, "x_ratelimit_reset": "9" * 30}, 40, "rate limit"),
        ({"date": DATE, "retry_after": "7", "x_ratelimit_reset": str(AT_MS + 4_500)}, 7, "limit by address"),
    ],
    ids=["the route's", "the account's", "already over", "no clock", "no number", "no time", "by address"],
)  # fmt: skip
def test_the_pause_is_as_the_headers_tell_by_the_vendors_own_clock(headers, seconds, reason):
    assert pause(429, 2, **headers) == Pause(pytest.approx(seconds), reason)


def test_what_is_no_limit_asks_for_no_pause():
    assert pause(200, x_ratelimit_route_remaining="0") is None
    assert pause(503) is None
    assert pause(503, retry_after="3") == Pause(3, "own maintenance")
