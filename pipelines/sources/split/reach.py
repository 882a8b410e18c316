"""Whom a definition serves the feature: by its default rule, within the traffic that it takes in.

A definition is tried from top to bottom: killed, it serves the default treatment to all; then come the keys and
segments that a treatment names, then the rules, then the default rule. Who is not taken in gets the default treatment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.values import number, rows, text

_FEATURE = "on"
_SEGMENTS = frozenset({"IN_SEGMENT", "IN_LARGE_SEGMENT", "IN_RULE_BASED_SEGMENT"})
_KEYS = frozenset({"IN_LIST_STRING", "WHITELIST", "EQUAL_STRING"})


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a definition serves the feature.

    Attributes:
        is_on: whether rules count at all.
        feature: the treatment that is the feature; None: nobody can tell, and `reason` says so.
        percentage: of those whom no rule names, 0 to 100; None: unknown, and `reason` says why.
    """

    is_on: bool
    feature: str | None
    percentage: float | None
    reason: str | None = None
    people: int | None = None
    segments: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()


NOBODY = Reach(False, None, 0.0)


@dataclass(slots=True)
class _Named:
    """Whom rules and treatments name, and why a share cannot be told."""

    people: int | None = None
    segments: list[str] = field(default_factory=list)
    prerequisites: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def count(self, listed: Any) -> None:
        counted = number(listed.get("count")) if isinstance(listed, dict) else _length(listed)
        if counted:
            self.people = (self.people or 0) + int(counted)

    def group(self, listed: Any) -> None:
        if isinstance(listed, list):
            self.segments += [name for one in listed if (name := text(one)) is not None]


def reach_of(definition: Mapping[str, Any]) -> Reach:
    """Return whom a definition serves the feature."""
    is_on = definition.get("killed") is not True
    feature = _feature(definition)
    if feature is None:
        names = ", ".join(_treatments(definition)) or "none"
        return Reach(is_on, None, None, f"which of its treatments is the feature cannot be told: {names}")
    share = _share(definition.get("defaultRule"), feature)
    named = _named(definition, feature, share)
    percentage, reason = _percentage(definition, feature, share), None
    if is_on and named.reasons:
        percentage, reason = None, named.reasons[0]
    elif percentage is None:
        reason = "its default rule or its traffic allocation tells no share"
    return Reach(
        is_on,
        feature,
        percentage,
        reason,
        named.people,
        tuple(dict.fromkeys(named.segments)),
        tuple(dict.fromkeys(named.prerequisites)),
    )


def _feature(definition: Mapping[str, Any]) -> str | None:
    names = _treatments(definition)
    usual = next((name for name in names if name.casefold() == _FEATURE), None)
    if usual is not None:
        return usual
    without = text(definition.get("baselineTreatment")) or text(definition.get("defaultTreatment"))
    others = [name for name in names if name != without]
    return others[0] if len(others) == 1 and len(names) == 2 else None


def _treatments(definition: Mapping[str, Any]) -> list[str]:
    return [name for row in rows(definition.get("treatments")) if (name := text(row.get("name"))) is not None]


def _share(buckets: Any, feature: str) -> float | None:
    """Return the share of the feature's buckets, None where they tell none."""
    sizes = [(text(row.get("treatment")), number(row.get("size"))) for row in rows(buckets)]
    if not sizes or any(size is None or not 0 <= size <= 100 for _, size in sizes):
        return None
    return min(sum(size for name, size in sizes if name == feature and size is not None), 100.0)


def _percentage(definition: Mapping[str, Any], feature: str, share: float | None) -> float | None:
    is_default = text(definition.get("defaultTreatment")) == feature
    if definition.get("killed") is True:
        return 100.0 if is_default else 0.0
    told = definition.get("trafficAllocation")
    allocation = 100.0 if told is None else number(told)
    if share is None or allocation is None or not 0 <= allocation <= 100:
        return None
    return round(allocation * share / 100 + (100 - allocation if is_default else 0), 9)


def _named(definition: Mapping[str, Any], feature: str, share: float | None) -> _Named:
    named = _Named()
    for row in rows(definition.get("treatments")):
        if text(row.get("name")) == feature:
            named.count(row.get("keys"))
            named.group(row.get("segments"))
            named.group(row.get("largeSegments"))
    for rule in rows(definition.get("rules")):
        _rule(named, rule, _share(rule.get("buckets"), feature), share)
    return named


def _rule(named: _Named, rule: Mapping[str, Any], served: float | None, otherwise: float | None) -> None:
    matchers = list(rows(mapping_of(rule.get("condition")).get("matchers")))
    kinds = {text(one.get("type")) or "unknown" for one in matchers}
    is_plain = bool(matchers) and not any(one.get("negate") is True for one in matchers)
    names_keys = is_plain and kinds <= _KEYS and all(text(one.get("attribute")) is None for one in matchers)
    names_groups = is_plain and kinds <= _SEGMENTS
    depends = [needed for one in matchers for needed in _needed(mapping_of(one.get("depends")))]
    if served == 0 and (names_keys or names_groups):
        # Groups and people who are kept out; they are named, and so in no share.
        return
    if names_groups:
        named.group([one.get("string") for one in matchers])
    elif names_keys:
        for one in matchers:
            named.count(one.get("strings") or one.get("string"))
    elif depends:
        named.prerequisites += depends
        named.reasons.append("another flag decides for a part of the people")
    elif served is None or served != otherwise:
        asked = sorted({text(one.get("attribute")) or text(one.get("type")) or "unknown" for one in matchers})
        named.reasons.append(f"a rule asks for {', '.join(asked) or 'something unknown'}")


def _needed(depends: Mapping[str, Any]) -> list[str]:
    flag, listed = text(depends.get("splitName")), depends.get("treatments") or depends.get("treatment")
    treatments = listed if isinstance(listed, list) else [listed]
    return [f"{flag}={one}" for one in treatments if flag is not None and text(one) is not None]


def _length(listed: Any) -> int:
    return len(listed) if isinstance(listed, list) else int(text(listed) is not None)
