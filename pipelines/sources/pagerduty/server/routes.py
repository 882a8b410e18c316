"""Answers as the vendor's REST API does: lists by offset with `more`, incidents between two moments, one alone."""

from datetime import timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.loopback import Loopback, Reply, Request
from pipelines.sources.pagerduty.server.store import Row, Store

_LONGEST = timedelta(days=184)


def serve(store: Store) -> Loopback:
    """Return a server over the store; it answers inside its context."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    if request.headers.get("authorization") not in {f"Token token={token}" for token in store.tokens}:
        return _error(401, 2006, "Access Denied")
    match request.path.strip("/").split("/"):
        case ["services"]:
            return _listed(store, request, "services", sorted(store.services.values(), key=lambda row: row["name"]))
        case ["incidents"]:
            return _incidents(store, request)
        case ["incidents", incident_id] if incident_id in store.incidents:
            return Reply(json={"incident": _shown(store.incidents[incident_id], request)})
        case _:
            return _error(404, 2100, "Not Found")


def _incidents(store: Store, request: Request) -> Reply:
    since, until = (parse_time(request.asked(name) or "") for name in ("since", "until"))
    if until - since > _LONGEST:
        return _error(400, 2001, "Invalid Input Provided", "Date range may not exceed 6 months.")
    services = set(request.query.get("service_ids[]", ()))
    rows = [
        _shown(row, request)
        for row in store.incidents.values()
        if since <= parse_time(row["created_at"]) <= until
        and (not services or mapping_of(row.get("service")).get("id") in services)
    ]
    rows.sort(key=lambda row: (parse_time(row["created_at"]), row["id"]))
    return _listed(store, request, "incidents", rows)


def _shown(row: Row, request: Request) -> Row:
    """Return an incident with what is asked to be included; else there is a mere reference."""
    entry = row.get("first_trigger_log_entry")
    if "first_trigger_log_entries" in request.query.get("include[]", ()) or not isinstance(entry, dict):
        return row
    return row | {"first_trigger_log_entry": {"id": entry.get("id"), "type": "trigger_log_entry_reference"}}


def _listed(store: Store, request: Request, name: str, rows: list[Any]) -> Reply:
    limit, offset = min(int(request.asked("limit") or 25), store.most_per_page), int(request.asked("offset") or 0)
    if offset + limit > store.most_listed:
        return _error(400, 2001, "Invalid Input Provided", "Offset + limit exceeds the maximum allowed value.")
    shown = rows[offset : offset + limit]
    more = offset + limit < len(rows)
    return Reply(json={name: shown, "limit": limit, "offset": offset, "total": None, "more": more})


def _error(status: int, code: int, message: str, *errors: str) -> Reply:
    return Reply(status, json={"error": {"message": message, "code": code, "errors": list(errors)}})
