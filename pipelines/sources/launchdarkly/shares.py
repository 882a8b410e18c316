"""Computes which share of an environment's users a flag's configuration gives the feature to. Pure, and never a guess.

People who are named one by one, and segments, are left out: they are told apart. A rule for people whom nobody can
count, such as those of a country, leaves the share unknown, unless it gives them what everybody else gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.launchdarkly.values import texts, whole
from pipelines.sources.values import rows, text

# Rollouts are written in thousandths of a percent.
WHOLE = 100_000
SEGMENT_MATCH = "segmentMatch"
# A custom property of a flag may name the variation that is the feature: its name, its value or its index.
FEATURE_PROPERTY = "storyline.feature"
PERSON_ATTRIBUTES = frozenset({"key", "email", "name", "firstName", "lastName", "ip", "avatar"})
# How many values stood where a target's or a clause's people were taken out.
COUNT = "valueCount"


@dataclass(slots=True)
class Share:
    """Whom a configuration reaches.

    Attributes:
        percentage: 0 to 100, None where it cannot be known; `reason` then says why.
        users: single people who are named.
        segments: groups that a rule names.
    """

    percentage: float | None
    reason: str | None = None
    users: int = 0
    segments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Feature:
    """Which variation of a flag is the feature: its index, None where that cannot be told; `reason` says why."""

    index: int | None
    name: str | None = None
    reason: str | None = None


def feature_of(flag: Mapping[str, Any], config: Mapping[str, Any]) -> Feature:
    """Tell which variation is the feature: the one a custom property names, else `true`, else the one that is not off.

    Off is the flag's default for off, else this environment's. Where two others are left, nobody can tell.
    """
    variations = list(rows(flag.get("variations")))
    named = texts(mapping_of(mapping_of(flag.get("customProperties")).get(FEATURE_PROPERTY)).get("value"))
    for index, variation in enumerate(variations):
        if named and named[0] in (text(variation.get("name")), _written(variation.get("value")), str(index)):
            return Feature(index, _name(variation, index))
    is_boolean = {True, False} == {one.get("value") for one in variations if isinstance(one.get("value"), bool)}
    if is_boolean:
        return Feature(next(index for index, one in enumerate(variations) if one.get("value") is True))
    off = whole(mapping_of(flag.get("defaults")).get("offVariation"))
    off = whole(config.get("offVariation")) if off is None else off
    others = [index for index in range(len(variations)) if index != off]
    if off is None or len(others) != 1:
        reason = f"which of its {len(variations)} variations is the feature is not told; name it in {FEATURE_PROPERTY}"
        return Feature(None, reason=reason)
    return Feature(others[0], _name(variations[others[0]], others[0]))


def share_of(feature: Feature, config: Mapping[str, Any]) -> Share:
    """Return whom an environment's configuration reaches."""
    users, segments = _named(config)
    if feature.index is None:
        return Share(None, feature.reason, users, segments)
    off, is_on = _off(feature.index, config), config.get("on")
    if not isinstance(is_on, bool):
        return Share(None, "whether it is on is not told", users, segments)
    if not is_on:
        return Share(off.percentage, off.reason, users, segments)
    reached = _rules(feature.index, config)
    needed = prerequisites_of(config)
    if needed and (reached.percentage is None or reached.percentage != off.percentage):
        reason = reached.reason or f"it depends on {', '.join(needed)}"
        return Share(None, reason, users, segments)
    return Share(reached.percentage, reached.reason, users, segments)


def prerequisites_of(config: Mapping[str, Any]) -> list[str]:
    """Return the flags that must serve a variation first, as `flag=variation`."""
    return [
        f"{key}={whole(one.get('variation'))}"
        for one in rows(config.get("prerequisites"))
        if (key := text(one.get("key")))
    ]


def is_person_clause(clause: Mapping[str, Any]) -> bool:
    """Tell whether a clause chooses single people by who they are."""
    return text(clause.get("attribute")) in PERSON_ATTRIBUTES and clause.get("op") != SEGMENT_MATCH


