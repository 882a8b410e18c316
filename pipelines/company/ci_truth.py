"""What is true of CI: its weeks and gates, when the default branch was red, flaky tests, and what changes cover."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.company.branches import merge_sha
from pipelines.company.company import Company
from pipelines.company.operations import Build, Job
from pipelines.company.red_truth import RedTruth, red_truths
from pipelines.company.suite_reports import suite_reports

GATES = {"lint": "lint", "types": "types", "unit": "unit", "integration": "integration", "build": "build",
         "e2e": "end to end"}  # fmt: skip
# The jobs of a run cost a request. Those of runs older than ninety days nobody asks for, unless the settings say so; of
# weeks that begin later than this all are known.
_GATES_OF = timedelta(days=80)
_WEEK = timedelta(weeks=1)
_JUDGED = ("success", "failure")


@dataclass(frozen=True, slots=True)
class WeekTruth:
    """A week of a repository's workflow; durations are of what passed or failed, queues of first attempts."""

    week_on: date
    repository: str
    workflow: str
    attempts: int
    passed: int
    failed: int
    reruns: int
    first_pass_rate: float | None
    flaky_failures: int
    duration_median_seconds: float | None
    duration_p85_seconds: float | None
    queue_median_seconds: float | None
    queue_p85_seconds: float | None
    red_seconds: float


@dataclass(frozen=True, slots=True)
class GateTruth:
    """A week of a gate of a repository."""

    week_on: date
    repository: str
    gate: str
    jobs: int
    passed: int
    failed: int
    duration_median_seconds: float | None
    duration_p85_seconds: float | None


@dataclass(frozen=True, slots=True)
class FlakyTestTruth:
    """A test that failed and passed on one commit."""

    repository: str
    suite: str
    test: str
    flaky_commits: int
    failed_commits: int
    reported_commits: int


@dataclass(frozen=True, slots=True)
class CoverageTruth:
    """What a pull request's newest commit covers, and what the default branch did before that was reported."""

    repository: str
    head_sha: str
    head_coverage: float
    base_sha: str | None
    base_coverage: float | None


def ci_truth(company: Company, as_of: datetime) -> dict[str, Any]:
    """Return all of it as plain JSON, times in ISO 8601."""
    parts: dict[str, Sequence[Any]] = {
        "weeks": week_truths(company, as_of),
        "gates": gate_truths(company, as_of),
        "red_periods": red_truths(company, as_of),
        "flaky_tests": flaky_truths(company, as_of),
        "coverage": coverage_truths(company, as_of),
    }
    return {name: [_plain(one) for one in truths] for name, truths in parts.items()}


def week_truths(company: Company, as_of: datetime) -> list[WeekTruth]:
    """Return every week from the first to the last one of each workflow."""
    ended = [build for build in company.builds if build.finished_at <= as_of]
    red, found = red_truths(company, as_of), []
    for (repository, workflow), builds in _by(ended, lambda one: (one.repository, one.workflow)).items():
        own = [one for one in red if (one.repository, one.workflow) == (repository, workflow)]
        weeks = _by(builds, lambda one: _week(one.finished_at))
        last = max([*weeks, *(_week(one.ended_at or as_of) for one in own)])
        week = min(weeks)
        while week <= last:
            found.append(_week_truth(week, (repository, workflow), weeks.get(week, []), builds, own, as_of))
            week += _WEEK
    return sorted(found, key=lambda one: (one.repository, one.workflow, one.week_on))


def _week_truth(
    week: date, names: tuple[str, str], builds: Sequence[Build], all_builds: Sequence[Build],
    red: Sequence[RedTruth], as_of: datetime,
) -> WeekTruth:  # fmt: skip
    judged = [one for one in builds if one.conclusion in _JUDGED]
    first = [one for one in builds if one.attempt == 1]
    first_judged = [one.conclusion == "success" for one in first if one.conclusion in _JUDGED]
    # The attempt at which a run was green in the end.
    healed = {one.key: one.attempt for one in all_builds if one.conclusion == "success"}
    taken = [_seconds(one) for one in judged]
    queued = [(one.started_at - one.created_at).total_seconds() for one in first]
    begin = datetime(week.year, week.month, week.day, tzinfo=UTC)
    overlaps = [min(one.ended_at or as_of, begin + _WEEK) - max(one.started_at, begin) for one in red]
    return WeekTruth(
        week, *names, len(builds),
        passed=sum(one.conclusion == "success" for one in judged),
        failed=sum(one.conclusion == "failure" for one in judged),
        reruns=sum(one.attempt > 1 for one in builds),
        first_pass_rate=sum(first_judged) / len(first_judged) if first_judged else None,
        flaky_failures=sum(one.conclusion == "failure" and healed.get(one.key, 0) > one.attempt for one in judged),
        duration_median_seconds=quantile(taken, 0.5), duration_p85_seconds=quantile(taken, 0.85),
        queue_median_seconds=quantile(queued, 0.5), queue_p85_seconds=quantile(queued, 0.85),
        red_seconds=sum(max(one.total_seconds(), 0.0) for one in overlaps),
    )  # fmt: skip


