"""What is known of a ticket: its own words, its links and what users said of it, from the log and the marts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from pipelines.sources.base import EMAIL, DescribedSource
from pipelines.sources.registry import sources

_MOST_TEXT = 10_000
_MOST_LINKS = 30
_BUILT = "select count(*) from information_schema.tables where table_schema = 'marts' and table_name = 'fct_stories'"
_STORY = "select * from marts.fct_stories where upper(story_key) = upper($key) order by story_key = $key desc limit 1"
_EVENT = """
select events.payload, raw_records.body
from log.current_events as events
inner join log.raw_records as raw_records on events.raw_position = raw_records.position
where
    events.event_type = 'ticket.updated' and events.source = $source and events.instance = $instance
    and (events.payload ->> 'key') = $ticket_key
order by events.raw_position desc limit 1
"""
_LINKS = """
select
    events.event_type, events.payload ->> 'relation' as relation, events.payload ->> 'to_key' as to_key,
    events.payload ->> 'title' as title, events.payload ->> 'url' as url, stories.title as story_title
from log.current_events as events
left join marts.fct_stories as stories on (events.payload ->> 'to_key') = stories.story_key
where
    events.event_type in ('ticket.linked', 'ticket.remote_linked') and events.source = $source
    and events.instance = $instance and (events.payload ->> 'key') = $ticket_key
order by events.occurred_at, events.event_id
"""
_SAID = """
select label from marts.fct_story_events
where story_key = $story_key and lane = 'feedback' order by occurred_at, event_id
"""


class UnknownTicketError(LookupError):
    """There is no such ticket, or nothing was built yet. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a specification is drafted from.

    Attributes:
        place: the ticket's row of fct_stories.
        links: one line for each, as `blocks SHOP-3: Exports`.
        said: what interviews and insights are called that name it.
    """

    place: Mapping[str, Any]
    key: str
    title: str
    kind: str
    labels: tuple[str, ...]
    description: str
    links: tuple[str, ...]
    said: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what others are told of it; an e-mail address is nobody's business."""
        told = {name: value for name, value in asdict(self).items() if name != "place"}
        hidden: dict[str, Any] = json.loads(EMAIL.sub("[address]", json.dumps(told, ensure_ascii=False)))
        return hidden

    @property
    def words(self) -> str:
        """All that the ticket says, as others are told it."""
        return json.dumps(self.as_json(), ensure_ascii=False)

    @property
    def digest(self) -> str:
        """SHA-256 of it, hex."""
        return hashlib.sha256(self.words.encode("utf-8", "replace")).hexdigest()


def material_of(connection: duckdb.DuckDBPyConnection, key: str) -> Material:
    """Gather what is known of a ticket, by its story key in whatever case.

    Raises:
        UnknownTicketError: it is not known.
    """
    if connection.execute(_BUILT).fetchall() == [(0,)]:
        raise UnknownTicketError("no ticket is known yet; `storyline nightly` reads the trackers")
    found = connection.execute(_STORY, {"key": key}).pl().to_dicts()
    if not found or found[0]["is_deleted"]:
        why = "is deleted in its tracker" if found else "is no ticket that is known"
        raise UnknownTicketError(f"{key} {why}; `storyline explain {key}` tells what comes near")
    place = found[0]
    where = {name: place[name] for name in ("source", "instance", "ticket_key")}
    payload, body = _record(connection, where)
    source = sources().get(place["source"])
    described = source.description(body) if isinstance(source, DescribedSource) else ""
    said = connection.execute(_SAID, {"story_key": place["story_key"]}).fetchall()
    return Material(
        place=place, key=place["ticket_key"], title=place["title"] or "", kind=place["story_type"] or "",
        labels=tuple(payload.get("labels") or ()), description=described[:_MOST_TEXT],
        links=tuple(_links(connection, where)[:_MOST_LINKS]), said=tuple(str(label) for (label,) in said)[:_MOST_LINKS],
    )  # fmt: skip


def _record(connection: duckdb.DuckDBPyConnection, where: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    found = connection.execute(_EVENT, where).fetchall()
    return (json.loads(found[0][0]), json.loads(found[0][1])) if found else ({}, {})


def _links(connection: duckdb.DuckDBPyConnection, where: Mapping[str, Any]) -> list[str]:
    told = []
    for event_type, relation, to_key, title, url, story_title in connection.execute(_LINKS, where).fetchall():
        if event_type == "ticket.linked":
            told.append(f"{relation or 'relates to'} {to_key}" + (f": {story_title}" if story_title else ""))
        else:
            told.append(f"page {title or ''} {url or ''}".strip())
    return list(dict.fromkeys(told))
