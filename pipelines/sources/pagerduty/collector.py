"""Walks an account's incidents in the order in which they were opened, and asks again for those that may have ended."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import (
    BadAnswerError,
    Finding,
    Memory,
    MissingError,
    Network,
    Step,
    Target,
    VendorError,
)
from pipelines.sources.pagerduty.connection import PagerDutyConnection
from pipelines.sources.pagerduty.limits import PagerDutyLimits
from pipelines.sources.pagerduty.recording import opened_at, records_of

_WALK = "incidents"
_PER_PAGE = 100
# The vendor lists no further than that.
_MOST_LISTED = 10_000
# It refuses half a year and more between the two ends of what is asked for.
_WINDOW = timedelta(days=170)
_TICK = timedelta(seconds=1)
# The list may lag behind what was just opened.
_LAGS = timedelta(hours=1)


class PagerDutyCollector:
    """Reads one account. Implements `Collector`."""

    def __init__(self, connection: PagerDutyConnection, network: Network) -> None:
        self._connection = connection
        headers = {
            "Authorization": connection.authorization,
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
        self._http = Http(connection.url, headers=headers, limits=PagerDutyLimits(), network=network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the account."""
        yield Target(self._connection.host, _WALK)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Read the incidents of the last days again and all newer ones, page by page; older open ones one by one."""
        kept = mapping_of(memory.cursor(_WALK))
        services = self._service_ids()
        still_open = {str(key): str(at) for key, at in mapping_of(kept.get("open")).items()}
        begin = as_of - timedelta(days=self._connection.history_days)
        if kept.get("until"):
            begin = parse_time(kept["until"]) - max(timedelta(days=self._connection.rescan_days), _LAGS)
        for incident_id in [key for key, at in still_open.items() if parse_time(at) < begin]:
            rows = self._alone(incident_id)
            _note(still_open, rows)
            yield Step(list(records_of(target.instance, rows)), {_WALK: {**kept, "open": dict(still_open)}})
        until = str(kept.get("until") or _iso(begin))
        for rows in self._pages(begin, as_of, services):
            _note(still_open, rows)
            until = max(until, *map(_iso, filter(None, map(opened_at, rows))))
            # They come in the order of their opening, so whatever was opened before is read.
            yield Step(list(records_of(target.instance, rows)), {_WALK: {"until": until, "open": dict(still_open)}})
        # A quiet year is read as well, and need not be asked for again.
        yield Step((), {_WALK: {"until": max(until, _iso(as_of)), "open": dict(still_open)}})

    def _pages(self, begin: datetime, until: datetime, services: list[str]) -> Iterator[list[Any]]:
        while begin < until:
            end = min(begin + _WINDOW, until)
            yield from self._window(begin, end, services)
            begin = end

    def _window(self, begin: datetime, end: datetime, services: list[str]) -> Iterator[list[Any]]:
        """Yield pages of new rows. Each page begins where the one before ended in time: a list that is numbered
        through would end at the ten thousandth, and skip a row for each that leaves it meanwhile.
        """
        since, offset, seen = begin, 0, set[str]()
        while True:
            page = self._page(since, end, services, offset)
            rows = _list(page, _WALK)
            new = [row for row in rows if _name(row) not in seen]
            if new:
                yield new
            if not page.get("more"):
                return
            seen.update(map(_name, rows))
            offset = 0 if new else offset + _PER_PAGE
            since = max([since, *(at - _TICK for at in map(opened_at, new) if at is not None)])
            if offset + _PER_PAGE > _MOST_LISTED:
                raise BadAnswerError(
                    f"pagerduty lists more than {_MOST_LISTED:,} incidents of one second; name fewer services"
                )

    def _page(self, since: datetime, until: datetime, services: list[str], offset: int) -> Any:
        asked: dict[str, Any] = {
            "since": _iso(since),
            "until": _iso(until),
            "sort_by": "created_at:asc",
            "limit": _PER_PAGE,
            "offset": offset,
            "include[]": "first_trigger_log_entries",
        }
        return mapping_of(
            self._http.get("/incidents", asked | ({"service_ids[]": services} if services else {})).json()
        )

    def _alone(self, incident_id: str) -> list[Any]:
        try:
            asked = {"include[]": "first_trigger_log_entries"}
            return [mapping_of(self._http.get(f"/incidents/{incident_id}", asked).json()).get("incident")]
        except MissingError:
            # Of a service that was deleted, or that this token no longer sees: what is known of it stays.
            return []

    def _service_ids(self) -> list[str]:
        if not self._connection.services:
            return []
        known = {row["name"]: row["id"] for row in self._services()}
        missing = [name for name in self._connection.services if name not in known]
        if missing:
            raise MissingError(_not_shown(missing[0], list(known)))
        return [known[name] for name in self._connection.services]

    def _services(self) -> Iterator[Any]:
        offset = 0
        while True:
            page = mapping_of(self._http.get("/services", {"limit": _PER_PAGE, "offset": offset}).json())
            rows = _list(page, "services")
            yield from (row for row in rows if mapping_of(row).get("name") and row.get("id"))
            offset += _PER_PAGE
            if not page.get("more") or not rows:
                return

    def examine(self) -> Iterator[Finding]:
        """Try the address, the token and each service that is named."""
        try:
            shown = [target.name for target in self.offered()]
        except VendorError as error:
            yield Finding("act", f"{error} (sources.pagerduty.url, STORYLINE_PAGERDUTY_TOKEN)")
            return
        yield Finding("ok", f"pagerduty answers at {self._connection.url} and shows {len(shown)} services.")
        for name in self._connection.services:
            if name not in shown:
                yield Finding("act", f"{_not_shown(name, shown)}.")

    def offered(self) -> list[Target]:
        """List the services that the token sees."""
        return [Target(self._connection.host, str(row["name"])) for row in self._services()]


def _note(still_open: dict[str, str], rows: list[Any]) -> None:
    """Keep in mind which incidents may still end."""
    for row in map(mapping_of, rows):
        at = opened_at(row)
        if row.get("status") == "resolved" or at is None:
            still_open.pop(_name(row), None)
        else:
            still_open[_name(row)] = _iso(at)


def _name(row: Any) -> str:
    return str(mapping_of(row).get("id"))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _list(value: Any, field: str) -> list[Any]:
    found = mapping_of(value).get(field)
    return found if isinstance(found, list) else []


def _not_shown(name: str, shown: list[str]) -> str:
    return f"pagerduty shows no service {name!r} to this token; it shows {', '.join(sorted(shown)[:20]) or 'none'}"
