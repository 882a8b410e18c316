"""Maps Unleash's records to events. Pure: no I/O, no clock. Vendor words stop here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.unleash.definition import facts_of, gone, stands_of
from pipelines.sources.unleash.timeline import OF_A_PROJECT, Stand, Timeline, Told, told_of, transactions
from pipelines.sources.unleash.values import optional_moment
from pipelines.sources.values import text

_STEPS = {"feature-archived": "flag.archived", "feature-revived": "flag.restored", "feature-deleted": "flag.deleted"}
# What changes no property of a flag: its end, and what happens around it.
_NO_PROPERTY = frozenset({"feature-deleted"}) | OF_A_PROJECT
_PRODUCTION = "production"


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream != "features":
        raise MappingError(f"unleash has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    return list(_Feature.of(Origin("unleash", instance), body).events())


@dataclass(frozen=True, slots=True)
class _Feature:
    """One flag's record, read."""

    origin: Origin
    body: Mapping[str, Any]
    name: str
    project: str
    told: list[Told]
    definition: Mapping[str, Any]
    segments: Mapping[str, str]

    @classmethod
    def of(cls, origin: Origin, body: Mapping[str, Any]) -> "_Feature":
        name, project = text(body.get("name")), text(body.get("project"))
        if name is None or project is None:
            raise MappingError("a flag tells no name or no project")
        told, definition = told_of(name, body.get("events")), mapping_of(body.get("definition"))
        if not told and not definition:
            raise MappingError(f"flag {name} has neither a definition nor a history")
        segments = {str(key): str(value) for key, value in mapping_of(body.get("segments")).items()}
        return cls(origin, body, name, project, told, definition, segments)

    def events(self) -> Iterator[Event]:
        # A name may be used again once its flag is deleted.
        starts = [place for place, one in enumerate(self.told) if one.kind == "feature-created"]
        life = self.told[starts[-1] :] if starts else self.told
        yield from self._created(starts, life)
        yield self._updated(life)
        timeline = Timeline(self.segments, is_whole=bool(self.told) and self.told[0].kind == "feature-created")
        for together in transactions(self.told):
            yield from self._changed(timeline, together)
        if self.definition and self.definition.get("archived") is not True:
            yield from self._observed(timeline)

    def _created(self, starts: list[int], life: list[Told]) -> Iterator[Event]:
        for place, end in pairwise([*starts, len(self.told)]):
            one = self.told[place]
            # What is told of a flag that was deleted is told by its own events alone.
            body = self.body if place == starts[-1] else {**self.body, "definition": None}
            yield self._event("flag.created", one, f"created:{one.number}", self._facts(body, self.told[place:end]))
        facts = self._facts(self.body, life)
        if not starts and facts["created_at"]:
            yield self.origin.event(
                "flag.created",
                subject=self._subject,
                occurrence="created",
                occurred_at=optional_moment(facts["created_at"]),
                record_id=self.name,
                payload=self._payload(facts),
            )

    def _updated(self, life: list[Told]) -> Event:
        last = next((one for one in reversed(life) if one.kind not in _NO_PROPERTY), None)
        facts = self._facts(self.body, life)
        return self.origin.event(
            "flag.updated",
            subject=self._subject,
            occurrence=f"updated:{last.number if last else 'now'}",
            occurred_at=last.at if last else optional_moment(facts["created_at"]),
            record_id=self.name,
            payload=self._payload(facts),
        )

    def _facts(self, body: Mapping[str, Any], life: list[Told]) -> dict[str, Any]:
        kept = [one for one in life if one.kind not in _NO_PROPERTY]
        moves = [one.kind for one in life if one.kind in _STEPS]
        is_archived = moves[-1] != "feature-revived" if moves else mapping_of(body.get("definition")).get("archived")
        return facts_of(self.name, self.origin.instance, body, kept, is_archived=bool(is_archived))

    def _changed(self, timeline: Timeline, together: list[Told]) -> Iterator[Event]:
        before = {name: timeline.stand(name) for name in timeline.environments}
        unknown = timeline.stand("")
        last: dict[str, Told] = {}
        timeline.begin(together)
        for one in together:
            touched = sorted(timeline.apply(one))
            if one.kind in _STEPS:
                yield self._event(_STEPS[one.kind], one, f"{_STEPS[one.kind]}:{one.number}", {})
            # Nothing asks for an archived flag any more, so what its archiving takes off with it reaches nobody.
            last = {} if one.kind in ("feature-archived", "feature-deleted") else last | dict.fromkeys(touched, one)
        for name, one in last.items():
            after = timeline.stand(name)
            changes = _changes(before.get(name, unknown), after) or ["other"]
            facts = {**self._standing(name, after), "changes": changes, "version": one.number}
            facts["is_rerandomised"] = _is_rerandomised(before.get(name), after)
            yield self._event("flag.configured", one, f"{one.number}:{name}", facts)

    def _observed(self, timeline: Timeline) -> Iterator[Event]:
        """Yield how the flag stands where its events tell otherwise: as after an import, which writes no event."""
        now = stands_of(self.definition, self.segments)
        if not now:
            return
        for name in timeline.environments:
            now.setdefault(name, gone(timeline.stand(name)))
        for name, stand in now.items():
            replayed = timeline.stand(name)
            if _as_seen(stand) == _as_seen(replayed):
                continue
            last = self.told[-1].number if self.told else 0
            yield self.origin.event(
                "flag.configured",
                subject=self._subject,
                occurrence=f"seen:{last}:{name}:{_as_seen(stand)}",
                # No event tells when it came about; it was so when somebody looked.
                occurred_at=None,
                record_id=self.name,
                payload=self._payload(
                    {**self._standing(name, stand), "changes": _changes(replayed, stand), "is_observed": True}
                ),
            )

    def _standing(self, environment: str, stand: Stand) -> dict[str, Any]:
        kind = text(mapping_of(self.body.get("environments")).get(environment)) or environment
        share = None if stand.is_on is None else stand.reach.percentage if stand.is_on else 0
        reason = "no event tells whether it is on" if stand.is_on is None else stand.reach.reason
        return {
            "environment": environment,
            "is_production": kind.casefold() == _PRODUCTION,
            "is_on": stand.is_on,
            "served_percentage": None if share is None else float(share),
            "unknown_reason": reason if share is None else None,
            "targeted_users": stand.reach.people,
            "targeted_segments": list(stand.reach.segments),
            "prerequisites": list(stand.prerequisites),
        }

    @property
    def _subject(self) -> str:
        return f"flag:{self.origin.instance}/{self.project}/{self.name}"

    def _payload(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {"project": self.project, "flag_key": self.name, **facts}

    def _event(self, event_type: str, one: Told, occurrence: str, facts: Mapping[str, Any]) -> Event:
        return self.origin.event(
            event_type,
            subject=self._subject,
            occurrence=occurrence,
            occurred_at=one.at,
            actor=one.actor,
            record_id=str(one.number),
            payload=self._payload(facts),
        )


def _changes(before: Stand, after: Stand) -> list[str]:
    found = []
    if before.is_on != after.is_on and after.is_on is not None:
        found.append("turned_on" if after.is_on else "turned_off")
    one, other = before.reach, after.reach
    if (one.percentage, one.reason, one.draws) != (other.percentage, other.reason, other.draws):
        found.append("rollout")
    if (one.people or 0, one.segments) != (other.people or 0, other.segments):
        found.append("targeting")
    if before.prerequisites != after.prerequisites:
        found.append("prerequisites")
    return found


def _is_rerandomised(before: Stand | None, after: Stand) -> bool | None:
    one, other = before.reach.draws if before else frozenset(), after.reach.draws
    return not one & other if one and other else None


def _as_seen(stand: Stand) -> tuple[Any, ...]:
    """Return what a reader of the flag would see of it; whom an off flag would reach is not seen."""
    if not stand.is_on:
        return (bool(stand.is_on),)
    reach = stand.reach
    return True, reach.percentage, reach.people or 0, reach.segments, stand.prerequisites
