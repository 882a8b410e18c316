"""Whom strategies let through together, and where that cannot be known."""

from typing import Any

import pytest

from pipelines.sources.unleash.reach import reach_of
from tests.contracts.played_unleash import flexible


def strategy(name: str = "flexibleRollout", **more: Any) -> dict[str, Any]:
    return {"name": name, "parameters": {}, "constraints": [], "segments": [], "disabled": False, **more}


def country(*values: str, **more: Any) -> dict[str, Any]:
    return {"contextName": "country", "operator": "IN", "values": list(values), **more}


def user(*values: str, **more: Any) -> dict[str, Any]:
    return {"contextName": "userId", "operator": "IN", "values": list(values), **more}


SAME, OTHER = flexible(30), {**flexible(30), "parameters": {"rollout": "20", "stickiness": "userId", "groupId": "h"}}
NAMED = strategy("userWithId", parameters={"userIds": "a, b,,c"})


@pytest.mark.parametrize(
    ("strategies", "share", "people", "segments"),
    [
        ([], 100, None, ()),
        ([flexible(10)], 10, None, ()),
        ([flexible("12.5")], 12.5, None, ()),
        ([flexible(10), SAME], 30, None, ()),
        ([flexible(10), OTHER], None, None, ()),
        ([flexible(0), OTHER], 20, None, ()),
        ([flexible(100), OTHER], 100, None, ()),
        ([flexible(10, disabled=True)], 0, None, ()),
        ([strategy("default")], 100, None, ()),
        ([strategy("gradualRolloutRandom", parameters={"percentage": 40})], 40, None, ()),
        ([NAMED], 0, 3, ()),
        ([NAMED, flexible(10)], 10, 3, ()),
        ([flexible(100, segments=[1])], 0, None, ("internal",)),
        ([flexible(100, segments=[1, 9]), flexible(5)], 5, None, ("internal", "9")),
        ([flexible(10, constraints=[country("NO")])], None, None, ()),
        ([flexible(0, constraints=[country("NO")])], 0, None, ()),
        ([flexible(10, constraints=[country("NO")]), strategy("default")], 100, None, ()),
        ([strategy("default", constraints=[user("a")])], 0, 1, ()),
        ([strategy("default", constraints=[user("a", operator="NOT_IN")])], None, None, ()),
        ([strategy("default", constraints=[user("a", inverted=True)])], None, None, ()),
        ([strategy("remoteAddress", parameters={"IPs": "10.0.0.1"})], None, None, ()),
        ([strategy("ourOwn")], None, None, ()),
        ([flexible("many")], None, None, ()),
        ([flexible(101)], None, None, ()),
        ([flexible("NaN")], None, None, ()),
        ([{}], None, None, ()),
    ],
)  # fmt: skip
def test_strategies_are_tried_one_by_one_and_any_is_enough(
    strategies: list[Any], share: float | None, people: int | None, segments: tuple[str, ...]
) -> None:
    reach = reach_of(strategies, {"1": "internal"})
    assert (reach.percentage, reach.people, reach.segments) == (share, people, segments)
    assert (reach.reason is None) == (share is not None)