def gate_truths(company: Company, as_of: datetime) -> list[GateTruth]:
    """Return every week in which a gate of a repository ended, of the weeks of which all jobs are known."""
    since = _week(as_of - _GATES_OF) + _WEEK
    jobs = [
        (build.repository, job) for build in company.builds if build.started_at <= as_of
        for job in build.jobs if job.finished_at <= as_of and _week(job.finished_at) >= since
    ]  # fmt: skip
    found = []
    groups = _by(jobs, lambda one: (_week(one[1].finished_at), one[0], GATES[one[1].name]))
    for (week, repository, gate), own in groups.items():
        ends = [job.conclusion for _, job in own]
        taken = [_seconds(job) for _, job in own if job.conclusion in _JUDGED]
        found.append(
            GateTruth(
                week, repository, gate, len(own), ends.count("success"), ends.count("failure"),
                quantile(taken, 0.5), quantile(taken, 0.85),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.repository, one.gate, one.week_on))


def flaky_truths(company: Company, as_of: datetime) -> list[FlakyTestTruth]:
    """Return every test that failed and passed on one commit, be it in one report or in two."""
    reports = [one for one in suite_reports(company) if one.build.finished_at <= as_of]
    found = []
    for (repository, suite), own in _by(reports, lambda one: (one.build.repository, one.suite)).items():
        commits = _by(own, lambda one: one.build.sha)
        for test in sorted({name for one in own for name in (*one.failed, *one.flaky)}):
            # Of each commit, whether the test failed at least once, and whether it passed at least once.
            bad = {sha for sha, told in commits.items() if any(test in (*one.failed, *one.flaky) for one in told)}
            good = {sha for sha, told in commits.items() if any(test not in one.failed for one in told)}
            if bad & good:
                found.append(FlakyTestTruth(repository, suite, test, len(bad & good), len(bad), len(commits)))
    return sorted(found, key=lambda one: (one.repository, one.suite, one.test))


def coverage_truths(company: Company, as_of: datetime) -> list[CoverageTruth]:
    """Return what each pull request covers that was merged into the default branch by then."""
    found = []
    for team in company.teams:
        told: dict[str, Build] = {}
        for build in company.builds:
            if build.coverage and build.repository == team.repository and build.finished_at <= as_of:
                told[build.sha] = max(told.get(build.sha, build), build, key=lambda one: one.finished_at)
        pulls = [one for one in company.pull_requests(team.repository) if one.base == "main" and one.merged_at <= as_of]
        main = [told[merge_sha(one)] for one in pulls if merge_sha(one) in told]
        for pull in pulls:
            if head := told.get(pull.commits[-1].sha):
                before = [one for one in main if one.finished_at < head.finished_at and one.sha != merge_sha(pull)]
                base = max(before, key=lambda one: one.finished_at, default=None)
                found.append(
                    CoverageTruth(
                        team.repository, head.sha, _covered(head), base.sha if base else None,
                        _covered(base) if base else None,
                    )
                )  # fmt: skip
    return sorted(found, key=lambda one: (one.repository, one.head_sha))


def _covered(build: Build) -> float:
    assert build.coverage is not None, "it was chosen for that"
    return build.coverage[0] / build.coverage[1]


def _by(things: Iterable[Any], key: Callable[[Any], Any]) -> Mapping[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for one in things:
        groups[key(one)].append(one)
    return groups


def _week(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _seconds(one: Build | Job) -> float:
    return (one.finished_at - one.started_at).total_seconds()


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the quantile between the two nearest values, None of nothing."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def _plain(truth: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(truth).items()}
