"""How Linear says that it was asked too much, and for how long."""

import json

import pytest

from pipelines.sources.answers import Answer
from pipelines.sources.linear.limits import LinearLimits

DATE = "Mon, 05 Jan 2026 09:00:00 GMT"
AT_MS = 1_767_603_600_000


def answer(status: int = 400, code: str | None = "RATELIMITED", **headers: object) -> Answer:
    errors = [{"message": "no", "extensions": {"code": code}}] if code else None
    told = {"date": DATE} | {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Answer(status, told, json.dumps({"data": {}, "errors": errors}).encode(), "https://api.linear.app/graphql")


def requests_spent(seconds: float) -> dict[str, object]:
    return {"x_ratelimit_requests_remaining": 0, "x_ratelimit_requests_reset": AT_MS + seconds * 1_000}


def complexity(left: int, seconds: float) -> dict[str, object]:
    return {"x_ratelimit_complexity_remaining": left, "x_ratelimit_complexity_reset": AT_MS + seconds * 1_000}


@pytest.mark.parametrize("status", [200, 400, 429])
def test_a_refusal_is_one_by_its_code_whatever_its_status(status):
    pause = LinearLimits().pause(answer(status, **requests_spent(90)), 0)
    assert pause is not None
    assert (pause.seconds, pause.reason) == (90, "limit on requests")


def test_the_reset_of_what_is_spent_is_waited_for_by_linears_own_clock():
    both = {"x_ratelimit_requests_remaining": 7, "x_ratelimit_requests_reset": AT_MS + 5_000}
    pause = LinearLimits().pause(answer(**both, **complexity(120, 1_800)), 0)
    assert pause is not None
    assert (pause.seconds, pause.reason) == (1_800, "limit on complexity")
    past = LinearLimits().pause(answer(**complexity(0, -5)), 0)
    assert past is not None
    assert past.seconds == 0


def test_a_refusal_that_tells_no_time_is_waited_out_longer_each_time():
    waits = [LinearLimits().pause(answer(), attempt) for attempt in range(3)]
    assert [pause.seconds for pause in waits if pause] == [30, 60, 120]
    odd = LinearLimits().pause(answer(x_ratelimit_complexity_reset="soon"), 0)
    assert odd is not None
    assert odd.seconds == 30


def test_retry_after_goes_before_all_else_and_maintenance_that_tells_its_end_is_waited_for():
    pause = LinearLimits().pause(answer(429, retry_after=3, **requests_spent(90)), 0)
    assert pause is not None
    assert pause.seconds == 3
    down = LinearLimits().pause(answer(503, None, retry_after=60), 0)
    assert down is not None
    assert down.reason == "own maintenance"


@pytest.mark.parametrize(
    "good",
    [
        answer(200, None, **requests_spent(90)),
        answer(400, "INPUT_ERROR"),
        answer(503, None),
        Answer(200, {"date": DATE}, b'{"data": {"comment": "it said RATELIMITED"}}', "https://x"),
        Answer(400, {"date": DATE}, b"<RATELIMITED>", "https://x"),
    ],
    ids=["the last one allowed", "another error", "a fault", "a word in a comment", "no JSON"],
)
def test_what_is_no_refusal_is_not_waited_for(good):
    assert LinearLimits().pause(good, 0) is None
