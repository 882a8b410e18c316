"""What is true of the builds: how many are green at the first try and in the end, and how many only seemed red."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from pipelines.company.company import Company
from pipelines.company.operations import Build


@dataclass(frozen=True, slots=True)
class BuildTruth:
    """What is true of a workflow of a repository, over the attempts that had ended by a moment.

    Attributes:
        flaky: attempts that failed for no fault of the code.
        first_pass_rate: part of the runs whose first attempt was green, of those that were not cancelled.
        last_pass_rate: the same of their last attempt.
    """

    repository: str
    workflow: str
    event: str
    runs: int
    attempts: int
    flaky: int
    failed: int
    cancelled: int
    first_pass_rate: float | None
    last_pass_rate: float | None
    duration_median_seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def build_truths(company: Company, as_of: datetime) -> list[BuildTruth]:
    """Return what is true of each repository's workflow, apart for pull requests and the default branch."""
    groups: dict[tuple[str, str, str], list[Build]] = {}
    for build in company.builds:
        if build.finished_at <= as_of:
            groups.setdefault((build.repository, build.workflow, build.event), []).append(build)
    return [_truth(*about, builds) for about, builds in sorted(groups.items())]


def _truth(repository: str, workflow: str, event: str, builds: Sequence[Build]) -> BuildTruth:
    first: dict[str, Build] = {}
    last: dict[str, Build] = {}
    for build in builds:
        if build.attempt == 1:
            first[build.key] = build
        if build.key not in last or last[build.key].attempt < build.attempt:
            last[build.key] = build
    return BuildTruth(
        repository,
        workflow,
        event,
        runs=len(first),
        attempts=len(builds),
        flaky=sum(build.is_flaky for build in builds),
        failed=sum(build.conclusion == "failure" for build in builds),
        cancelled=sum(build.conclusion == "cancelled" for build in builds),
        first_pass_rate=_green(list(first.values())),
        last_pass_rate=_green(list(last.values())),
        duration_median_seconds=median((build.finished_at - build.started_at).total_seconds() for build in builds),
    )


def _green(builds: Sequence[Build]) -> float | None:
    judged = [build.conclusion == "success" for build in builds if build.conclusion != "cancelled"]
    return sum(judged) / len(judged) if judged else None
