"""Maps what an issue is linked to: other issues, and pages elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.linear.history import Row
from pipelines.sources.linear.values import actor_of, listed, moment, name_of, nodes, optional_moment, required, text

# What a relation is called when read from either of its ends.
_RELATIONS = {
    "blocks": ("blocks", "is blocked by"),
    "duplicate": ("duplicates", "is duplicated by"),
    "related": ("relates to", "relates to"),
    "similar": ("is similar to", "is similar to"),
}
# Linear has no relation of this kind; the label on the new issue tells it.
_FOLLOW_UPS = frozenset({"follow-up", "follow up", "followup"})


def link_events(
    origin: Origin, subject: str, key: str, issue: Mapping[str, Any], rows: Sequence[Row]
) -> Iterator[Event]:
    """Yield every link of an issue, each with when it was made.

    Raises:
        MappingError: a link has no id, no time, or names no other issue.
    """
    is_follow_up = any((name_of(label) or "").casefold() in _FOLLOW_UPS for label in nodes(issue.get("labels")))
    for name, side, place in (("relations", "relatedIssue", 0), ("inverseRelations", "issue", 1)):
        for relation in nodes(issue.get(name)):
            relation_type = str(relation.get("type"))
            phrase = _RELATIONS.get(relation_type, (relation_type, relation_type))[place]
            if is_follow_up and relation_type == "related" and place == 0:
                phrase = "is follow-up of"
            yield _linked(origin, subject, key, relation, (phrase, side))
    for attachment in nodes(issue.get("attachments")):
        kind = text(attachment.get("sourceType"))
        yield _remote(origin, subject, key, attachment, None if kind == "unknown" else kind)
    for document in nodes(issue.get("documents")):
        yield _remote(origin, subject, key, document, "document")
    for release in nodes(issue.get("releases")):
        yield _released(origin, subject, key, release, rows)


def _linked(origin: Origin, subject: str, key: str, relation: Mapping[str, Any], told: tuple[str, str]) -> Event:
    link_id = required(relation.get("id"), f"the id of a relation of {key}")
    phrase, side = told
    at = moment(relation.get("createdAt"), f"createdAt of relation {link_id}")
    return origin.event(
        "ticket.linked",
        subject=subject,
        occurrence=link_id,
        occurred_at=at,
        payload={
            "key": key,
            "link_id": link_id,
            "relation": phrase,
            "to_key": required(name_of(relation.get(side), "identifier"), f"the other issue of relation {link_id}"),
            "linked_at": at.isoformat(),
        },
    )


def _remote(origin: Origin, subject: str, key: str, page: Mapping[str, Any], relation: str | None) -> Event:
    link_id = required(page.get("id"), f"the id of an attachment of {key}")
    at = moment(page.get("createdAt"), f"createdAt of attachment {link_id}")
    return origin.event(
        "ticket.remote_linked",
        subject=subject,
        occurrence=link_id,
        occurred_at=at,
        actor=actor_of(page.get("creator")),
        payload={
            "key": key,
            "link_id": link_id,
            "url": text(page.get("url")),
            "title": text(page.get("title")),
            "relation": relation,
            "linked_at": at.isoformat(),
        },
    )


def _released(origin: Origin, subject: str, key: str, release: Mapping[str, Any], rows: Sequence[Row]) -> Event:
    """Return that an issue is part of a release. The forge tells its deployment: told here, it would count twice."""
    link_id = required(release.get("id"), f"the id of a release of {key}")
    added = [row.at for row in rows for one in listed(row.body.get("addedToReleases")) if one.get("id") == link_id]
    known = added[-1].isoformat() if added else None
    created = optional_moment(release.get("createdAt"), f"createdAt of release {link_id}")
    stage = name_of(release.get("stage"), "type")
    return origin.event(
        "ticket.remote_linked",
        subject=subject,
        occurrence=link_id,
        occurred_at=moment(known or created, f"the time of release {link_id}"),
        payload={
            "key": key,
            "link_id": link_id,
            "url": text(release.get("url")),
            "title": " ".join(part for part in (name_of(release), text(release.get("version"))) if part) or None,
            "relation": f"release ({stage})" if stage else "release",
            "linked_at": known,
        },
    )
