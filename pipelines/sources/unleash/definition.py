"""A flag as the server tells it now: what its events do not say, and a check on what was replayed from them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.unleash.reach import Reach, reach_of
from pipelines.sources.unleash.timeline import Stand, Told, prerequisites_of, tag_of
from pipelines.sources.unleash.values import optional_moment
from pipelines.sources.values import rows, text

# What changes without anybody's doing, or names people.
_RESTLESS = frozenset({"lastSeenAt", "lifecycle", "favorite", "yes", "no", "children", "collaborators", "createdBy"})
# Kinds of flag that are meant to stay.
_PERMANENT = frozenset({"kill-switch", "permission"})


def settled(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition without what changes from one asking to the next."""
    found = {name: part for name, part in definition.items() if name not in _RESTLESS}
    if isinstance(definition.get("environments"), list):
        found["environments"] = [
            {name: part for name, part in row.items() if name not in _RESTLESS}
            for row in rows(definition["environments"])
        ]
    return found


def stands_of(definition: Mapping[str, Any], segments: Mapping[str, str]) -> dict[str, Stand]:
    """Return how the flag stands now, by environment."""
    found, parents = {}, tuple(prerequisites_of(definition.get("dependencies")))
    for row in rows(definition.get("environments")):
        name, strategies = text(row.get("name")), row.get("strategies")
        # A list of flags tells the environments without their strategies.
        if name is not None and isinstance(strategies, list):
            found[name] = Stand(row.get("enabled") is True, reach_of(rows(strategies), segments), parents)
    return found


def gone(stand: Stand) -> Stand:
    """Return how a flag stands in an environment that its project no longer has."""
    return Stand(False, Reach(0), stand.prerequisites)


def facts_of(name: str, site: str, body: Mapping[str, Any], life: list[Told], *, is_archived: bool) -> dict[str, Any]:
    """Return a flag's properties, by its newest version.

    Args:
        life: its events since it was last created.
    """
    definition = mapping_of(body.get("definition"))
    newest = {**{key: value for one in life for key, value in _metadata(one).items()}, **definition}
    created = optional_moment(newest.get("createdAt"))
    if created is None and life and life[0].kind == "feature-created":
        created = life[0].at
    updated = life[-1].at if life else None
    kind = text(newest.get("type"))
    links = [url for row in rows(definition.get("links")) if (url := text(row.get("url"))) is not None] or _links(life)
    return {
        "name": name,
        "description": text(newest.get("description")),
        "tags": _tags(life, definition),
        "custom_properties": {"links": sorted(set(links))} if links else {},
        "variations": _variants(definition, life),
        "is_temporary": None if kind is None else kind not in _PERMANENT,
        "is_archived": is_archived,
        "created_at": created.isoformat() if created else None,
        "updated_at": updated.isoformat() if updated else None,
        "url": f"https://{site}/projects/{text(body.get('project'))}/features/{name}",
    }


def _metadata(one: Told) -> Mapping[str, Any]:
    is_told = one.kind in ("feature-created", "feature-metadata-updated", "feature-updated", "feature-import")
    return one.data if is_told else {}


def _tags(life: Iterable[Told], definition: Mapping[str, Any]) -> list[str]:
    found = {tag for row in rows(definition.get("tags")) if (tag := tag_of(row)) is not None}
    for one in life:
        # The event of a tag that is taken off still lists it.
        found |= set(one.tags)
        changed = tag_of(one.before if one.kind == "feature-untagged" else one.data)
        if changed is not None and one.kind == "feature-tagged":
            found.add(changed)
        if changed is not None and one.kind == "feature-untagged":
            found.discard(changed)
    return sorted(found)


def _links(life: Iterable[Told]) -> list[str]:
    found: list[str] = []
    for one in life:
        added, removed = text(one.data.get("url")), text(one.before.get("url"))
        if one.kind in ("feature-link-removed", "feature-link-updated") and removed in found:
            found.remove(removed)
        if one.kind in ("feature-link-added", "feature-link-updated") and added:
            found.append(added)
    return found


def _variants(definition: Mapping[str, Any], life: Iterable[Told]) -> list[str]:
    listed = [*rows(definition.get("variants"))]
    for row in rows(definition.get("environments")):
        listed += [one for strategy in rows(row.get("strategies")) for one in rows(strategy.get("variants"))]
    for one in life:
        listed += rows(one.data.get("variants"))
    return list(dict.fromkeys(name for one in listed if (name := text(one.get("name"))) is not None))
