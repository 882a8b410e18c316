"""What is true of deployments and of DORA's five, told by what was planted: who carried what, what hurt, what healed.

By the definitions of docs/metrics.md and under the name `dora`. Nothing here guesses: whether an incident that names
nothing is due to a deployment is known, and so is the deployment that healed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from pipelines.company.branches import merge_sha
from pipelines.company.company import Company
from pipelines.company.facts import Deployment, PullRequest, Story
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


@dataclass(frozen=True, slots=True)
class Point:
    """What a definition counts of a service at a moment.

    Attributes:
        measure: `deployment`, `lead_time`, `judged` and `failed` (which make the fail rate), `recovery` or `rework`.
        value: seconds, or 1 where it is only counted.
    """

    service: str
    measure: str
    at: datetime
    value: float = 1.0


def week_of(at: datetime) -> date:
    """Return the Monday of a moment's week, UTC."""
    return at.date() - timedelta(days=at.weekday())


def weeks_of(company: Company, as_of: datetime) -> Iterator[tuple[str, date]]:
    """Yield every week of every service from its first deployment to the moment, those without any included."""
    first: dict[str, datetime] = {}
    for one in company.deployments:
        if one.environment == PRODUCTION and one.finished_at <= as_of:
            first[one.service] = min(first.get(one.service, one.finished_at), one.finished_at)
    for service, at in sorted(first.items()):
        for number in range((week_of(as_of) - week_of(at)).days // 7 + 1):
            yield service, week_of(at) + timedelta(weeks=number)


def dora_points(company: Company, as_of: datetime) -> Iterator[Point]:
    """Yield what DORA's own definition counts."""
    attempts: dict[str, list[DeploymentTruth]] = {}
    for truth in deployment_truths(company, as_of):
        if truth.deployment.environment == PRODUCTION and truth.status != "in_progress":
            attempts.setdefault(truth.deployment.attempt_of, []).append(truth)
    for tried in attempts.values():
        out = next((one for one in tried if one.status == "success"), None)
        service, at = tried[0].deployment.service, (out or tried[0]).deployment.finished_at
        yield Point(service, "judged", at)
        if out is not None:
            yield Point(service, "deployment", at)
        if any(one.reasons for one in tried):
            yield Point(service, "failed", at)
        if out and out.is_rework:
            yield Point(service, "rework", at)
        recovered = [one.recovery_seconds for one in tried if one.recovery_seconds is not None]
        if recovered:
            # The whole of the attempts was well again when the longest of them was.
            yield Point(service, "recovery", at, max(recovered))
    pulls = _pulls(company)
    for one in company.deployments:
        for sha in one.pulls if one.finished_at <= as_of else ():
            yield Point(one.service, "lead_time", one.finished_at, _lead_time(pulls[sha], one))


def dora_truths(company: Company, as_of: datetime) -> list[DoraTruth]:
    """Return every week of every service from its first deployment to the moment, those without any included."""
    weeks = {(service, on): DoraTruth(service, on) for service, on in weeks_of(company, as_of)}
    for point in dora_points(company, as_of):
        told = weeks[point.service, week_of(point.at)]
        told.deployments += point.measure == "deployment"
        told.finished += point.measure == "judged"
        told.failed += point.measure == "failed"
        told.rework += point.measure == "rework"
        if point.measure == "lead_time":
            told.lead_time_seconds.append(point.value)
        elif point.measure == "recovery":
            told.recovery_seconds.append(point.value)
    return list(weeks.values())


def taken_back(story: Story) -> Iterator[datetime]:
    """Yield the moments at which fewer of production's users got the story's feature than before."""
    steps = [step for step in (story.flag.steps if story.flag else ()) if step.environment == PRODUCTION]
    for before, after in pairwise(steps):
        if after.percentage < before.percentage:
            yield after.at


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
        # When the flag of a story was taken back, by the merges of its pull requests.
        self._taken_back: dict[str, list[datetime]] = {}
        for story in company.stories:
            for pull in story.pull_requests if story.flag else ():
                fallen = [at for at in taken_back(story) if at <= as_of]
                self._taken_back.setdefault(merge_sha(pull), []).extend(fallen)
        self._healed: dict[str, list[tuple[str, datetime]]] = {}
        self._learn()

    def _learn(self) -> None:
        """Gather what healed each deployment, and by which sign it shows."""
        carried = {(one.service, sha): one for one in self._out for sha in one.pulls}
        for (service, sha), out in carried.items():
            pull = self._pulls[sha]
            broken = carried.get((service, pull.repairs or ""))
            if broken and pull.repair and broken.finished_at < out.finished_at:
                off = [at for at in self._taken_back.get(pull.repairs or "", ()) if broken.finished_at < at]
                self._note(broken.key, pull.repair, min([out.finished_at, *off]))
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
        # Of several incidents the last to end counts, and none while one of them lasts.
        ends: list[datetime | None] = []
        for incident in self._incidents.get(one.key, []):
            rules.append("incident")
            ends.append(min((at for at in self._ends(incident, one) if at <= self._as_of), default=None))
        if ends and None not in ends:
            healed.append(max(at for at in ends if at is not None))
        is_repair = bool(one.pulls) and all(self._pulls[sha].repair for sha in one.pulls)
        return DeploymentTruth(one, status, tuple(sorted(set(rules))), min(healed, default=None), is_rework=is_repair)

    def _ends(self, incident: Incident, blamed: Deployment) -> Iterator[datetime]:
        if incident.resolved_at:
            yield incident.resolved_at
        for one in self._out:
            if one.heals == incident.deployment:
                yield one.finished_at
        for sha in blamed.pulls:
            yield from (at for at in self._taken_back.get(sha, ()) if at >= incident.opened_at)