def count_of(holder: Mapping[str, Any]) -> int:
    """Return how many values a target or a clause has, or had before its people were taken out."""
    kept = holder.get("values")
    return whole(holder.get(COUNT)) or (len(kept) if isinstance(kept, list) else 0)


def _off(feature: int, config: Mapping[str, Any]) -> Share:
    off = whole(config.get("offVariation"))
    if off is None:
        return Share(None, "it is off and has no variation for that, so the code decides")
    return Share(100.0 if off == feature else 0.0)


def _rules(feature: int, config: Mapping[str, Any]) -> Share:
    """Go through the rules from the last to the first: what each leaves over is served by those after it."""
    share = _served(feature, mapping_of(config.get("fallthrough")), "its default rule")
    for number, rule in reversed(list(enumerate(rows(config.get("rules")), 1))):
        if rule.get("disabled") is True:
            continue
        clauses = list(rows(rule.get("clauses")))
        if any(_is_for_the_named(clause) for clause in clauses):
            continue
        served = _served(feature, rule, f"rule {number}")
        unknown = [clause for clause in clauses if not _is_for_all_others(clause)]
        if not unknown:
            share = served
        elif served.percentage is None or served.percentage != share.percentage:
            chosen = ", ".join(sorted({text(one.get("attribute")) or "an attribute" for one in unknown}))
            share = Share(None, share.reason or served.reason or f"rule {number} chooses people by {chosen}")
    return share


def _is_for_the_named(clause: Mapping[str, Any]) -> bool:
    """Tell whether a clause lets only people through who are left out of the share."""
    named = clause.get("op") == SEGMENT_MATCH or (is_person_clause(clause) and clause.get("op") == "in")
    return named and clause.get("negate") is not True


def _is_for_all_others(clause: Mapping[str, Any]) -> bool:
    """Tell whether a clause lets everybody through who is not left out of the share."""
    named = clause.get("op") == SEGMENT_MATCH or (is_person_clause(clause) and clause.get("op") == "in")
    is_any_user = (
        clause.get("attribute") == "kind" and clause.get("op") == "in" and "user" in texts(clause.get("values"))
    )
    return (named and clause.get("negate") is True) or (is_any_user and clause.get("negate") is not True)


def _served(feature: int, served: Mapping[str, Any], what: str) -> Share:
    """Return the share of those whom a rule chooses."""
    rollout = served.get("rollout")
    variation = whole(served.get("variation"))
    if not isinstance(rollout, dict):
        if variation is None:
            return Share(None, f"{what} serves no variation")
        return Share(100.0 if variation == feature else 0.0)
    # Several may be of one variation: an experiment tells those apart whom it does not count.
    left, got, last = WHOLE, 0, None
    for one in rows(rollout.get("variations")):
        weight = whole(one.get("weight"))
        if weight is None or weight < 0:
            return Share(None, f"a weight of {what} is no number")
        weight, last = min(weight, left), whole(one.get("variation"))
        left -= weight
        got += weight if last == feature else 0
    if last is None:
        return Share(None, f"{what} has a rollout to no variation")
    # Whoever is left over by weights that do not add up gets the last variation.
    got += left if last == feature else 0
    return Share(got * 100 / WHOLE)


def _named(config: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return how many single people are named, and which segments."""
    # A target of the kind `user` stands in both lists; the second then repeats it without its people.
    users = sum(count_of(one) for name in ("targets", "contextTargets") for one in rows(config.get(name)))
    segments: list[str] = []
    for rule in rows(config.get("rules")):
        for clause in rows(rule.get("clauses")) if rule.get("disabled") is not True else ():
            if clause.get("op") == SEGMENT_MATCH:
                segments += [one for one in texts(clause.get("values")) if one not in segments]
            elif is_person_clause(clause) and clause.get("op") == "in":
                users += count_of(clause)
    return users, segments


def _name(variation: Mapping[str, Any], index: int) -> str:
    return text(variation.get("name")) or _written(variation.get("value")) or str(index)


def _written(value: Any) -> str | None:
    """Return a variation's value in a few words; JSON values have none."""
    return str(value).lower() if isinstance(value, bool) else (text(value) or "")[:60] or None
