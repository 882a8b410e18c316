"""When the default branch of each repository was red, and who met it so: told by the facts of the builds alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.company.company import Company
from pipelines.company.facts import PullRequest
from pipelines.company.operations import Build
from pipelines.company.truth import reviewed


@dataclass(frozen=True, slots=True)
class RedTruth:
    """A workflow of the default branch was red from a failed attempt on to the next one that passed.

    Attributes:
        ended_at: None while it is red.
        is_flaky: the same commit turned it green.
        merged_changes: pull requests merged into the branch in that time.
        waiting_changes: those that were approved before it was green, and still open then.
    """

    repository: str
    workflow: str
    started_at: datetime
    ended_at: datetime | None
    failed_sha: str
    passed_sha: str | None
    is_flaky: bool
    merged_changes: int
    waiting_changes: int


def red_truths(company: Company, as_of: datetime) -> list[RedTruth]:
    """Return every red period that began by a moment, by repository and time."""
    found = []
    for team in company.teams:
        builds = [
            one for one in company.builds
            if one.repository == team.repository and one.branch == "main" and one.event == "push"
            and one.conclusion in ("success", "failure") and one.finished_at <= as_of
        ]  # fmt: skip
        pulls = [one for one in company.pull_requests(team.repository) if one.base == "main" and one.opened_at <= as_of]
        for workflow in sorted({one.workflow for one in builds}):
            own = [one for one in builds if one.workflow == workflow]
            found += _periods(own, pulls, as_of)
    return sorted(found, key=lambda one: (one.repository, one.workflow, one.started_at))


def _periods(builds: Sequence[Build], pulls: Sequence[PullRequest], as_of: datetime) -> list[RedTruth]:
    begun: Build | None = None
    newest: datetime | None = None
    found = []
    for build in sorted(builds, key=lambda one: one.finished_at):
        # Of an older commit that is tried again once a newer one is judged, nobody takes the branch's colour.
        if newest and build.created_at < newest:
            continue
        newest = build.created_at
        if build.conclusion == "failure":
            begun = begun or build
        elif begun:
            found.append(_period(begun, build, pulls, as_of))
            begun = None
    return [*found, _period(begun, None, pulls, as_of)] if begun else found


def _period(begun: Build, ended: Build | None, pulls: Sequence[PullRequest], as_of: datetime) -> RedTruth:
    until = ended.finished_at if ended else as_of
    # What is not merged by then is still open for who looks.
    merged = [pull for pull in pulls if begun.finished_at <= pull.merged_at < until]
    waiting = [pull for pull in pulls if _approved(pull, until) and pull.merged_at >= until]
    return RedTruth(
        begun.repository, begun.workflow, begun.finished_at, ended.finished_at if ended else None, begun.sha,
        ended.sha if ended else None, bool(ended and ended.sha == begun.sha), len(merged), len(waiting),
    )  # fmt: skip


def _approved(pull: PullRequest, until: datetime) -> bool:
    at = reviewed(pull)
    return at < until and at != pull.merged_at
