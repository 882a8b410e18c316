"""Walks the queries that the settings name, days at a time, from where each was read up to a little before now."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError, Finding, Memory, Network, RefusedError, Step, Target, VendorError
from pipelines.sources.prometheus.connection import PrometheusConnection, Query
from pipelines.sources.prometheus.limits import PrometheusLimits
from pipelines.sources.prometheus.queries import named_fields
from pipelines.sources.prometheus.series import AnswerError, Asked, merged, records_of, result_of

_DAY = timedelta(days=1)
# The server refuses more for a series in one answer.
MOST_POINTS = 11_000
# So that no answer grows with what was never read.
_MOST_DAYS = 31
# What a smaller request could mend.
_TOO_MUCH, _WRONG = ("answers 400", "answers 422", "answers more than"), ("parse error", "invalid parameter")
# Of the query itself and the same each time; any other warning says that something is lacking.
_OF_THE_QUERY = "PromQL "


class PrometheusCollector:
    """Reads one server. Implements `Collector`."""

    def __init__(self, connection: PrometheusConnection, network: Network) -> None:
        self._connection = connection
        signed = {"Authorization": connection.authorization} if connection.authorization else {}
        headers = {"Accept": "application/json", **signed}
        self._http = Http(connection.url, headers=headers, limits=PrometheusLimits(), network=network)
        self._step = timedelta(seconds=connection.step_seconds)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the queries that the settings name, in that order."""
        if not self._connection.queries:
            raise RefusedError("no query is named; put some into sources.prometheus.queries")
        yield from (Target(self._connection.instance, name) for name in self._connection.queries)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Read a query's days since the last one that may still change; each step's days are whole or the newest."""
        query, walk = self._connection.queries[target.name], f"{target.name} series"
        asked = Asked(target.instance, target.name, query.definition, self._connection.step_seconds)
        until = _begin_of(as_of - timedelta(minutes=self._connection.delay_minutes), self._step)
        meaning = [query.promql, query.definition, self._connection.step_seconds]
        kept = mapping_of(memory.cursor(walk))
        # A query that was changed has another history.
        known = parse_time(kept["until"]) if kept.get("meaning") == meaning else None
        begin = _first(known, as_of, self._connection)
        spans = list(self._spans(begin, until))
        for number, (start, end) in enumerate(spans, start=1):
            result = merged(self._answers(target.name, query, start, end))
            cursor = {"until": end.isoformat(), "meaning": meaning}
            yield Step(list(records_of(asked, result)), {walk: cursor}, (number, len(spans)))

    def _spans(self, begin: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield spans of whole days, but for the last, that an answer may tell in one."""
        days = max(min(MOST_POINTS * self._step // _DAY, _MOST_DAYS), 1)
        while begin < until:
            yield begin, min(begin + days * _DAY, until)
            begin += days * _DAY

    def _answers(self, name: str, query: Query, start: datetime, end: datetime) -> Iterator[list[Any]]:
        """Yield the answers to a span, in its order: several where a day has too many points, or one is too much."""
        most = MOST_POINTS * self._step
        if end - start > most:
            yield from self._answers(name, query, start, start + most)
            yield from self._answers(name, query, start + most, end)
            return
        try:
            yield self._asked(name, query, start, end)
        except BadAnswerError as error:
            half = start + (end - start) // self._step // 2 * self._step
            if half == start or not _is_too_much(error):
                raise
            yield from self._answers(name, query, start, half)
            yield from self._answers(name, query, half, end)

    def _asked(self, name: str, query: Query, start: datetime, end: datetime) -> list[Any]:
        """Ask for the buckets that begin from `start` on and end by `end`: each is told by the value at its end."""
        step = f"{self._connection.step_seconds}s"
        form = {
            "query": query.promql.replace("$step", step),
            "start": _stamp(start + self._step),
            "end": _stamp(end),
            "step": step,
        }
        answer = self._http.read("/api/v1/query_range", form=form).json()
        lacking = [str(one) for one in _list(answer, "warnings") if not str(one).startswith(_OF_THE_QUERY)]
        if lacking:
            raise BadAnswerError(
                f"prometheus warns that its answer to {name} may lack something ({lacking[0][:160]}); "
                "nothing of it is kept, and the next run asks again"
            )
        try:
            return result_of(answer)
        except AnswerError as error:
            raise BadAnswerError(f"prometheus answers {name} with {str(error)[:200]}; check its promql") from None

    def examine(self) -> Iterator[Finding]:
        """Try the address, the token and each query over the last hour that counts."""
        try:
            self._http.get("/api/v1/query", {"query": "vector(1)"}).json()
        except VendorError as error:
            yield Finding("act", f"{error} (sources.prometheus.url, STORYLINE_PROMETHEUS_TOKEN)")
            return
        yield Finding("ok", f"prometheus answers at {self._connection.url}.")
        until = _begin_of(now() - timedelta(minutes=self._connection.delay_minutes), self._step)
        for name, query in self._connection.queries.items():
            yield self._examined(name, query, until)

    def _examined(self, name: str, query: Query, until: datetime) -> Finding:
        try:
            result = self._asked(name, query, until - max(timedelta(hours=1), self._step), until)
        except VendorError as error:
            return Finding("act", f"{error} (sources.prometheus.queries.{name})")
        labels = [mapping_of(mapping_of(series).get("metric")) for series in result]
        nameless = [one for one in labels if "service" not in named_fields(one, query.definition)[0]]
        if not labels:
            return Finding("warn", f"query {name} measured nothing in the last hour; check its promql.")
        if nameless:
            return Finding(
                "warn", f"{len(nameless)} of {len(labels)} series of query {name} name no service; label them with one."
            )
        return Finding("ok", f"query {name} tells {len(labels)} series.")

    def offered(self) -> list[Target]:
        """List the recording rules of the server, whose names are queries; else the one series that all have."""
        groups = _list(mapping_of(self._http.get("/api/v1/rules", {"type": "record"}).json()).get("data"), "groups")
        names = {
            str(rule["name"]) for group in groups for rule in _list(group, "rules") if mapping_of(rule).get("name")
        }
        return [Target(self._connection.instance, name) for name in sorted(names) or ["up"]]


def _first(known: datetime | None, as_of: datetime, connection: PrometheusConnection) -> datetime:
    """Return the day's begin from which on is read: a record is of a whole day."""
    since = as_of - timedelta(days=connection.history_days)
    if known is not None:
        since = max(known - timedelta(hours=connection.reread_hours), since)
    return _begin_of(since, _DAY)


def _begin_of(at: datetime, size: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (at - epoch) // size * size


def _stamp(at: datetime) -> str:
    return str(round(at.timestamp()))


def _is_too_much(error: BadAnswerError) -> bool:
    """Tell whether less may be answered; a query that is wrong is as wrong when it is asked for less."""
    said = str(error)
    return any(words in said for words in _TOO_MUCH) and not any(words in said for words in _WRONG)


def _list(value: Any, field: str) -> list[Any]:
    found = mapping_of(value).get(field)
    return found if isinstance(found, list) else []
