"""From a configuration to the share of users who get the feature: computed, or unknown with its reason."""

from typing import Any

import pytest

from pipelines.sources.launchdarkly.shares import Feature, feature_of, share_of

ON, OFF = {"variation": 0}, {"variation": 1}
BOOLEAN = {"variations": [{"value": True}, {"value": False}]}


def rollout(*weights: tuple[Any, Any], **more: Any) -> dict[str, Any]:
    return {"rollout": {"variations": [{"variation": one, "weight": weight} for one, weight in weights], **more}}


def clause(attribute: str = "country", op: str = "in", values: Any = ("DE",), **more: Any) -> dict[str, Any]:
    return {"attribute": attribute, "op": op, "values": list(values), "negate": False} | more


def rule(*clauses: dict[str, Any], serve: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"_id": "r", "clauses": list(clauses), **serve, **more}


TENTH = rollout((0, 10_000), (1, 90_000))
SEGMENT = clause("segmentMatch", "segmentMatch", ("employees",))
OTHERS = clause("segmentMatch", "segmentMatch", ("employees",), negate=True)
ANN = clause("email", "in", ("ann@acme.example",))

# What the environment says beside `on` and `offVariation: 1`, and the share that comes of it; None: unknown.
CONFIGURATIONS: dict[str, tuple[dict[str, Any], float | None]] = {
    "all get it": ({"fallthrough": ON}, 100),
    "none gets it": ({"fallthrough": OFF}, 0),
    "a tenth": ({"fallthrough": TENTH}, 10),
    "a thousandth of a percent": ({"fallthrough": rollout((0, 1), (1, 99_999))}, 0.001),
    "weights as texts": ({"fallthrough": rollout(("0", "25000"), ("1", "75000"))}, 25),
    "an experiment that does not count some": (
        {"fallthrough": rollout((0, 5_000), (1, 5_000), (0, 40_000), (1, 50_000))}, 45,
    ),
    "weights that fall short go to the last": ({"fallthrough": rollout((1, 50_000), (0, 10_000))}, 50),
    "weights beyond the whole are cut off": ({"fallthrough": rollout((1, 80_000), (0, 80_000))}, 20),
    "a weight that is no number": ({"fallthrough": rollout((0, "many"))}, None),
    "a rollout to nothing": ({"fallthrough": {"rollout": {"variations": []}}}, None),
    "no default rule": ({}, None),
    "off": ({"on": False, "fallthrough": ON}, 0),
    "off, and that is the feature": ({"on": False, "offVariation": 0, "fallthrough": OFF}, 100),
    "off, and the code decides": ({"on": False, "offVariation": None}, None),
    "on or off is not told": ({"on": None, "fallthrough": ON}, None),
    "our own people first": ({"rules": [rule(SEGMENT, serve=ON)], "fallthrough": OFF}, 0),
    "our own people of one country": ({"rules": [rule(SEGMENT, clause(), serve=ON)], "fallthrough": TENTH}, 10),
    "single people": ({"rules": [rule(ANN, serve=ON)], "fallthrough": TENTH}, 10),
    "all but our own people": ({"rules": [rule(OTHERS, serve=TENTH)], "fallthrough": OFF}, 10),
    "a country": ({"rules": [rule(clause(), serve=ON)], "fallthrough": OFF}, None),
    "a country that gets what all get": ({"rules": [rule(clause(), serve=TENTH)], "fallthrough": TENTH}, 10),
    "a country by a rule that is switched off": (
        {"rules": [rule(clause(), serve=ON, disabled=True)], "fallthrough": OFF}, 0,
    ),
    "a rule for everybody": ({"rules": [rule(serve=TENTH)], "fallthrough": ON}, 10),
    "a rule for everybody before one for a country": (
        {"rules": [rule(serve=TENTH), rule(clause(), serve=ON)], "fallthrough": OFF}, 10,
    ),
    "a country before a rule for everybody": (
        {"rules": [rule(clause(), serve=ON), rule(serve=TENTH)], "fallthrough": OFF}, None,
    ),
    "every user, by kind": ({"rules": [rule(clause("kind", values=("user",)), serve=TENTH)], "fallthrough": ON}, 10),
    "an e-mail that ends so": ({"rules": [rule(clause("email", "endsWith"), serve=ON)], "fallthrough": OFF}, None),
    "single people in targets": ({"targets": [{"values": ["u1"], "variation": 0}], "fallthrough": OFF}, 0),
    "another flag first": ({"prerequisites": [{"key": "base", "variation": 0}], "fallthrough": ON}, None),
    "another flag first, and nobody either way": (
        {"prerequisites": [{"key": "base", "variation": 0}], "fallthrough": OFF}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_share_of_users_who_get_the_feature(name: str) -> None:
    told, percentage = CONFIGURATIONS[name]
    share = share_of(Feature(0), {"on": True, "offVariation": 1, **told})
    assert share.percentage == (None if percentage is None else pytest.approx(percentage))
    assert (share.reason is None) == (percentage is not None)


def test_who_is_named_is_counted_and_segments_are_told_once() -> None:
    share = share_of(
        Feature(0),
        {
            "on": True,
            "targets": [{"valueCount": 3, "variation": 0}, {"values": ["u"], "variation": 1}],
            "contextTargets": [{"values": [], "variation": 0, "contextKind": "user"}],
            "rules": [
                rule(SEGMENT, serve=ON),
                rule(OTHERS, serve=TENTH),
                rule(clause("key", values=("a", "b")), serve=ON),
                rule(clause("segmentMatch", "segmentMatch", ("old",)), serve=ON, disabled=True),
            ],
            "fallthrough": OFF,
        },
    )
    assert (share.percentage, share.users, share.segments) == (10, 6, ["employees"])


def test_an_unknown_share_says_which_rule_makes_it_so() -> None:
    config = {"on": True, "offVariation": 1, "rules": [rule(SEGMENT, serve=ON), rule(clause(), serve=ON)]}
    assert share_of(Feature(0), config | {"fallthrough": OFF}).reason == "rule 2 chooses people by country"
    needs = {"on": True, "offVariation": 1, "prerequisites": [{"key": "base", "variation": 0}], "fallthrough": ON}
    assert share_of(Feature(0), needs).reason == "it depends on base=0"


MANY = {"variations": [{"value": "a", "name": "A"}, {"value": "b"}, {"value": {"deep": 1}, "name": "C"}]}


@pytest.mark.parametrize(
    ("flag", "config", "index", "name"),
    [
        (BOOLEAN, {"offVariation": 0}, 0, None),
        ({"variations": [{"value": False}, {"value": True}]}, {}, 1, None),
        ({"variations": [{"value": "old"}, {"value": "new"}], "defaults": {"offVariation": 0}}, {}, 1, "new"),
        ({"variations": [{"value": "old"}, {"value": "new"}]}, {"offVariation": 1}, 0, "old"),
        (MANY | {"customProperties": {"storyline.feature": {"value": ["b"]}}}, {}, 1, "b"),
        (MANY | {"customProperties": {"storyline.feature": {"value": ["C"]}}}, {}, 2, "C"),
        (MANY | {"customProperties": {"storyline.feature": {"value": ["0"]}}}, {}, 0, "A"),
        (BOOLEAN | {"customProperties": {"storyline.feature": {"value": ["false"]}}}, {}, 1, "false"),
    ],
    ids=["true", "true that is second", "not the default off", "not this off", "by value", "by name", "by index",
         "a flag that takes something away"],
)  # fmt: skip
def test_which_variation_is_the_feature(flag: Any, config: Any, index: int, name: str | None) -> None:
    assert feature_of(flag, config) == Feature(index, name)


@pytest.mark.parametrize("flag", [MANY | {"defaults": {"offVariation": 0}}, {"variations": []}, {}, {"variations": 7}])
def test_a_flag_whose_feature_nobody_can_tell_says_how_to_tell_it(flag: Any) -> None:
    feature = feature_of(flag, {"offVariation": 0})
    assert feature.index is None
    assert "name it in storyline.feature" in (feature.reason or "")
    assert share_of(feature, {"on": True, "fallthrough": ON}).percentage is None
