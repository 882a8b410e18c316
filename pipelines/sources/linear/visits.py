"""Which statuses an issue was in, and when: from the spans that Linear keeps, and from its history where they lack.

A row of the history tells one move for several within its window; the spans tell each. The spans may begin later than
the issue, or lack one: then the history fills in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.sources.linear.history import Row
from pipelines.sources.linear.values import name_of, nodes
from pipelines.sources.values import moment, text

# A span and the row that tells of it are written by two hands, not in one moment.
_TOLERANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class State:
    """A status by id and, where it still has one, name; a recording may tell the name alone."""

    id: str | None
    name: str | None

    @property
    def is_told(self) -> bool:
        """Whether there is one at all."""
        return self.id is not None or self.name is not None

    def is_same(self, other: "State") -> bool:
        """Tell whether two are one status: by id where both have one."""
        if self.id is not None and other.id is not None:
            return self.id == other.id
        return self == other or (self.name is not None and self.name == other.name)


@dataclass(frozen=True, slots=True)
class Visit:
    """An issue came into a status.

    Attributes:
        source_id: of the row or span that tells it.
        begin, end: the row's window with some tolerance; both the moment itself for a span.
        before: what a row says it left.
    """

    at: datetime
    state: State
    source_id: str
    actor: str | None
    begin: datetime
    end: datetime
    before: State | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An issue moved from one status to another."""

    at: datetime
    before: State
    after: State
    source_id: str
    actor: str | None

    @property
    def occurrence(self) -> str:
        """Names this move within the issue."""
        before, after = self.before.id or self.before.name, self.after.id or self.after.name
        return f"{self.source_id}:status:{before or ''}:{after or ''}"


@dataclass(frozen=True, slots=True)
class Path:
    """The status that an issue was created in, and its moves, oldest first."""

    first: State
    moves: list[Move]

    @property
    def last(self) -> State:
        """The status that the moves end in."""
        return self.moves[-1].after if self.moves else self.first


def path_of(issue: Mapping[str, Any], rows: Sequence[Row]) -> Path:
    """Return the way of an issue through the statuses.

    Raises:
        MappingError: a span has no time.
    """
    told = [visit for row in rows if (visit := _told(row)) is not None]
    spans = _spans(issue, told)
    missing = [visit for visit in told if not any(_tells(span, visit) for span in spans)]
    visits = sorted([*spans, *missing], key=lambda visit: visit.at)
    before = first = _first(issue, told, spans, visits)
    moves: list[Move] = []
    for visit in visits:
        if not visit.state.is_same(before):
            moves.append(Move(visit.at, before, visit.state, visit.source_id, visit.actor))
            before = visit.state
    return Path(first, moves)


def state_of(state: Any, state_id: Any = None) -> State:
    """Return a status from its object, or from its id alone where the status is gone."""
    return State(name_of(state, "id") or text(state_id), name_of(state))


def _told(row: Row) -> Visit | None:
    body = row.body
    after = state_of(body.get("toState"), body.get("toStateId"))
    if not after.is_told:
        return None
    before = state_of(body.get("fromState"), body.get("fromStateId"))
    window = row.at - _TOLERANCE, row.until + _TOLERANCE
    return Visit(row.at, after, row.history_id, row.actor, *window, before if before.is_told else None)


def _spans(issue: Mapping[str, Any], told: Sequence[Visit]) -> list[Visit]:
    found: dict[str, Visit] = {}
    for span in nodes(issue.get("stateHistory")):
        at = moment(span.get("startedAt"), f"startedAt of a span of {issue.get('identifier')}")
        span_id = text(span.get("id")) or at.isoformat()
        by = next((row.actor for row in told if row.begin <= at <= row.end), None)
        state = state_of(span.get("state"), span.get("stateId"))
        if state.is_told:
            found[span_id] = Visit(at, state, span_id, by, at, at)
    return sorted(found.values(), key=lambda visit: (visit.at, visit.source_id))


def _tells(span: Visit, told: Visit) -> bool:
    """Tell whether a span is where a row of the history led to."""
    return span.state.is_same(told.state) and told.begin <= span.at <= told.end


def _first(issue: Mapping[str, Any], told: Sequence[Visit], spans: Sequence[Visit], visits: Sequence[Visit]) -> State:
    """Return the first status: what the first move left, where the spans do not begin before it."""
    if told and told[0].before is not None:
        begun_before = spans and spans[0].at <= told[0].at + _TOLERANCE and not _tells(spans[0], told[0])
        if not begun_before:
            return told[0].before
    return visits[0].state if visits else state_of(issue.get("state"))
