"""What is read of the published marts to explain something."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

Row = dict[str, Any]

_CHANGES = """
select changes.*, links.rule, links.confidence, links.reason
from marts.fct_changes as changes
inner join marts.fct_links as links
    on links.from_kind = 'change' and links.to_kind = 'story' and links.from_key = changes.change_key
where links.to_key = $key and links.is_linked
order by changes.opened_at, changes.change_key
"""
_TABLE = "select 1 from information_schema.tables where table_schema = 'marts' and table_name = $name"
# What carried a pull request of the story, with how it is known.
_DEPLOYMENTS = """
select deployments.*, links.rule, links.confidence, links.from_key as change_key
from marts.fct_links as links
inner join marts.fct_deployments as deployments on links.to_key = deployments.deployment_id
where
    links.from_kind = 'change' and links.to_kind = 'deployment' and links.is_linked
    and list_contains($keys, links.from_key)
order by deployments.finished_at, deployments.deployment_id, links.from_key
"""
# By what it names, and by what carried the story's code.
_INCIDENTS = """
select
    incidents.incident_id, incidents.title, incidents.opened_at, incidents.resolved_at, links.rule, links.confidence,
    'it names the story: ' || links.reason as why
from marts.fct_links as links
inner join marts.fct_incidents as incidents on links.from_key = incidents.incident_id
where links.from_kind = 'incident' and links.to_kind = 'story' and links.to_key = $key and links.is_linked
union all
select
    incidents.incident_id, incidents.title, incidents.opened_at, incidents.resolved_at, incidents.link_rule,
    incidents.link_confidence, 'deployment ' || incidents.deployment_id || ', which carried it, is blamed' as why
from marts.fct_incidents as incidents
where list_contains($deployments, incidents.deployment_id)
order by opened_at, incident_id, rule
"""
_LINKS = """
select from_kind, from_key, to_kind, to_key, rule, confidence, is_linked, reason
from marts.fct_links
where (from_kind = $kind and from_key = $key) or (to_kind = $kind and to_key = $key)
order by is_linked desc, from_kind, to_kind, from_key, to_key nulls last, rule
"""
_REFUSALS = """
select from_kind, from_key, to_kind, to_key, rule, confidence, is_linked, reason
from marts.fct_links
where
    not is_linked
    and (
        (to_kind = 'story' and to_key = $key)
        or (from_kind = 'story' and from_key = $key)
        or (from_kind = 'change' and list_contains($changes, from_key))
        or (from_kind = 'flag' and list_contains($flags, from_key))
        or (from_kind = 'deployment' and list_contains($deployments, from_key))
    )
order by from_kind, from_key, to_kind, to_key nulls last, rule
"""


class Marts:
    """The published marts, as far as they are asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Return what a query finds, by the names of its columns."""
        return self._connection.execute(sql, values).pl().to_dicts()

    def one(self, mart: str, column: str, key: str) -> Row | None:
        """Return the row of a mart that a key names, in whatever case."""
        sql = f"select * from marts.{mart} where upper({column}) = upper($key)"
        found = self.rows(f"{sql} order by {column} = $key desc", key=key)
        return found[0] if found else None

    def has(self, mart: str) -> bool:
        """Tell whether a mart is published."""
        return bool(self.rows(_TABLE, name=mart))

    def changes(self, story: str) -> list[Row]:
        """Return the pull requests of a story."""
        return self.rows(_CHANGES, key=story)

    def deployments(self, changes: list[str]) -> list[Row]:
        """Return what first carried each of these pull requests, a row for each of them."""
        return self.rows(_DEPLOYMENTS, keys=changes) if changes else []

    def incidents(self, story: str, deployments: list[str]) -> list[Row]:
        """Return the incidents that a story, or a deployment of its code, is blamed for."""
        return self.rows(_INCIDENTS, key=story, deployments=deployments or [""])

    def links(self, kind: str, key: str) -> list[Row]:
        """Return every link and refusal at whose end a thing stands."""
        return self.rows(_LINKS, kind=kind, key=key)

    def refusals(self, story: str, ends: Mapping[str, list[str]]) -> list[Row]:
        """Return every refusal that concerns a story, or what is tied to it."""
        lists = {name: keys or [""] for name, keys in ends.items()}
        return self.rows(_REFUSALS, key=story, **lists)

    def events(self, story: str, *lanes: str) -> list[Row]:
        """Return what a story's timeline shows in these lanes."""
        sql = "select * from marts.fct_story_events where story_key = $key and list_contains($lanes, lane)"
        return self.rows(f"{sql} order by occurred_at, event_id", key=story, lanes=list(lanes))

    def known_keys(self) -> list[str]:
        """Return every key that can be asked for."""
        sql = "select story_key as key from marts.fct_stories union select from_key from marts.fct_links"
        kinds = "('change', 'deployment', 'incident', 'flag')"
        return [row["key"] for row in self.rows(f"{sql} where from_kind in {kinds} order by key")]


def stamp(at: datetime | None) -> str:
    """Return a moment as it is shown, in UTC and to the second."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def sure(row: Row) -> str:
    """Return by which rule something is known, and how sure that is."""
    return f"rule {row['rule']}, confidence {row['confidence']:.2f}"
