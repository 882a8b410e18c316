"""Maps an issue with its history to the facts of its life."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.linear.history import changes_of, priority_name, rows_of
from pipelines.sources.linear.insights import insight_events, kind_of
from pipelines.sources.linear.links import Linked, link_events
from pipelines.sources.linear.states import category_of, resolution_of
from pipelines.sources.linear.values import actor_of, cycle_name, name_of, nodes, optional_moment
from pipelines.sources.linear.visits import Move, path_of, state_of
from pipelines.sources.values import moment, number, required, text

# Labels that Linear gives every workspace for what other trackers call a type.
_TYPES = {"bug": "Bug", "feature": "Feature", "improvement": "Improvement"}
_TYPE_GROUPS = frozenset({"type", "issue type", "kind"})


def issue_events(origin: Origin, issue: Mapping[str, Any]) -> Iterator[Event]:
    """Return every fact that an issue tells.

    Raises:
        MappingError: it has no id, identifier, creation or update time, or a part of it has no id or time.
    """
    return Ticket(origin, issue).events()


class Ticket:
    """One issue being mapped."""

    def __init__(self, origin: Origin, issue: Mapping[str, Any]) -> None:
        self.origin, self.issue = origin, issue
        self.key = required(issue.get("identifier"), "the identifier of an issue")
        self.id = text(issue.get("id")) or self.key
        self.subject = f"ticket:{origin.instance}/{self.id}"
        self.created_at = moment(issue.get("createdAt"), f"createdAt of {self.key}")
        self.updated_at = moment(issue.get("updatedAt"), f"updatedAt of {self.key}")
        self.rows = rows_of(issue)
        self.changes = list(changes_of(self.rows))
        self.path = path_of(issue, self.rows)
        self.creator = actor_of(issue.get("creator"), issue.get("botActor")) or actor_of(
            issue.get("externalUserCreator")
        )

    def events(self) -> Iterator[Event]:
        """Return its facts: creation, changes, present state, links, comments, what it tells of users."""
        yield self._created()
        for move in self.path.moves:
            yield self._moved(move)
        for change in self.changes:
            payload = {"field": change.field, "from_value": change.before, "to_value": change.after}
            yield self.origin.event(
                "ticket.field_changed",
                subject=self.subject,
                occurrence=change.occurrence,
                occurred_at=change.row.at,
                actor=change.row.actor,
                record_id=change.row.history_id,
                payload={"key": self.key, "history_id": change.row.history_id, **payload},
            )
        yield self._updated()
        yield from link_events(Linked(self.origin, self.subject, self.key, self.created_at), self.issue, self.rows)
        yield from self._comments()
        yield from insight_events(self.origin, self.issue, self.key, {self.key, *self._previous_keys}, self.creator)
        if self.issue.get("trashed") is True:
            yield self._trashed()

    def _created(self) -> Event:
        titles = [change.before for change in self.changes if change.field == "title"]
        return self.origin.event(
            "ticket.created",
            subject=self.subject,
            occurrence="created",
            occurred_at=self.created_at,
            actor=self.creator,
            record_id=self.id,
            payload={
                "key": self.key,
                "project_key": self._team_key,
                "title": titles[0] if titles else text(self.issue.get("title")),
                "status_id": self.path.first.id,
                "status_name": self.path.first.name,
            },
        )

    def _moved(self, move: Move) -> Event:
        return self.origin.event(
            "ticket.status_changed",
            subject=self.subject,
            occurrence=move.occurrence,
            occurred_at=move.at,
            actor=move.actor,
            record_id=move.source_id,
            payload={
                "key": self.key,
                "history_id": move.source_id,
                "from_status_id": move.before.id,
                "from_status_name": move.before.name,
                "to_status_id": move.after.id,
                "to_status_name": move.after.name,
            },
        )

    def _updated(self) -> Event:
        issue = self.issue
        state = mapping_of(issue.get("state"))
        payload = {
            "key": self.key,
            "id": self.id,
            "previous_keys": self._previous_keys,
            "project_key": self._team_key,
            "title": text(issue.get("title")),
            "type": self._type,
            # Work below other work is measured or not by whether that other work is.
            "type_level": 0,
            "is_subtask": issue.get("parent") is not None,
            "status_id": text(state.get("id")),
            "status_name": name_of(state),
            "status_category": category_of(state),
            "status_changed_at": self._status_changed_at(),
            "parent_key": name_of(issue.get("parent"), "identifier"),
            "labels": [name for label in nodes(issue.get("labels")) if (name := name_of(label))],
            "estimate": number(issue.get("estimate")),
            "sprints": self._sprints,
            "priority": self._priority,
            "assignee": actor_of(issue.get("assignee")),
            "reporter": self.creator,
            "resolution": resolution_of(state),
            "resolved_at": self._resolved_at(),
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "url": text(issue.get("url")),
        }
        return self.origin.event(
            "ticket.updated",
            subject=self.subject,
            occurrence=self.updated_at.isoformat(),
            occurred_at=self.updated_at,
            record_id=self.id,
            payload=payload,
        )

    def _comments(self) -> Iterator[Event]:
        for comment in nodes(self.issue.get("comments")):
            comment_id = required(comment.get("id"), f"the id of a comment of {self.key}")
            yield self.origin.event(
                "ticket.commented",
                subject=self.subject,
                occurrence=comment_id,
                occurred_at=moment(comment.get("createdAt"), f"createdAt of comment {comment_id}"),
                actor=actor_of(comment.get("user"), comment.get("botActor")) or actor_of(comment.get("externalUser")),
                payload={"key": self.key, "comment_id": comment_id},
            )

    def _trashed(self) -> Event:
        thrown = [row.at for row in self.rows if row.body.get("trashed") is True]
        at = self.issue.get("archivedAt")
        archived = moment(at, f"archivedAt of {self.key}") if text(at) else self.updated_at
        return self.origin.event(
            "ticket.deleted",
            subject=self.subject,
            occurrence=f"deleted:{self.updated_at.isoformat()}",
            occurred_at=thrown[-1] if thrown else archived,
            record_id=self.id,
            payload={"key": self.key, "id": self.id},
        )

    def _resolved_at(self) -> str | None:
        """When it was completed. Cancelled work and duplicates are done with, and nothing was resolved by them."""
        if mapping_of(self.issue.get("state")).get("type") != "completed":
            return None
        return optional_moment(self.issue.get("completedAt"), f"completedAt of {self.key}")

    def _status_changed_at(self) -> str | None:
        """When it came into its present status; null where no history tells."""
        if not self.path.last.is_same(state_of(self.issue.get("state"))):
            return None
        return (self.path.moves[-1].at if self.path.moves else self.created_at).isoformat()

    @property
    def _type(self) -> str:
        kind = kind_of(self.issue)
        if kind is not None:
            return kind
        labels = nodes(self.issue.get("labels"))
        for label in labels:
            if (name_of(label.get("parent")) or "").casefold() in _TYPE_GROUPS and (name := name_of(label)):
                return name
        names = ((name_of(label) or "").casefold() for label in labels)
        return next((_TYPES[name] for name in names if name in _TYPES), "Issue")

    @property
    def _sprints(self) -> list[str]:
        told = (mapping_of(row.body).get(side) for row in self.rows for side in ("fromCycle", "toCycle"))
        names = [cycle_name(cycle) for cycle in (*told, self.issue.get("cycle"))]
        return [name for name in dict.fromkeys(names) if name is not None]

    @property
    def _priority(self) -> str | None:
        found = number(self.issue.get("priority"))
        return None if found == 0 else text(self.issue.get("priorityLabel")) or priority_name(found)

    @property
    def _previous_keys(self) -> list[str]:
        found = self.issue.get("previousIdentifiers")
        keys = [text(key) for key in found] if isinstance(found, list) else []
        return [key for key in dict.fromkeys(keys) if key is not None and key != self.key]

    @property
    def _team_key(self) -> str:
        return name_of(self.issue.get("team"), "key") or self.key.rpartition("-")[0]
