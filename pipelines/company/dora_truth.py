"""What is true of deployments and of DORA's five, told by what was planted: who carried what, what hurt, what healed.

By the definitions of docs/metrics.md and under the name `dora`. Nothing here guesses: whether an incident that names
nothing is due to a deployment is known, and so is the deployment that healed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.company.branches import merge_sha
from pipelines.company.company import Company
from pipelines.company.facts import Deployment, PullRequest
from pipelines.company.operations import Incident
from pipelines.company.releases import PRODUCTION


@dataclass(frozen=True, slots=True)
class DeploymentTruth:
    """What is true of a deployment as of a moment.

    Attributes:
        status: `success`, `failed` or `in_progress`.
        reasons: why it failed: `status`, `incident`, `rollback`, `revert`, `hotfix`; none where it did not.
        recovered_at: when the first of what healed it was there, None while it is not.
    """

    deployment: Deployment
    status: str
    reasons: tuple[str, ...]
    recovered_at: datetime | None
    is_rework: bool

    @property
    def recovery_seconds(self) -> float | None:
        """From its end to its recovery."""
        return (self.recovered_at - self.deployment.finished_at).total_seconds() if self.recovered_at else None


@dataclass(slots=True)
class DoraTruth:
    """What is true of a service's week, which begins on a Monday, UTC.

    Attributes:
        deployments: that succeeded; attempts at one commit count once.
        finished: that succeeded or failed.
        lead_time_seconds: first commit to production, of each change first carried that week.
        recovery_seconds: of each that failed and was healed.
    """

    service: str
    week_on: date
    deployments: int = 0
    finished: int = 0
    failed: int = 0
    rework: int = 0
    lead_time_seconds: list[float] = field(default_factory=list)
    recovery_seconds: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, the lists sorted."""
        return {
            "definition": "dora",
            "service": self.service,
            "week_on": self.week_on.isoformat(),
            "deployments": self.deployments,
            "finished": self.finished,
            "failed": self.failed,
            "rework": self.rework,
            "lead_time_seconds": sorted(self.lead_time_seconds),
            "recovery_seconds": sorted(self.recovery_seconds),
        }


def deployment_truths(company: Company, as_of: datetime) -> list[DeploymentTruth]:
    """Return what is true at a moment of each deployment that was begun by then, staging included."""
    known = _Known(company, as_of)
    return [known.truth(one) for one in company.deployments if one.created_at <= as_of]


def dora_truths(company: Company, as_of: datetime) -> list[DoraTruth]:
    """Return every week of every service from its first deployment to its last, those without any included."""
    weeks: dict[tuple[str, date], DoraTruth] = {}

    def week(service: str, at: datetime) -> DoraTruth:
        on = at.date() - timedelta(days=at.weekday())
        return weeks.setdefault((service, on), DoraTruth(service, on))

    attempts: dict[str, list[DeploymentTruth]] = {}
    for truth in deployment_truths(company, as_of):
        if truth.deployment.environment == PRODUCTION and truth.status != "in_progress":
            attempts.setdefault(truth.deployment.attempt_of, []).append(truth)
    for tried in attempts.values():
        out = next((one for one in tried if one.status == "success"), None)
        told = week(tried[0].deployment.service, (out or tried[0]).deployment.finished_at)
        told.finished += 1
        told.deployments += out is not None
        told.failed += any(one.reasons for one in tried)
        told.rework += bool(out and out.is_rework)
        recovered = [one.recovery_seconds for one in tried if one.recovery_seconds is not None]
        # The whole of the attempts was well again when the longest of them was.
        told.recovery_seconds += [max(recovered)] if recovered else []
    pulls = _pulls(company)
    for one in company.deployments:
        if one.finished_at <= as_of:
            told_times = [_lead_time(pulls[sha], one) for sha in one.pulls]
            week(one.service, one.finished_at).lead_time_seconds += told_times
    return list(_without_gaps(weeks))


def _without_gaps(weeks: dict[tuple[str, date], DoraTruth]) -> Iterator[DoraTruth]:
    for service in sorted({service for service, _ in weeks}):
        own = [on for name, on in weeks if name == service]
        for number in range((max(own) - min(own)).days // 7 + 1):
            on = min(own) + timedelta(weeks=number)
            yield weeks.get((service, on)) or DoraTruth(service, on)


def _lead_time(pull: PullRequest, one: Deployment) -> float:
    return (one.finished_at - min(commit.authored_at for commit in pull.commits)).total_seconds()


def _pulls(company: Company) -> dict[str, PullRequest]:
    return {merge_sha(pull): pull for team in company.teams for pull in company.pull_requests(team.repository)}


class _Known:
    """What had happened by a moment."""

    def __init__(self, company: Company, as_of: datetime) -> None:
        self._as_of = as_of
        self._pulls = _pulls(company)
        self._out = [one for one in company.deployments if one.finished_at <= as_of]
        self._by_key = {one.key: one for one in self._out}
        self._incidents: dict[str, list[Incident]] = {}
        for incident in company.incidents:
            if incident.deployment and incident.opened_at <= as_of:
                self._incidents.setdefault(incident.deployment, []).append(incident)
        self._healed: dict[str, list[tuple[str, datetime]]] = {}
        self._learn()

    def _learn(self) -> None:
        """Gather what healed each deployment, and by which sign it shows."""
        carried = {(one.service, sha): one for one in self._out for sha in one.pulls}
        for (service, sha), out in carried.items():
            pull = self._pulls[sha]
            broken = carried.get((service, pull.repairs or ""))
            if broken and pull.repair and broken.finished_at < out.finished_at:
                self._note(broken.key, pull.repair, out.finished_at)
        for one in self._out:
            if one.heals and one.is_rollback:
                self._note(one.heals, "rollback", one.finished_at)
        last: dict[tuple[str, str], list[Deployment]] = {}
        for one in self._out:
            failed = last.setdefault((one.service, one.environment), [])
            if one.is_success:
                for before in failed:
                    self._note(before.key, "status", one.finished_at)
                failed.clear()
            else:
                failed.append(one)

    def _note(self, key: str, rule: str, at: datetime) -> None:
        self._healed.setdefault(key, []).append((rule, at))

    def truth(self, one: Deployment) -> DeploymentTruth:
        """Return what is true of one deployment."""
        if one.finished_at > self._as_of:
            return DeploymentTruth(one, "in_progress", (), None, is_rework=False)
        status = "success" if one.is_success else "failed"
        rules, healed = [] if one.is_success else ["status"], []
        for rule, at in self._healed.get(one.key, []):
            rules.append(rule)
            healed.append(at)
        for incident in self._incidents.get(one.key, []):
            rules.append("incident")
            healed += [at for at in self._ends(incident) if at <= self._as_of]
        is_repair = bool(one.pulls) and all(self._pulls[sha].repair for sha in one.pulls)
        return DeploymentTruth(one, status, tuple(sorted(set(rules))), min(healed, default=None), is_rework=is_repair)

    def _ends(self, incident: Incident) -> Iterator[datetime]:
        if incident.resolved_at:
            yield incident.resolved_at
        for one in self._out:
            if one.heals == incident.deployment:
                yield one.finished_at
