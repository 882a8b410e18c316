"""Which statuses an issue was in, and when: from the spans that Linear keeps, and from its history where they lack.

A row of the history tells one move for several within its window; the spans tell each. The spans may begin later than
the issue, or lack one: then the history fills in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.sources.linear.history import Row
from pipelines.sources.linear.values import moment, name_of, nodes, required, text


@dataclass(frozen=True, slots=True)
class State:
    """A status by id and, where it still has one, name."""

    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """An issue came into a status: `source_id` is the row or span that tells it, `before` what a row says it left."""

    at: datetime
    state: State
    source_id: str
    actor: str | None
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
        return f"{self.source_id}:status:{self.before.id or ''}:{self.after.id or ''}"


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
        MappingError: a span has no id or no time.
    """
    told = [visit for row in rows if (visit := _told(row)) is not None]
    spans = _spans(issue, rows)
    windows = {row.history_id: (row.at, row.until) for row in rows}
    missing = [visit for visit in told if not _is_among(visit, spans, windows)]
    visits = sorted([*spans, *missing], key=lambda visit: visit.at)
    first = _first(issue, told, spans, visits, windows)
    moves: list[Move] = []
    before = first
    for visit in visits:
        if visit.state.id != before.id:
            moves.append(Move(visit.at, before, visit.state, visit.source_id, visit.actor))
            before = visit.state
    return Path(first, moves)


def state_of(state: Any, state_id: Any = None) -> State:
    """Return a status from its object, or from its id alone where the status is gone."""
    return State(name_of(state, "id") or text(state_id), name_of(state))


def _told(row: Row) -> Visit | None:
    body = row.body
    after = state_of(body.get("toState"), body.get("toStateId"))
    if after.id is None:
        return None
    before = state_of(body.get("fromState"), body.get("fromStateId"))
    return Visit(row.at, after, row.history_id, row.actor, before if before.id else None)


def _spans(issue: Mapping[str, Any], rows: Sequence[Row]) -> list[Visit]:
    found: dict[str, Visit] = {}
    for span in nodes(issue.get("stateHistory")):
        span_id = required(span.get("id"), f"the id of a span of {issue.get('identifier')}")
        at = moment(span.get("startedAt"), f"startedAt of span {span_id}")
        by = next((row.actor for row in rows if _told(row) is not None and row.at <= at <= row.until), None)
        state = state_of(span.get("state"), span.get("stateId"))
        if state.id is not None:
            found[span_id] = Visit(at, state, span_id, by)
    return sorted(found.values(), key=lambda visit: (visit.at, visit.source_id))


def _is_among(told: Visit, spans: Sequence[Visit], windows: Mapping[str, tuple[datetime, datetime]]) -> bool:
    begin, end = windows[told.source_id]
    return any(span.state.id == told.state.id and begin <= span.at <= end for span in spans)


def _first(
    issue: Mapping[str, Any],
    told: Sequence[Visit],
    spans: Sequence[Visit],
    visits: Sequence[Visit],
    windows: Mapping[str, tuple[datetime, datetime]],
) -> State:
    """Return the first status: what the first move left, where the spans do not begin before it."""
    if told and told[0].before is not None:
        begin, end = windows[told[0].source_id]
        # The span that the first row led to, or one that began after it, is no first one.
        led_to = spans and spans[0].state.id == told[0].state.id and spans[0].at <= end
        if not spans or spans[0].at > begin or led_to:
            return told[0].before
    if visits:
        return visits[0].state
    return state_of(issue.get("state"))
