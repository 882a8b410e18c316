"""Maps what an issue is linked to: other issues, and pages elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.linear.history import Row
from pipelines.sources.linear.values import actor_of, name_of, nodes
from pipelines.sources.values import moment, required, rows, text

# What a relation is called when read from either of its ends.
_RELATIONS = {
    "blocks": ("blocks", "is blocked by"),
    "duplicate": ("duplicates", "is duplicated by"),
    "related": ("relates to", "relates to"),
    "similar": ("is similar to", "is similar to"),
}
# Linear has no relation of this kind; the label on the new issue tells it.
_FOLLOW_UPS = frozenset({"follow-up", "follow up", "followup"})


@dataclass(frozen=True, slots=True)
class Linked:
    """The issue that links: a link that tells no time stands at its creation."""

    origin: Origin
    subject: str
    key: str
    created_at: datetime

    def event(
        self, event_type: str, link: Mapping[str, Any], linked_at: datetime | None, told: Mapping[str, Any]
    ) -> Event:
        """Return that it was linked."""
        link_id = required(link.get("id") or link.get("url"), f"the id of a link of {self.key}")
        at = linked_at.isoformat() if linked_at else None
        return self.origin.event(
            event_type,
            subject=self.subject,
            occurrence=link_id,
            occurred_at=linked_at or self.created_at,
            actor=actor_of(link.get("creator")),
            payload={"key": self.key, "link_id": link_id, "linked_at": at, **told},
        )


def link_events(issue_linked: Linked, issue: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Event]:
    """Yield every link of an issue, each with when it was made where that is told.

    Raises:
        MappingError: a link has neither id nor address, or names no other issue.
    """
    yield from _relations(issue_linked, issue)
    for attachment in nodes(issue.get("attachments")):
        kind = text(attachment.get("sourceType"))
        yield _remote(issue_linked, attachment, None if kind == "unknown" else kind)
    for document in nodes(issue.get("documents")):
        yield _remote(issue_linked, document, "document")
    for release in nodes(issue.get("releases")):
        yield _released(issue_linked, release, rows)


def _relations(linked: Linked, issue: Mapping[str, Any]) -> Iterator[Event]:
    is_follow_up = any((name_of(label) or "").casefold() in _FOLLOW_UPS for label in nodes(issue.get("labels")))
    for name, side, place in (("relations", "relatedIssue", 0), ("inverseRelations", "issue", 1)):
        for relation in nodes(issue.get(name)):
            kind = str(relation.get("type"))
            phrase = _RELATIONS.get(kind, (kind, kind))[place]
            if is_follow_up and kind == "related" and place == 0:
                phrase = "is follow-up of"
            other = required(
                name_of(relation.get(side), "identifier"), f"the other issue of a relation of {linked.key}"
            )
            # Where a recording has no id of it, the two ends and the kind tell one relation from the next.
            named = {"id": text(relation.get("id")) or f"{kind}:{place}:{other}"}
            yield linked.event("ticket.linked", named, _at(relation), {"relation": phrase, "to_key": other})


def _remote(linked: Linked, page: Mapping[str, Any], relation: str | None) -> Event:
    told = {"url": text(page.get("url")), "title": text(page.get("title")), "relation": relation}
    return linked.event("ticket.remote_linked", page, _at(page), told)


def _released(linked: Linked, release: Mapping[str, Any], added_in: Sequence[Row]) -> Event:
    """Return that an issue is part of a release. The forge tells its deployment: told here, it would count twice."""
    added = [row.at for row in added_in for one in rows(row.body.get("addedToReleases")) if _is_one(one, release)]
    stage = name_of(release.get("stage"), "type")
    told = {
        "url": text(release.get("url")),
        "title": " ".join(part for part in (name_of(release), text(release.get("version"))) if part) or None,
        "relation": f"release ({stage})" if stage else "release",
    }
    return linked.event("ticket.remote_linked", release, added[-1] if added else None, told)


def _is_one(named: Mapping[str, Any], release: Mapping[str, Any]) -> bool:
    return text(named.get("id")) == text(release.get("id")) is not None


def _at(link: Mapping[str, Any]) -> datetime | None:
    return moment(link["createdAt"], f"createdAt of link {link.get('id')}") if text(link.get("createdAt")) else None
