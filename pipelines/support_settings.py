"""What the settings say of support: whose tickets count as such, and the frozen rules that tell what they are about."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

# What Python's search can and DuckDB's cannot: to look ahead, behind or back, to hold on to what matched, a thousand
# repetitions, and signs of Python's own.
_BEYOND_RE2 = re.compile(
    r"\(\?(?:[=!>(#]|<[=!]|P=|[a-zA-Z-]*[aLux])|(?<!\\)(?:\\\\)*\\[1-9ZuUN]|(?<!\\)[*+?}]\+|\{(?:\d*,)?\d{4,}"
)


class TopicRule(BaseModel):
    """A frozen rule by which tickets belong to a topic, or what users say holds a request.

    Attributes:
        patterns: regular expressions (RE2) of which one must be found, in whatever case.
        version: raised with each change of the patterns; the highest counts, older ones are only kept in mind.
        frozen_on: since when this version is as it is.
        stories: keys of the stories that are meant to change what the topic counts.
        compare_at: a launch; precision is also told before and from that day on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str = Field(min_length=1)
    kind: Literal["topic", "request"] = "topic"
    version: int = Field(default=1, ge=1)
    frozen_on: date | None = None
    patterns: tuple[str, ...] = Field(min_length=1)
    applies_to: Literal["all", "title", "text", "tags"] = "all"
    stories: tuple[str, ...] = ()
    compare_at: date | None = None

    @field_validator("patterns")
    @classmethod
    def _can_be_searched_for(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression ({error})") from None
            if _BEYOND_RE2.search(pattern):
                raise ValueError(f"{pattern!r} looks around or back, or is Python's alone; RE2 cannot search for it")
        return patterns


class Support(BaseModel):
    """Which tracker's tickets are support tickets, who is one of us, and what the tickets are about.

    Attributes:
        request_days: since all users have a feature, in which what they wish for is counted.
        request_minimum_people: so many distinct people make a wish a top request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ticket_projects: tuple[str, ...] = ()
    ticket_types: tuple[str, ...] = ()
    duplicate_relations: tuple[str, ...] = ("duplicates", "is duplicate of")
    internal_organizations: tuple[str, ...] = ()
    request_days: int = Field(default=30, ge=1)
    request_minimum_people: int = Field(default=3, ge=1)
    topics: tuple[TopicRule, ...] = ()

    @field_validator("topics")
    @classmethod
    def _are_told_once(cls, topics: tuple[TopicRule, ...]) -> tuple[TopicRule, ...]:
        seen: set[tuple[str, int]] = set()
        for rule in topics:
            if rule.topic == "other":
                raise ValueError("'other' is what no rule finds; call the topic otherwise")
            if (rule.topic, rule.version) in seen:
                raise ValueError(f"topic {rule.topic!r} has version {rule.version} twice; raise one of them")
            seen.add((rule.topic, rule.version))
        return topics
