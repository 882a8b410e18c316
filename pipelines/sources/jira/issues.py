"""Maps an issue with its changelog to the facts of its life."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import PERSON_KEY, mapping_of
from pipelines.sources.jira.changelog import Change, changes_of
from pipelines.sources.jira.fields import Fields, canonical_name, category_of
from pipelines.sources.jira.values import actor_of, iso, name_of, names_of, optional_moment
from pipelines.sources.values import moment, required, rows, text

_PERSON_FIELDS = frozenset({"assignee", "reporter", "creator"})


def issue_events(origin: Origin, issue: Mapping[str, Any]) -> Iterator[Event]:
    """Return every fact that an issue tells.

    Raises:
        MappingError: it has no id, key, creation or update time, or a history or comment has no id or time.
    """
    return Ticket(origin, issue).events()


class Ticket:
    """One issue being mapped."""

    def __init__(self, origin: Origin, issue: Mapping[str, Any]) -> None:
        self.origin = origin
        self.issue = issue
        self.key = required(issue.get("key"), "the key of an issue")
        self.id = required(issue.get("id"), f"the id of {self.key}")
        self.subject = f"ticket:{origin.instance}/{self.id}"
        self.changes = changes_of(issue)
        self.fields = Fields(issue, self.changes)
        self.values = self.fields.values
        self.created_at = moment(self.values.get("created"), f"fields.created of {self.key}")
        self.updated_at = moment(self.values.get("updated"), f"fields.updated of {self.key}")

    def events(self) -> Iterator[Event]:
        """Return its facts: creation, changes, present state, links, comments."""
        yield self._created()
        for change in self.changes:
            yield self._status_changed(change) if change.is_status else self._field_changed(change)
        yield self._updated()
        yield from self._links()
        for comment in rows(mapping_of(self.values.get("comment")).get("comments")):
            yield comment_event(self.origin, self.subject, self.key, comment)

    def _created(self) -> Event:
        first = next((change for change in self.changes if change.is_status), None)
        status = mapping_of(self.values.get("status"))
        titles = [change.before for change in self.changes if canonical_name(change) == "title"]
        return self.origin.event(
            "ticket.created",
            subject=self.subject,
            occurrence="created",
            occurred_at=self.created_at,
            actor=actor_of(self.values.get("creator")),
            record_id=self.id,
            payload={
                "key": self.key,
                "project_key": self._project_key,
                "title": titles[0] if titles else text(self.values.get("summary")),
                "status_id": first.from_id if first else text(status.get("id")),
                "status_name": first.from_text if first else name_of(status),
            },
        )

    def _status_changed(self, change: Change) -> Event:
        return self._changed(
            "ticket.status_changed",
            change,
            {
                "from_status_id": change.from_id,
                "from_status_name": change.from_text,
                "to_status_id": change.to_id,
                "to_status_name": change.to_text,
            },
        )

    def _field_changed(self, change: Change) -> Event:
        is_person = (change.field_id or change.field) in _PERSON_FIELDS
        before = _actor(change.from_id, change.from_text) if is_person else change.before
        after = _actor(change.to_id, change.to_text) if is_person else change.after
        values = {"field": canonical_name(change), "from_value": before, "to_value": after}
        return self._changed("ticket.field_changed", change, values)

    def _changed(self, event_type: str, change: Change, payload: Mapping[str, Any]) -> Event:
        return self.origin.event(
            event_type,
            subject=self.subject,
            occurrence=change.occurrence,
            occurred_at=change.at,
            actor=change.actor,
            record_id=change.history_id,
            payload={"key": self.key, "history_id": change.history_id, **payload},
        )

    def _updated(self) -> Event:
        values, fields = self.values, self.fields
        status, issue_type = mapping_of(values.get("status")), mapping_of(values.get("issuetype"))
        payload = {
            "key": self.key,
            "id": self.id,
            "previous_keys": self._previous_keys,
            "project_key": self._project_key,
            "title": text(values.get("summary")),
            "type": name_of(issue_type),
            "type_level": fields.type_level,
            "is_subtask": issue_type["subtask"] if isinstance(issue_type.get("subtask"), bool) else None,
            "status_id": text(status.get("id")),
            "status_name": name_of(status),
            "status_category": category_of(status.get("statusCategory")),
            "status_changed_at": self._status_changed_at(text(status.get("id"))),
            "parent_key": fields.parent_key,
            "labels": names_of(values.get("labels")),
            "components": names_of(values.get("components")),
            "estimate": fields.estimate,
            "sprints": fields.sprints,
            "priority": name_of(values.get("priority")),
            "assignee": actor_of(values.get("assignee")),
            "reporter": actor_of(values.get("reporter")),
            "resolution": name_of(values.get("resolution")),
            "resolved_at": optional_moment(values.get("resolutiondate"), f"fields.resolutiondate of {self.key}"),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "team": fields.team,
            "url": self._url,
            "is_flagged": fields.is_flagged,
        }
        return self.origin.event(
            "ticket.updated",
            subject=self.subject,
            occurrence=iso(self.updated_at),
            occurred_at=self.updated_at,
            record_id=self.id,
            payload=payload,
        )

    def _status_changed_at(self, status_id: str | None) -> str | None:
        """When the ticket came into its present status; null where a migration moved it and wrote no history."""
        moves = [change for change in self.changes if change.is_status]
        if not moves:
            return iso(self.created_at)
        return iso(moves[-1].at) if moves[-1].to_id == status_id else None

    def _links(self) -> Iterator[Event]:
        for link in rows(self.values.get("issuelinks")):
            link_id = required(link.get("id"), f"the id of a link of {self.key}")
            side = "inward" if link.get("inwardIssue") else "outward"
            to_key = required(name_of(link.get(f"{side}Issue"), "key"), f"the other ticket of link {link_id}")
            linked = linked_at(self.changes, "Link", to_key)
            yield self.origin.event(
                "ticket.linked",
                subject=self.subject,
                occurrence=link_id,
                # A link tells no time: where the changelog tells none either, the ticket's own creation stands.
                occurred_at=linked.at if linked else self.created_at,
                actor=linked.actor if linked else None,
                payload={
                    "key": self.key,
                    "link_id": link_id,
                    "relation": name_of(link.get("type"), side),
                    "to_key": to_key,
                    "linked_at": iso(linked.at) if linked else None,
                },
            )

    @property
    def _previous_keys(self) -> list[str]:
        keys = (change.before for change in self.changes if canonical_name(change) == "key")
        return list(dict.fromkeys(key for key in keys if key and key != self.key))

    @property
    def _project_key(self) -> str:
        return name_of(self.values.get("project"), "key") or self.key.rpartition("-")[0]

    @property
    def _url(self) -> str | None:
        site, found, _ = str(self.issue.get("self")).partition("/rest/")
        return f"{site}/browse/{self.key}" if found else None


def linked_at(changes: Sequence[Change], field: str, to: str) -> Change | None:
    """Return the last change that made a link, None where the changelog tells none."""
    return next((change for change in reversed(changes) if change.field == field and change.to_id == to), None)


def comment_event(origin: Origin, subject: str, key: str, comment: Mapping[str, Any]) -> Event:
    """Return the fact that somebody commented: the same fact whether the issue or a list of comments tells it.

    Raises:
        MappingError: the comment has no id or no time.
    """
    comment_id = required(comment.get("id"), f"the id of a comment of {key}")
    return origin.event(
        "ticket.commented",
        subject=subject,
        occurrence=comment_id,
        occurred_at=moment(comment.get("created"), f"the created time of comment {comment_id}"),
        actor=actor_of(comment.get("author")),
        payload={"key": key, "comment_id": comment_id},
    )


def _actor(identity: str | None, name: str | None) -> str | None:
    if identity is None and name is None:
        return None
    if identity is not None and PERSON_KEY.fullmatch(identity):
        return identity
    return name if name is not None and PERSON_KEY.fullmatch(name) else f"bot:{name or identity}"
