"""Whom a definition serves the feature, and where that cannot be known."""

from typing import Any

import pytest

from pipelines.sources.split.reach import reach_of
from tests.contracts.played_split import buckets

ON_OFF = [{"name": "on"}, {"name": "off"}]
USUAL = {"treatments": ON_OFF, "defaultTreatment": "off", "trafficAllocation": 100}


def rule(share: float, **matcher: Any) -> dict[str, Any]:
    return {"condition": {"matchers": [{"negate": False, **matcher}]}, "buckets": buckets(share)}


SEGMENT = {"type": "IN_SEGMENT", "string": "beta"}
LIST = {"type": "IN_LIST_STRING", "strings": ["u-1", "u-2"]}
COUNTRY = {"type": "IN_LIST_STRING", "attribute": "country", "strings": ["NO"]}
OTHER_FLAG = {"type": "IN_SPLIT", "depends": {"splitName": "parent", "treatments": ["on", "v2"]}}


@pytest.mark.parametrize(
    ("told", "share"),
    [
        ({"defaultRule": buckets(10)}, 10),
        ({"defaultRule": buckets(40), "trafficAllocation": 50}, 20),
        ({"defaultRule": buckets(1), "trafficAllocation": 33}, 0.33),
        ({"defaultRule": buckets(100), "trafficAllocation": 0}, 0),
        ({"defaultRule": buckets(40), "trafficAllocation": None}, 40),
        ({"defaultRule": buckets(40), "trafficAllocation": "50"}, 20),
        ({"defaultRule": buckets(40), "trafficAllocation": 50, "defaultTreatment": "on"}, 70),
        ({"defaultRule": buckets(40), "killed": True}, 0),
        ({"defaultRule": buckets(40), "killed": True, "defaultTreatment": "on"}, 100),
        ({"defaultRule": [{"treatment": "off", "size": 100}]}, 0),
        ({"defaultRule": []}, None),
        ({"defaultRule": None}, None),
        ({"defaultRule": [{"treatment": "on", "size": "many"}]}, None),
        ({"defaultRule": buckets(10), "trafficAllocation": 200}, None),
        ({"defaultRule": buckets(10), "rules": [rule(100, **COUNTRY)]}, None),
        ({"defaultRule": buckets(10), "rules": [rule(100, **COUNTRY)], "killed": True}, 0),
        ({"defaultRule": buckets(10), "rules": [rule(10, **COUNTRY)]}, 10),
        ({"defaultRule": buckets(10), "rules": [rule(0, **COUNTRY)]}, None),
        ({"defaultRule": buckets(10), "rules": [{}]}, None),
        ({"defaultRule": buckets(10), "treatments": [{"name": "red"}, {"name": "green"}, {"name": "blue"}]}, None),
    ],
)
def test_the_share_is_that_of_the_traffic_that_is_taken_in(told: dict[str, Any], share: float | None) -> None:
    reach = reach_of({**USUAL, **told})
    assert reach.percentage == (None if share is None else pytest.approx(share))
    assert (reach.reason is None) == (share is not None)


@pytest.mark.parametrize(
    ("rules", "people", "segments", "prerequisites"),
    [
        ([rule(100, **SEGMENT)], None, ("beta",), ()),
        ([rule(0, **SEGMENT)], None, (), ()),
        ([rule(100, **SEGMENT, negate=True)], None, (), ()),
        ([rule(100, **LIST)], 2, (), ()),
        ([rule(0, **LIST)], None, (), ()),
        ([rule(100, **LIST | {"strings": {"count": 2}})], 2, (), ()),
        ([rule(100, **OTHER_FLAG)], None, (), ("parent=on", "parent=v2")),
    ],
)
def test_groups_people_and_other_flags_are_told_apart_from_the_share(rules, people, segments, prerequisites):
    reach = reach_of({**USUAL, "defaultRule": buckets(5), "rules": rules})
    assert (reach.people, reach.segments, reach.prerequisites) == (people, segments, prerequisites)


def test_people_who_are_given_the_feature_one_by_one_are_counted_and_those_who_are_kept_out_are_not() -> None:
    treatments = [
        {"name": "on", "keys": ["a", "b"], "segments": ["internal"], "largeSegments": ["huge"]},
        {"name": "off", "keys": ["c"], "segments": ["rivals"]},
    ]
    reach = reach_of({**USUAL, "treatments": treatments, "defaultRule": buckets(0)})
    assert (reach.people, reach.segments, reach.percentage) == (2, ("internal", "huge"), 0)


@pytest.mark.parametrize(
    ("names", "baseline", "default", "feature"),
    [
        (["on", "off"], None, "off", "on"),
        (["ON", "OFF", "partial"], None, "OFF", "ON"),
        (["v1", "v2"], "v1", "v1", "v2"),
        (["v1", "v2"], None, "v2", "v1"),
        (["v1", "v2", "v3"], "v1", "v1", None),
        (["v1", "v2"], "v9", None, None),
        ([], None, None, None),
    ],
)
def test_the_feature_is_the_treatment_that_is_not_the_old_way(names, baseline, default, feature):
    told = {
        "treatments": [{"name": name} for name in names],
        "baselineTreatment": baseline,
        "defaultTreatment": default,
    }
    assert reach_of(told).feature == feature
