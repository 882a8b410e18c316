"""What a flag says of itself, apart from its environments."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.launchdarkly.values import flag_moments, iso, moment_or_none, newest_moment, texts
from pipelines.sources.values import required, rows, text


def subject_of(instance: str, project: str, flag: str) -> str:
    """Return what events of a flag are about."""
    return f"flag:{instance}/{project}/{flag}"


def flag_events(origin: Origin, flag: Mapping[str, Any]) -> Iterator[Event]:
    """Map a flag by its newest version.

    Raises:
        MappingError: it has no key, or does not say which project it is of.
    """
    key = required(flag.get("key"), "the key of a flag")
    project = required(project_of(flag), f"the project of flag {key}, in the address of the flag itself,")
    # A change of its name or tags tells no time: then it stands so when it is first seen so.
    told = [at for at in flag_moments(flag) if at != flag.get("creationDate")]
    updated = newest_moment(told)
    version = text(flag.get("_version")) or iso(updated) or "newest"
    yield origin.event(
        "flag.updated",
        subject=subject_of(origin.instance, project, key),
        occurrence=version,
        occurred_at=updated,
        record_id=f"{project}/{key}",
        payload=described(origin.instance, flag)
        | {"project": project, "flag_key": key, "is_archived": flag.get("archived") is True},
    )


def project_of(flag: Mapping[str, Any]) -> str | None:
    """Return the project of a flag, which only its own address tells: `/api/v2/flags/shop/csv-export`."""
    address = text(mapping_of(mapping_of(flag.get("_links")).get("self")).get("href")) or ""
    parts = address.partition("/flags/")[2].split("/")
    return parts[0] if len(parts) > 1 and parts[0] else None


def described(instance: str, flag: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a flag says of itself, as `flag.created` and `flag.updated` carry it."""
    project, key = project_of(flag), text(flag.get("key"))
    properties = {
        name: texts(mapping_of(one).get("value")) for name, one in mapping_of(flag.get("customProperties")).items()
    }
    is_temporary = flag.get("temporary")
    return {
        "name": text(flag.get("name")),
        "description": text(flag.get("description")),
        "tags": texts(flag.get("tags")),
        "custom_properties": properties,
        "variations": [_variation(one, index) for index, one in enumerate(rows(flag.get("variations")))],
        "is_temporary": is_temporary if isinstance(is_temporary, bool) else None,
        "created_at": iso(moment_or_none(flag.get("creationDate"))),
        "updated_at": iso(newest_moment(flag_moments(flag))),
        "url": f"https://{instance}/projects/{project}/flags/{key}" if instance and project and key else None,
    }


def _variation(variation: Mapping[str, Any], index: int) -> str:
    value = variation.get("value")
    shown = str(value).lower() if isinstance(value, bool) else text(value)
    return text(variation.get("name")) or shown or str(index)
