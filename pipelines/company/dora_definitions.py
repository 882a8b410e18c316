"""The same events by three other definitions of DORA's figures, told by what was planted, as each tool's own text says.

A service stands for what a tool calls a project. What is told here of DevLake, GitLab and Four Keys is what
docs/metrics.md says of them; none of them knows of a rework rate.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from pipelines.company.branches import merge_sha, root_sha
from pipelines.company.company import Company
from pipelines.company.dora_truth import Point
from pipelines.company.facts import Deployment, PullRequest
from pipelines.company.operations import Incident
from pipelines.company.releases import PRODUCTION

Definition = Callable[[Company, datetime], Iterator[Point]]


class _Line:
    """What each service's production was given by a moment, in order, along the default branch of its repository."""

    def __init__(self, company: Company, as_of: datetime) -> None:
        self.merged: dict[str, list[PullRequest]] = {}
        self.place: dict[str, int] = {}
        self.pulls: dict[str, PullRequest] = {}
        for team in company.teams:
            own = [pull for pull in company.pull_requests(team.repository) if pull.base == "main"]
            own.sort(key=lambda pull: (pull.merged_at, merge_sha(pull)))
            self.merged[team.repository] = own
            self.place[root_sha(team.repository)] = -1
            for number, pull in enumerate(own):
                self.place[merge_sha(pull)], self.pulls[merge_sha(pull)] = number, pull
        self.out: dict[str, list[Deployment]] = {}
        for one in sorted(company.deployments, key=lambda one: one.finished_at):
            if one.environment == PRODUCTION and one.is_success and one.finished_at <= as_of:
                self.out.setdefault(one.service, []).append(one)
        roots = {root_sha(repository): repository for repository in self.merged}
        self.repository = {
            service: self.pulls[one.sha].repository if one.sha in self.pulls else roots[one.sha]
            for service, line in self.out.items()
            for one in line
        }
        self.incidents = [one for one in company.incidents if one.opened_at <= as_of and one.service in self.out]
        self.resolved = {
            one.key: one.resolved_at for one in self.incidents if one.resolved_at and one.resolved_at <= as_of
        }

    def held(self, service: str, above: int, up_to: int) -> list[PullRequest]:
        """Return what was merged above a place, up to another one."""
        return self.merged[self.repository[service]][above + 1 : up_to + 1]


def devlake(company: Company, as_of: datetime) -> Iterator[Point]:
    """Yield what DevLake counts: whole minutes, rounded up; what the success before a deployment lacked."""
    line = _Line(company, as_of)
    hurt: set[str] = set()
    for incident in line.incidents:
        before = [one for one in line.out[incident.service] if one.finished_at < incident.opened_at]
        if not before:
            continue
        if before[-1].key not in hurt:
            hurt.add(before[-1].key)
            yield Point(incident.service, "failed", before[-1].finished_at)
        if incident.key in line.resolved:
            lasted = line.resolved[incident.key] - before[-1].finished_at
            minutes = lasted.total_seconds() // 60
            yield Point(incident.service, "recovery", before[-1].finished_at, minutes * 60)
    for service, line_out in line.out.items():
        for one in line_out:
            yield Point(service, "deployment", one.finished_at)
            yield Point(service, "judged", one.finished_at)
        first: dict[str, Deployment] = {}
        for earlier, one in pairwise(line_out):
            for pull in line.held(service, line.place[earlier.sha], line.place[one.sha]):
                known = first.setdefault(merge_sha(pull), one)
                if one.created_at < known.created_at:
                    first[merge_sha(pull)] = one
        for sha, one in first.items():
            yield Point(service, "lead_time", one.finished_at, 60.0 * _cycle(line.pulls[sha], one))


def _cycle(pull: PullRequest, one: Deployment) -> int:
    coding = _minutes(min(commit.authored_at for commit in pull.commits), pull.opened_at)
    deploying = _minutes(pull.merged_at, one.finished_at)
    return (coding or 0) + (_minutes(pull.opened_at, pull.merged_at) or 0) + (deploying or 0)


def _minutes(begin: datetime, end: datetime) -> int | None:
    """Return the whole minutes of a span, rounded up; None for a negative one."""
    minutes = math.ceil((end - begin).total_seconds() / 60)
    return minutes if minutes >= 0 else None


def gitlab(company: Company, as_of: datetime) -> Iterator[Point]:
    """Yield what GitLab counts: from the merge on, and every incident of the service against its deployments."""
    line = _Line(company, as_of)
    for incident in line.incidents:
        yield Point(incident.service, "failed", incident.opened_at)
        if incident.key in line.resolved:
            ended = line.resolved[incident.key]
            yield Point(incident.service, "recovery", ended, (ended - incident.opened_at).total_seconds())
    for service, line_out in line.out.items():
        for one in line_out:
            yield Point(service, "deployment", one.finished_at)
            yield Point(service, "judged", one.finished_at)
        for pull in line.merged[line.repository[service]]:
            carriers = (
                one
                for one in line_out
                if line.place[one.sha] >= line.place[merge_sha(pull)] and one.finished_at >= pull.merged_at
            )
            carrier = next(carriers, None)
            if carrier and carrier is not line_out[0]:
                waited = (carrier.finished_at - pull.merged_at).total_seconds()
                yield Point(service, "lead_time", carrier.finished_at, waited)


def four_keys(company: Company, as_of: datetime) -> Iterator[Point]:
    """Yield what Four Keys counts: each commit of the push whose last one was deployed."""
    line = _Line(company, as_of)
    pushes: dict[str, dict[str, datetime]] = {
        root_sha(name): {root_sha(name): company.begins_at} for name in line.merged
    }
    for sha, pull in line.pulls.items():
        pushes[sha] = _push(pull)
    for service, line_out in line.out.items():
        for one in line_out:
            yield Point(service, "deployment", one.finished_at)
            yield Point(service, "judged", one.finished_at)
            for at in pushes[one.sha].values():
                minutes = (one.finished_at - at).total_seconds() // 60
                if minutes > 0:
                    yield Point(service, "lead_time", one.finished_at, 60.0 * minutes)
    shas = {one.key: one.sha for one in company.deployments}
    for incident in line.incidents:
        named = shas.get(incident.deployment or "") if _names_its_cause(incident) else None
        causes = [one for one in line.out[incident.service] if named is not None and named in pushes[one.sha]]
        for one in causes:
            yield Point(incident.service, "failed", one.finished_at)
        began = min([incident.opened_at, *(one.finished_at for one in causes)])
        if incident.key in line.resolved:
            hours = (line.resolved[incident.key] - began).total_seconds() // 3600
            yield Point(incident.service, "recovery", began, 3600.0 * hours)


def _push(pull: PullRequest) -> dict[str, datetime]:
    """Return the commits that came onto the default branch with a merge, and when each was committed."""
    if pull.merge_method == "merge":
        return {**{one.sha: one.committed_at for one in pull.commits}, merge_sha(pull): pull.merged_at}
    if pull.merge_method == "rebase":
        anew = {one.sha: pull.merged_at for one in pull.commits[:-1]}
        return {**anew, merge_sha(pull): pull.merged_at}
    return {merge_sha(pull): pull.merged_at}


def _names_its_cause(incident: Incident) -> bool:
    return incident.is_explicit and incident.deployment is not None


DEFINITIONS: dict[str, Definition] = {"devlake": devlake, "gitlab": gitlab, "four_keys": four_keys}
