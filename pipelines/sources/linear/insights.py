"""Which issues are no work but something learned of users, and which stories came of it.

A mapping has no settings: the label or the project that says so is one of a few words.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.linear.values import actor_of, name_of, nodes
from pipelines.sources.values import moment, required, text

INTERVIEWS = frozenset({"interview", "interviews", "user interview", "user interviews"})
INSIGHTS = frozenset({"insight", "insights", "user insight", "user insights", "customer need", "customer needs"})
_KEY = re.compile(r"(?<![A-Za-z0-9_-])([A-Z][A-Z0-9_]{0,9}-[1-9]\d{0,8})(?![A-Za-z0-9_])")
# Words that look like keys in what people write.
_NO_PROJECT = frozenset({"AES", "COVID", "CVE", "GPT", "HTTP", "ISO", "MD", "RFC", "SHA", "TLS", "UTF", "WCAG"})
_MOST_TEXT = 100_000
_TITLE = 200


def kind_of(issue: Mapping[str, Any]) -> str | None:
    """Return `Interview` or `Insight`, None for an issue that is work."""
    words = {name.strip().casefold() for label in nodes(issue.get("labels")) if (name := name_of(label))}
    words.add((name_of(issue.get("project")) or "").strip().casefold())
    if words & INTERVIEWS:
        return "Interview"
    return "Insight" if words & INSIGHTS else None


def story_keys(issue: Mapping[str, Any], own: set[str]) -> list[str]:
    """Return the keys that an insight names: where it links to, and what its text says.

    What it is related to is a link between two issues, which counts by the settings' own word for an interview.
    """
    found: list[str] = []
    for attachment in nodes(issue.get("attachments")):
        found += _keys(attachment.get("url"), attachment.get("title"))
    found += _keys(issue.get("title"), issue.get("description"))
    return [key for key in dict.fromkeys(found) if key not in own]


def insight_events(
    origin: Origin, issue: Mapping[str, Any], key: str, own: set[str], actor: str | None
) -> Iterator[Event]:
    """Yield what an issue tells of users: itself, where it is an insight, and each customer need that it carries.

    Raises:
        MappingError: a need has no id or no time.
    """
    keys = [key]
    if kind_of(issue) is not None:
        keys = story_keys(issue, own)
        told: dict[str, Any] = {
            "title": text(issue.get("title")),
            "text": text(issue.get("description")),
            "story_keys": keys,
        }
        told |= {"url": text(issue.get("url")), "person": actor_of(issue.get("externalUserCreator"))}
        yield _noted(origin, issue, key, told, actor)
    for need in nodes(issue.get("needs")):
        said = text(need.get("content")) or text(need.get("body"))
        told = {"title": _first_line(said), "text": said, "story_keys": keys, "url": text(need.get("url"))}
        yield _noted(origin, need, f"a customer need of {key}", told, actor_of(need.get("creator")))


def _noted(origin: Origin, told_by: Mapping[str, Any], what: str, told: Mapping[str, Any], actor: str | None) -> Event:
    insight_id = required(told_by.get("id") or told_by.get("identifier"), f"the id of {what}")
    return origin.event(
        "interview.insight_noted",
        subject=f"insight:{origin.instance}/{insight_id}",
        occurrence="noted",
        occurred_at=moment(told_by.get("createdAt"), f"createdAt of {what}"),
        actor=actor,
        record_id=insight_id,
        payload={"insight_id": insight_id, "interview_id": None, **told},
    )


def _keys(*texts: Any) -> list[str]:
    found = (key for value in texts for key in _KEY.findall((text(value) or "")[:_MOST_TEXT]))
    return [key for key in found if key.partition("-")[0] not in _NO_PROJECT]


def _first_line(value: str | None) -> str | None:
    lines = (value or "").strip().splitlines()
    return lines[0][:_TITLE] if lines else None
