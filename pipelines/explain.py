"""`storyline explain`: one story's line in words and times, and why each thing is, or is not, tied to it."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import duckdb

from pipelines.durations import in_words
from pipelines.settings import Settings
from warehouse.connection import reader
from warehouse.serving import resolve

_MILESTONES = (
    ("interviewed_at", "interviewed"),
    ("backlog_at", "in the backlog"),
    ("spec_at", "specified"),
    ("code_complete_at", "code complete"),
    ("reviewed_at", "reviewed"),
    ("production_at", "in production"),
    ("full_rollout_at", "at 100 %"),
)

_VISITS = """
select status, status_category, entered_at, coalesce(duration_seconds, age_seconds) as seconds, is_current
from marts.fct_story_status_intervals
where story_key = $key
order by entered_at, position
"""

_CHANGES = """
select changes.*, links.rule, links.confidence
from marts.fct_changes as changes
inner join marts.fct_links as links
    on links.from_kind = 'change' and links.to_kind = 'story' and links.from_key = changes.change_key
where links.to_key = $key and links.is_linked
order by changes.opened_at, changes.change_key
"""

_OTHER_LINKS = """
select from_kind, from_key, to_kind, to_key, rule, confidence, is_linked, reason
from marts.fct_links
where
    ((from_kind = 'story' and from_key = $key) or (to_kind = 'story' and to_key = $key))
    and not (from_kind = 'change' and is_linked)
order by is_linked desc, from_kind, from_key, to_kind, to_key, rule
"""

_INCIDENTS = """
select incidents.incident_id, incidents.deployment_id, incidents.link_rule, incidents.link_confidence
from marts.fct_incidents as incidents
where incidents.deployment_id in (
    select links.to_key
    from marts.fct_links as links
    inner join marts.fct_links as stories
        on links.from_key = stories.from_key and stories.to_kind = 'story' and stories.is_linked
    where links.from_kind = 'change' and links.to_kind = 'deployment' and links.is_linked and stories.to_key = $key
)
order by incidents.opened_at, incidents.incident_id
"""


class UnknownStoryError(LookupError):
    """No story has this key. The message says which keys are close."""


def explain(settings: Settings, key: str) -> Iterator[str]:
    """Yield the lines that explain a story, read from the published marts.

    Raises:
        UnknownStoryError: no story has this key.
        WarehouseError: nothing is published yet.
    """
    with reader(resolve(settings)) as connection:
        story = _story(connection, key)
        yield from _head(story)
        yield from _milestones(story)
        yield from _visits(connection, story["story_key"])
        yield from _changes(connection, story["story_key"])
        yield from _links(connection, story["story_key"])


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, key: str) -> list[dict[str, Any]]:
    return connection.execute(sql, {"key": key}).pl().to_dicts()


def _story(connection: duckdb.DuckDBPyConnection, key: str) -> dict[str, Any]:
    found = _rows(connection, "select * from marts.fct_stories where upper(story_key) = upper($key)", key)
    if not found:
        known = [row[0] for row in connection.execute("select story_key from marts.fct_stories").fetchall()]
        close = get_close_matches(key.upper(), known, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else f"{len(known):,} stories are known"
        raise UnknownStoryError(f"no story is called {key!r}; {hint}")
    return found[0]


def _head(story: dict[str, Any]) -> Iterator[str]:
    yield f"{story['story_key']}  {story['title']}"
    level = "measured" if story["is_measured"] else "not measured (an epic, or a part of a measured story)"
    state = "deleted" if story["is_deleted"] else story["status"]
    yield f"  {story['story_type']} of team {story['team']}, {level}, now: {state}"


def _milestones(story: dict[str, Any]) -> Iterator[str]:
    yield "Line"
    before = None
    for column, name in _MILESTONES:
        moment = story[column]
        if moment is None:
            yield f"  {'':<20} {name}: unknown"
            continue
        step = "" if before is None else f"  ({in_words((moment - before).total_seconds())} later)"
        yield f"  {moment:%Y-%m-%d %H:%M:%S} {name}{step}"
        before = moment
    for column, name in (("idea_lead_time_seconds", "Idea lead time"), ("story_cycle_time_seconds", "Cycle time")):
        if story[column] is not None:
            yield f"  {name}: {in_words(story[column])}"
    if story["has_out_of_order_milestone"]:
        yield "  Some milestones are out of order: they are shown as they were told, never moved."


def _visits(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[str]:
    yield "Status visits"
    for visit in _rows(connection, _VISITS, key):
        length = f"{in_words(visit['seconds'])}{' so far' if visit['is_current'] else ''}"
        yield f"  {visit['entered_at']:%Y-%m-%d %H:%M:%S} {visit['status']} ({visit['status_category']}), {length}"


def _changes(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[str]:
    yield "Pull requests"
    found = _rows(connection, _CHANGES, key)
    if not found:
        yield f"  none names {key} in its title, branch, text or commits"
    for change in found:
        yield f"  {change['change_key']}  {change['title']}"
        yield f"    linked by {change['rule']} (confidence {change['confidence']:.2f}); {change['state']}"
        spans = ("coding", "pickup", "review", "deploy")
        known = [f"{span} {in_words(change[f'{span}_seconds'])}" for span in spans]
        yield f"    {', '.join(known)}"
        yield f"    deployment: {change['deployment_link']}"


def _links(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[str]:
    yield "Other links and refusals"
    found = _rows(connection, _OTHER_LINKS, key)
    for link in found:
        verb = "linked to" if link["is_linked"] else "not linked to"
        ends = f"{link['from_kind']} {link['from_key']} {verb} {link['to_kind']} {link['to_key']}"
        sure = f", confidence {link['confidence']:.2f}" if link["confidence"] is not None else ""
        yield f"  {ends}: {link['reason']} (rule {link['rule']}{sure})"
    incidents = _rows(connection, _INCIDENTS, key)
    for incident in incidents:
        yield (
            f"  incident {incident['incident_id']} linked to deployment {incident['deployment_id']} that carried it "
            f"(rule {incident['link_rule']}, confidence {incident['link_confidence']:.2f})"
        )
    if not found and not incidents:
        yield "  none"
