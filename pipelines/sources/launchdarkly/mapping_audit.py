"""Maps an audit log entry: what was done to a flag, and how it stands in each environment after it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import PERSON_KEY, mapping_of
from pipelines.sources.launchdarkly import actions, shares
from pipelines.sources.launchdarkly.flags import described, subject_of
from pipelines.sources.launchdarkly.values import EVERY, Place, moment, whole
from pipelines.sources.values import required, rows, text


def entry_events(origin: Origin, entry: Mapping[str, Any]) -> Iterator[Event]:
    """Map an entry; one that changes nobody's variation, or is of no flag, gives nothing.

    Raises:
        MappingError: it changes a configuration and does not say how that stands after it, or has no id or time.
    """
    entry_id = required(entry.get("_id"), "the id of an audit log entry")
    at = moment(entry.get("date"), f"the date of audit log entry {entry_id}")
    done = actions.actions_of(entry)
    if entry.get("kind") != "flag" or not done - actions.QUIET:
        return
    places = actions.places_of(entry, loud=True)
    if not places:
        raise MappingError(f"audit log entry {entry_id} does not say which flag it is about")
    told = _Entry(origin, entry, entry_id, at)
    for project, flag in dict.fromkeys((place.project, place.flag) for place in places):
        own = [place for place in places if (place.project, place.flag) == (project, flag)]
        yield from told.steps(own[0], done)
        if actions.DELETED not in done:
            yield from told.configured(own, done)


class _Entry:
    """One entry being mapped."""

    def __init__(self, origin: Origin, entry: Mapping[str, Any], entry_id: str, at: datetime) -> None:
        self._origin, self._entry, self._id, self._at = origin, entry, entry_id, at
        self._actor = _actor(entry)

    def steps(self, place: Place, done: set[str]) -> Iterator[Event]:
        """Yield the flag's own beginning, end, and what lies between."""
        named = {"project": place.project, "flag_key": place.flag}
        after = mapping_of(self._entry.get("currentVersion"))
        if done & actions.CREATED:
            whole_flag = after or {"name": self._entry.get("name")}
            yield self._event("flag.created", place, described(self._origin.instance, whole_flag) | named)
        if actions.ARCHIVED in done:
            is_archived = after.get("archived")
            if not isinstance(is_archived, bool):
                is_archived = "restore" not in (text(self._entry.get("titleVerb")) or "").lower()
            yield self._event("flag.archived" if is_archived else "flag.restored", place, named)
        if actions.DELETED in done:
            yield self._event("flag.deleted", place, named)

    def configured(self, places: list[Place], done: set[str]) -> Iterator[Event]:
        """Yield how the flag stands in each environment that the entry touched."""
        about = done - {actions.ARCHIVED}
        if not about - actions.QUIET:
            return
        after, before = (mapping_of(self._entry.get(name)) for name in ("currentVersion", "previousVersion"))
        if not after:
            raise MappingError(
                f"audit log entry {self._id} changes flag {places[0].flag} and tells no state after it; "
                "record the whole entry, as its own address gives it"
            )
        known = mapping_of(after.get("environments"))
        asked = {place.environment for place in places}
        touched = sorted(known if EVERY in asked else asked)
        for environment in touched:
            config = known.get(environment)
            if not isinstance(config, dict):
                # A flag that is created may be told without the environments that it will have.
                if about & actions.CREATED:
                    continue
                raise MappingError(f"audit log entry {self._id} does not say how its flag stands in {environment}")
            earlier = mapping_of(mapping_of(before.get("environments")).get(environment))
            place = Place(places[0].project, environment, places[0].flag)
            yield self._configured(place, after, (earlier, config), about)

    def _configured(
        self,
        place: Place,
        flag: Mapping[str, Any],
        versions: tuple[Mapping[str, Any], Mapping[str, Any]],
        done: set[str],
    ) -> Event:
        before, config = versions
        feature = shares.feature_of(flag, config)
        share = shares.share_of(feature, config)
        payload = {
            "project": place.project,
            "flag_key": place.flag,
            "environment": place.environment,
            "changes": actions.changes_of(done, before, config),
            "is_on": config.get("on") if isinstance(config.get("on"), bool) else None,
            "served_percentage": share.percentage,
            "unknown_reason": share.reason,
            "feature_variation": feature.name,
            "targeted_users": share.users,
            "targeted_segments": share.segments,
            "prerequisites": shares.prerequisites_of(config),
            "is_rerandomised": _is_rerandomised(before, config),
            "version": whole(config.get("version")),
        }
        return self._event("flag.configured", place, payload, place.environment)

    def _event(self, event_type: str, place: Place, payload: Mapping[str, Any], environment: str = "") -> Event:
        return self._origin.event(
            event_type,
            subject=subject_of(self._origin.instance, place.project, place.flag),
            occurrence=f"{self._id}:{environment}" if environment else self._id,
            occurred_at=self._at,
            payload=payload,
            actor=self._actor,
            record_id=self._id,
        )


def _is_rerandomised(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool | None:
    """Tell whether people are drawn anew: by another salt or seed, or by another kind or attribute."""
    if not before:
        return None
    was, now = _draw(before), _draw(after)
    # A rollout that begins or ends draws nobody anew.
    both = was.keys() & now.keys()
    return before.get("salt") != after.get("salt") or any(was[place] != now[place] for place in both)


def _draw(config: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    served = {"": mapping_of(config.get("fallthrough"))}
    served |= {str(rule.get("_id")): rule for rule in rows(config.get("rules"))}
    return {
        place: tuple(str(rollout.get(name)) for name in ("seed", "bucketBy", "contextKind"))
        for place, one in served.items()
        if isinstance(rollout := one.get("rollout"), dict)
    }


def _actor(entry: Mapping[str, Any]) -> str | None:
    """Return who did it: a person, whichever token they used, else the service token or app by its name."""
    member = str(mapping_of(entry.get("member")).get("_id"))
    if PERSON_KEY.fullmatch(member):
        return member
    token = mapping_of(entry.get("token"))
    service = text(token.get("name")) if token.get("serviceToken") is True else None
    name = service or text(mapping_of(entry.get("app")).get("name"))
    return f"bot:{name}" if name else None
