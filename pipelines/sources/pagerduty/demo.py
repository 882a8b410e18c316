"""Shows what paged the demo company's first team as a PagerDuty account has it at a moment."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.company import Company
from pipelines.company.facts import Deployment, Person
from pipelines.company.operations import Incident
from pipelines.sources.pagerduty.server import Store, serve
from pipelines.sources.played import Demo, Played

HOST = "acme-demo.pagerduty.com"
_API = "https://api.pagerduty.com"
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played
_ACKNOWLEDGED_AFTER = timedelta(minutes=4)


def account(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the account with every incident that paged the first team by then."""
    store, team = Store(HOST, tokens=tokens), company.teams[0]
    service = team.repository.partition("/")[2]
    # A service without an incident is there, too.
    known = _reference("service", f"P{service.upper()}", service)
    store.services[known["id"]] = known | {"name": service, "status": "active", "type": "service"}
    deployments = {one.key: one for one in company.deployments}
    for number, one in enumerate(found for found in company.incidents if found.told_in == "on_call"):
        if one.opened_at <= as_of:
            person = team.members[number % len(team.members)]
            blamed = deployments.get(one.deployment or "")
            store.put(_incident(number, one, person, blamed, as_of))
    return store


def _incident(number: int, one: Incident, person: Person, blamed: Deployment | None, as_of: datetime) -> dict[str, Any]:
    resolved_at = one.resolved_at if one.resolved_at and one.resolved_at <= as_of else None
    acknowledged_at = one.opened_at + _ACKNOWLEDGED_AFTER
    is_acknowledged = acknowledged_at <= as_of
    status = "resolved" if resolved_at else "acknowledged" if is_acknowledged else "triggered"
    changed_at = resolved_at or (acknowledged_at if is_acknowledged else one.opened_at)
    user, incident_id = _reference("user", f"P{person.key.upper()}", person.name), f"Q{one.key.upper()}"
    details = {"environment": "production"}
    if one.is_explicit and blamed is not None:
        details["sha"] = blamed.sha
    if one.is_explicit and one.flag is not None:
        details["flag_key"] = one.flag
    return {
        "id": incident_id,
        "type": "incident",
        "summary": f"[#{number + 1}] {one.title}",
        "self": f"{_API}/incidents/{incident_id}",
        "html_url": f"https://{HOST}/incidents/{incident_id}",
        "incident_number": number + 1,
        "title": one.title,
        "description": one.title,
        "created_at": _stamp(one.opened_at),
        "updated_at": _stamp(changed_at),
        "status": status,
        "incident_key": one.key,
        "service": _reference("service", f"P{one.service.upper()}", one.service),
        "assignments": [] if resolved_at else [{"at": _stamp(one.opened_at), "assignee": user}],
        "last_status_change_at": _stamp(changed_at),
        "last_status_change_by": user,
        "resolved_at": _stamp(resolved_at) if resolved_at else None,
        "urgency": "high" if one.severity in ("sev1", "SEV1", "critical", "high") else "low",
        "priority": _reference("priority", f"P{one.severity.upper()}", one.severity),
        "first_trigger_log_entry": {
            "id": f"R{one.key.upper()}",
            "type": "trigger_log_entry",
            "channel": {"type": "api", "details": details},
        },
    }


def _reference(kind: str, name: str, summary: str) -> dict[str, Any]:
    page = {"self": f"{_API}/{kind}s/{name}", "html_url": f"https://{HOST}/{kind}s/{name}"}
    return {"id": name, "type": f"{kind}_reference", "summary": summary, **page}


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class _Demo:
    """The first team's on-call tool. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the account."""
        table = {"host": HOST, "history_days": (as_of - company.begins_at).days + 1}
        return Played(serve(account(company, as_of, tokens={_TOKEN})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()
