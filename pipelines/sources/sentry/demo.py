"""Shows the sessions of two of the demo company's services as a Sentry organization has them at a moment."""

from datetime import datetime, timedelta
from pathlib import Path

from pipelines.company import Company
from pipelines.company.monitoring import readings
from pipelines.sources.played import Demo, Played
from pipelines.sources.sentry.server import Store, serve

ORGANIZATION = "acme-demo"
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played
_SERVICES = 2
# So many requests make a session, and so many failed ones of them make it crash.
_REQUESTS, _ERRORS = 12, 3
_DAYS = 90


def organization(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the organization with the sessions of its last days; a release is what was deployed last."""
    services = [team.repository.partition("/")[2] for team in company.teams[:_SERVICES]]
    store = Store(ORGANIZATION, tokens=tokens, projects={name: 4_500 + place for place, name in enumerate(services)})
    since = max(as_of - timedelta(days=_DAYS), company.begins_at)
    seen: dict[tuple[str, datetime], tuple[int, int]] = {}
    for one in readings(company, since, as_of):
        if one.service in services and one.flag is None:
            hour = one.at.replace(minute=0)
            requests, errors = seen.get((one.service, hour), (0, 0))
            seen[one.service, hour] = (requests + one.requests, errors + one.errors)
    for (service, hour), (requests, errors) in sorted(seen.items()):
        sessions = requests // _REQUESTS
        if sessions:
            key = (store.projects[service], _release(company, service, hour), "production")
            crashed = min(errors // _ERRORS, sessions)
            store.sessions.setdefault(key, {})[hour] = (sessions, round(1 - crashed / sessions, 6))
    return store


def _release(company: Company, service: str, at: datetime) -> str:
    out = [one for one in company.deployments if one.service == service and one.is_success and one.finished_at <= at]
    return f"{service}@{out[-1].sha}" if out else f"{service}@0"


class _Demo:
    """Two services' error tracker. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the organization."""
        store = organization(company, as_of, tokens={_TOKEN})
        table = {"organization": ORGANIZATION, "host": "sentry.io", "projects": list(store.projects)}
        return Played(serve(store), table, {"token": _TOKEN})


DEMO: Demo = _Demo()
